"""The number of a room in; its broken chunks fed to doors, recorder, decoders, captioner and cutter, and counts out.

`python -m bench.fuzz.feeding SEED FIRST COUNT CHUNKS` does so for rooms in turn, in a process that may die of it.
"""

import asyncio
import faulthandler
import hashlib
import itertools
import random
import resource
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec

from agents.captioner import captioner
from agents.directory import RoomDirectory
from agents.headers import StoredHeaders
from agents.hearing_figures import HearingFigures
from agents.ports import Agent, Delivery
from agents.recorder import recorder
from bench.fuzz import sounds
from bench.fuzz.doors import WAYS, Console, Way
from bench.fuzz.mutating import Wire, mutated
from console.app import create_app
from console.services import Services
from processors.cutting import Cutter
from processors.engines.scripted import ScriptedEngine
from processors.layout import parts_folder
from processors.media import media_of
from processors.parts import decode_part, digest
from processors.timeline import Heard, place
from schemas.asks import Ask, Command, JoinTrack, OpenRoom
from schemas.audio import AudioChunk, RoomEnded, StoredChunk
from schemas.base import Record
from schemas.errors import Malformed
from schemas.letters import DeadLetter
from schemas.topics import AUDIO
from schemas.wire import decode, encode
from streams.logs import configure_logs
from streams.memory_gateway import MemoryGateway
from streams.memory_index import MemoryIndex
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore

OPENED_MS = 1_760_000_000_000
WHOLE, WHOLE_TYPE = "whole", "audio/ogg"
"""The speaker beside the broken ones."""
TRACKS = {f"t{n}": content_type for n, content_type in enumerate(sounds.ENCODINGS)} | {WHOLE: WHOLE_TYPE}
LONGEST_S = 60.0
"""A room takes a second; one that takes so long hangs, and its process ends itself."""
HUNG = "Timeout ("
"""How `faulthandler` begins to say so."""
BROKEN_BEGINNINGS = 0.3
"""Share of tracks whose first chunk is broken too: with all of them no decoder would ever begin."""


class Fed(Record, frozen=True, kw_only=True):
    """Of a room: chunks that were mutated, and where they ended.

    `unreadable` are stretches that were stored and marked in the manifest, `astray` chunks went nowhere, `broken` says
    what should not have happened (a 5xx, a cutter that changed bytes, …).
    """

    room: int
    chunks: int
    stored: int
    lettered: int
    refused: int
    unreadable: int
    astray: int
    whole: bool
    broken: tuple[str, ...]
    took_s: float
    peak_rss_mb: float


class Room:
    """One room on memory things, and its wire."""

    def __init__(self, seed: int, number: int, per_track: int) -> None:
        self.room_id = f"fuzz-{number}"
        self.store = MemoryStore()
        self.log = StoredRoomLog(self.store)
        self.gateway = MemoryGateway(self.log, lambda: OPENED_MS)
        self.broken: list[str] = []
        self.refused = 0
        self._number = number
        self._source = random.Random(f"{seed}/{number}")
        self._good = {track: sounds.pieces(kind, per_track) for track, kind in TRACKS.items()}

    async def open(self) -> None:
        joins = [JoinTrack(track_id=track, speaker=track, content_type=kind) for track, kind in TRACKS.items()]
        asks: list[Ask] = [OpenRoom(title="fuzz", host="fuzz", record=True), *joins]
        for n, ask in enumerate(asks):
            command = Command(command_id=f"{n}", room_id=self.room_id, actor="fuzz", at_ms=OPENED_MS, ask=ask)
            await self.gateway.ask(command)

    def wires(self) -> list[tuple[str, Wire]]:
        """What is sent, by track, in turns."""
        others = [sounds.stream(kind) for kind in sounds.ENCODINGS]
        made = []
        for sequence in range(len(self._good[WHOLE])):
            for track in TRACKS:
                wire = encode(self._chunk(track, sequence))
                spared = track == WHOLE or (sequence == 0 and self._source.random() > BROKEN_BEGINNINGS)
                made.append((track, wire if spared else mutated(self._source, wire, others)))
        return made

    def _chunk(self, track: str, sequence: int) -> AudioChunk:
        lasts_ms = sounds.SECONDS * 1000 // len(self._good[track])
        return AudioChunk(
            room_id=self.room_id,
            track_id=track,
            sequence=sequence,
            captured_ms=OPENED_MS + sequence * lasts_ms,
            duration_ms=lasts_ms,
            content_type=TRACKS[track],
            data=self._good[track][sequence],
        )

    async def through_the_doors(self, wires: list[tuple[str, Wire]]) -> list[Wire]:
        """Every other track comes through a door: what that takes goes on to the topic, the rest was refused."""
        app = create_app(self._services())
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar types ASGI by itself
        passed: list[Wire] = []
        async with httpx.AsyncClient(transport=transport, base_url="http://f") as http:
            for track, wire in wires:
                way = None if track == WHOLE else WAYS[(int(track[1:]) + self._number) % len(WAYS)]
                if way is None:
                    passed.append(wire)
                    continue
                before = len(self.gateway.chunks)
                await self._send(way, Console(app, http), track, wire)
                passed += [encode(chunk) for chunk in self.gateway.chunks[before:]]
                self.refused += len(self.gateway.chunks) == before
        return passed

    async def _send(self, way: Way, console: Console, track: str, wire: Wire) -> None:
        sequence = sum(chunk.track_id == track for chunk in self.gateway.chunks)
        status = await way(console, f"/rooms/{self.room_id}/tracks/{track}", sequence, wire)
        if not 200 <= status < 500:
            self.broken.append(f"the door answered {status} to {way.__name__}")

    def _services(self) -> Services:
        return Services(
            gateway=self.gateway,
            store=self.store,
            log=self.log,
            index=MemoryIndex(),
            now=lambda: OPENED_MS,
            base_url="http://f",
        )

    async def stored(self, track: str) -> list[StoredChunk]:
        found = await self.store.list(parts_folder(self.room_id, track))
        return [chunk for each in found for chunk in decode_part(await self.store.get(each.key)).chunks]


async def fed(seed: int, number: int, per_track: int) -> Fed:
    began_s = time.monotonic()
    room = Room(seed, number, per_track)
    await room.open()
    sent = room.wires()
    topic = await room.through_the_doors(sent)
    records, malformed = _decoded(topic)
    ended = RoomEnded(room_id=room.room_id, at_ms=OPENED_MS + 60_000)
    directory = RoomDirectory(room.log, lambda: OPENED_MS)
    letters = await _run(recorder(room.store, directory, lambda: OPENED_MS), [*records, ended])
    await _run(_captioner(room, directory), [*records, ended])
    stored = {track: await room.stored(track) for track in TRACKS}
    heard = {track: _heard(chunks) for track, chunks in stored.items()}
    _cut(room, sent)
    kept = {(track, c.sequence, c.sha256) for track, chunks in stored.items() for c in chunks}
    known = kept | {_identity(letter) for letter in letters}
    return Fed(
        room=number,
        chunks=sum(track != WHOLE for track, _ in sent),
        stored=len(kept) - len(stored[WHOLE]),
        lettered=malformed + len(letters),
        refused=room.refused,
        unreadable=sum(len(found.unreadable) for found, _ in heard.values()),
        astray=sum((c.track_id, c.sequence, digest(c.data)) not in known for c in records),
        whole=heard[WHOLE][1] == _whole_sound(per_track) and len(stored[WHOLE]) == per_track,
        broken=tuple(room.broken),
        took_s=round(time.monotonic() - began_s, 2),
        peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def _decoded(topic: list[Wire]) -> tuple[list[AudioChunk], int]:
    """Chunks as the worker's edge gives them to agents, and how many it turns into dead letters by itself."""
    records: list[AudioChunk] = []
    malformed = 0
    for headers, value in topic:
        try:
            record = decode(AUDIO.name, headers, value)
        except Malformed:
            malformed += 1
            continue
        records += [record] if isinstance(record, AudioChunk) else []
    return records, malformed


async def _run(agent: Agent, records: list[Any]) -> list[DeadLetter]:
    outputs = [output async for output in agent(_deliveries(records))]
    flat = itertools.chain.from_iterable(output if isinstance(output, tuple) else (output,) for output in outputs)
    return [record for record in flat if isinstance(record, DeadLetter)]


async def _deliveries(records: list[Any]) -> AsyncIterator[Delivery[Any]]:
    async def ack() -> None: ...

    for offset, record in enumerate(records):
        yield Delivery(record, ack=ack, topic=AUDIO.name, offset=offset)


def _captioner(room: Room, directory: RoomDirectory) -> Agent:
    headers = StoredHeaders(room.store)
    return captioner(directory, ScriptedEngine(), lambda: OPENED_MS, headers, HearingFigures())


def _identity(letter: DeadLetter) -> tuple[str, int, str]:
    headers = dict(letter.headers)
    return headers["ce_trackid"].decode(), int(headers["ce_sequence"]), digest(letter.raw)


def _heard(chunks: list[StoredChunk]) -> tuple[Heard, str]:
    """What the assembler hears of a track, and the digest of its samples."""
    heard, running = Heard(), hashlib.sha256()
    for _, samples in place(chunks, OPENED_MS, heard):
        running.update(samples.tobytes())
    return heard, running.hexdigest()


def _whole_sound(per_track: int) -> str:
    """The digest of the good speaker's samples when nobody else is there."""
    alone = Room(0, 0, per_track)
    chunks = (alone._chunk(WHOLE, sequence) for sequence in range(per_track))
    made = [_stored(chunk) for chunk in chunks]
    return _heard(made)[1]


def _stored(chunk: AudioChunk) -> StoredChunk:
    fields = {name: getattr(chunk, name) for name in ("sequence", "captured_ms", "duration_ms", "content_type", "data")}
    return StoredChunk(**fields, sha256=digest(chunk.data), partition=0, offset=0)


def _cut(room: Room, sent: list[tuple[str, Wire]]) -> None:
    """The same bytes as one streamed body: the cutter has to give back what it takes."""
    for track, kind in TRACKS.items():
        given = b"".join(wire[1] for each, wire in sent if each == track)
        cutter = Cutter(kind)
        got = b"".join(piece.data for piece in (*cutter.feed(given), *cutter.finish()))
        if got != given and media_of(kind).name not in ("audio/wav", "audio/L16"):
            room.broken.append(f"the cutter changed {kind}")


def main(seed: int, first: int, count: int, per_track: int) -> None:
    configure_logs("CRITICAL")
    faulthandler.enable()
    for number in range(first, first + count):
        faulthandler.dump_traceback_later(LONGEST_S, exit=True)
        print(msgspec.json.encode(asyncio.run(fed(seed, number, per_track))).decode(), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
