"""`python -m tests.agents.dying AGENT FOLDER`: a worker whose decoder dies of one chunk, as native code does.

It prints what came out: for `captioner` (of a stream in a container, or raw) the finals' times by track, for
`assembler` the unreadable stretches and recorded milliseconds by track.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec

from agents.assembler import assembler
from agents.captioner import captioner
from agents.headers import StoredHeaders
from agents.hearing_figures import HearingFigures
from processors import timeline
from processors.decoding import Samples, StreamDecoder
from processors.engines.scripted import ScriptedEngine
from schemas.audio import AudioChunk, RoomEnded
from schemas.captions import Caption
from streams.notes import FileNotes
from streams.playing import CONTENT_TYPE
from streams.stores import MemoryStore
from tests.agents import test_assembler as assembling
from tests.agents.test_captioner import Rooms
from tests.fakes import collect, deliveries
from tests.speech import L16, OPENED_MS, opus_chunks, pcm_chunks, room_of, speech

DEADLY = 5
"""The sequence of the chunk on track `a`."""
SECONDS = 16
KINDS = {"a": CONTENT_TYPE, "b": L16}


def sent(deadly: int = 0) -> list[AudioChunk]:
    """Two speakers, from chunk `deadly` of the first on."""
    a, b = opus_chunks(SECONDS), pcm_chunks(speech(SECONDS), "b")
    return [chunk for pair in zip(a, b, strict=True) for chunk in pair if chunk.sequence >= deadly]


def kill_at(data: bytes) -> None:
    """Let every decoder die where the data comes to it."""

    class Dying(StreamDecoder):
        def feed(self, given: bytes) -> Samples:
            if given.endswith(data):
                os.kill(os.getpid(), signal.SIGSEGV)
            return super().feed(given)

    timeline.StreamDecoder = Dying  # type: ignore[misc]  # a test's decoder, in a process of its own


async def captions(notes: FileNotes, store: MemoryStore, chunks: list[AudioChunk]) -> dict[str, Any]:
    room = msgspec.structs.replace(room_of(("a", "Anna"), ("b", "Ben")))
    room.tracks["a"] = msgspec.structs.replace(room.tracks["a"], content_type=CONTENT_TYPE)
    source = deliveries(*chunks, RoomEnded(room_id="r", at_ms=OPENED_MS + 60_000))
    agent = captioner(Rooms(room), ScriptedEngine(), lambda: OPENED_MS, StoredHeaders(store), HearingFigures(), notes)
    finals = [out for out in await collect(agent, source) if isinstance(out, Caption) and out.status == "final"]
    last = {track: max((one.end_ms for one in finals if one.track_id == track), default=0) for track in KINDS}
    return {"last_ms": last, "acked": source.all}


async def recording(notes: FileNotes, store: MemoryStore, rooms: assembling.Rooms) -> dict[str, Any]:
    agent = assembler(rooms, store, assembling.Listening(), lambda: assembling.CLOSED_MS, notes)
    await collect(agent, deliveries(assembling.event()))
    made = msgspec.json.decode(await store.get("rooms/r/recording/manifest.json"))
    return {track["track_id"]: [track["unreadable"], track["recorded_ms"]] for track in made["tracks"]}


async def main(agent: str, folder: str) -> None:
    store, chunks = MemoryStore(), sent()
    tracks = {name: [chunk for chunk in chunks if chunk.track_id == name] for name in KINDS}
    rooms = await assembling.recorded(store, tracks, KINDS)
    kill_at(tracks["a"][DEADLY].data)
    notes = FileNotes(Path(folder))
    match agent:
        case "captioner":
            said = await captions(notes, store, chunks)
        case "late-captioner":
            said = await captions(notes, store, sent(DEADLY))
        case _:
            said = await recording(notes, store, rooms)
    print(msgspec.json.encode(said).decode())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
