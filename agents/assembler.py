"""`RecordingCompleted` in; the recording to play in the store and `Command(AttachRecording)` out.

`SpeakerErased` makes it anew, without that speaker's sound.

A room without a single readable second gets an outline and a manifest, but no audio file and no playlist:
its `duration_ms` is 0, and there is nothing to play. Reading, decoding and rendering run in one thread, off the event
loop, block by block; the same parts make the same files, so a repeated event writes the same again.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import structlog
from msgspec.structs import replace

from agents.outages import through_outages
from agents.ports import Agent, Delivery, Now, Outputs, RecordingStore, RoomLog
from agents.stored_tracks import StoredTrack, WaitingStore
from processors.chapters import About, Loudness, chapters
from processors.continuity import continuity
from processors.decoding import Samples
from processors.layout import audio_key, hls_key, manifest_key, recording_folder, waveform_key
from processors.manifest import OutputLine, encode_manifest, manifest, track_line
from processors.notes import NO_NOTES, Notes
from processors.timeline import RATE_HZ, mix, place
from processors.waveform import Outline
from schemas.asks import AttachRecording, Command
from schemas.facts import Entry, RecordingCompleted, SpeakerErased
from schemas.rooms import Room

log = structlog.get_logger()


class Renderer(Protocol):
    """Makes files to play from sound."""

    def render(self, sound: Iterable[Samples], folder: Path, about: Callable[[], About]) -> None:
        """Write `audio.m4a` and, under `hls/`, a playlist with its segments into `folder`; no sound, no files.

        `sound` is mono at 48 kHz, block by block; `about` is asked when all of it has been read. Blocks the thread.
        """


def assembler(rooms: RoomLog, store: RecordingStore, renderer: Renderer, now: Now, notes: Notes = NO_NOTES) -> Agent:
    """Make the agent of topic `room.events` that turns durable parts into a recording to play."""

    async def run(deliveries: AsyncIterator[Delivery[Entry]]) -> Outputs:
        async for delivery in deliveries:
            if isinstance(delivery.record.fact, RecordingCompleted | SpeakerErased):
                room = await _loaded(rooms, delivery.record.room_id)
                if room is not None and room.assembled is None and room.purged_ms is None:
                    yield _attach(room, await _assembled(room, store, renderer, notes), now())
            await delivery.ack()

    return run


async def _loaded(rooms: RoomLog, room_id: str) -> Room | None:
    return await through_outages(lambda: rooms.load(room_id))


def _attach(room: Room, recording: AttachRecording, at_ms: int) -> Command:
    return Command(
        command_id=":".join(("assemble", room.room_id, *room.erased)),
        room_id=room.room_id,
        actor="assembler",
        at_ms=at_ms,
        ask=recording,
    )


async def _assembled(room: Room, store: RecordingStore, renderer: Renderer, notes: Notes) -> AttachRecording:
    """Make everything in a folder that is gone afterwards, keep it, and say what it is."""
    waiting = WaitingStore(store, asyncio.get_running_loop())
    sources = [
        StoredTrack(waiting, room.room_id, track_id, notes.of(room.room_id, track_id)) for track_id in room.tracks
    ]
    with TemporaryDirectory(prefix="earwitness-") as name:
        folder = Path(name)
        duration_ms = await asyncio.to_thread(_render, room, sources, renderer, folder)
        outputs = await asyncio.to_thread(_outputs, room.room_id, folder)
        for line, path in outputs:
            await _keep(store, line.key, path)
    if room.erased:
        await _forget(store, room.room_id, {line.key for line, _ in outputs})
    lines = [
        track_line(room.tracks[source.track_id], source.lines, source.heard.ms, source.heard.unreadable)
        for source in sources
    ]
    # without the captions, which may come first or second: the same parts make the same manifest
    made = manifest(room, duration_ms, lines, [line for line, _ in outputs])
    data = encode_manifest(replace(made, continuity=continuity(replace(room, transcript=None), made)))
    await through_outages(lambda: store.put(manifest_key(room.room_id), data))
    log.info("recording_assembled", room_id=room.room_id, duration_ms=duration_ms, tracks=len(lines))
    return AttachRecording(
        duration_ms=duration_ms,
        recorded_ms={line.track_id: line.recorded_ms for line in lines},
        manifest_sha256=hashlib.sha256(data).hexdigest(),
    )


def _render(room: Room, sources: list[StoredTrack], renderer: Renderer, folder: Path) -> int:
    """Fill the folder; return the recording's length in ms. Erased tracks are read for the manifest, not heard."""
    erased = [source for source in sources if source.track_id in room.erased]
    heard = [source for source in sources if source not in erased]
    outline, samples = Outline(RATE_HZ), 0
    speakers = [Loudness(room.tracks[source.track_id].speaker) for source in heard]

    def observed() -> Iterator[Samples]:
        nonlocal samples
        placed = [place(source.chunks(), room.opened_ms, source.heard, source.notes) for source in heard]
        for block in mix([one.heard(runs) for one, runs in zip(speakers, placed, strict=True)]):
            outline.add(block)
            samples += block.size
            yield block

    def about() -> About:
        return About(title=room.title, chapters=chapters(speakers, _ms(samples)))

    renderer.render(observed(), folder, about)
    for source in erased:
        deque(source.chunks(), maxlen=0)
    (folder / "waveform.json").write_bytes(outline.json())
    return _ms(samples)


def _ms(samples: int) -> int:
    return round(samples * 1000 / RATE_HZ)


def _outputs(room_id: str, folder: Path) -> list[tuple[OutputLine, Path]]:
    """What there is to keep, and where: the playlist after its segments, so that nobody finds it before them."""
    audio, hls = folder / "audio.m4a", folder / "hls"
    playing = [(audio_key(room_id), audio)] if audio.exists() else []
    names = sorted(hls.iterdir(), key=lambda path: (path.suffix == ".m3u8", path.name)) if hls.exists() else []
    segments = [(hls_key(room_id, path.name), path) for path in names]
    made = [*playing, *segments, (waveform_key(room_id), folder / "waveform.json")]
    return [(_output_line(key, path), path) for key, path in made]


def _output_line(key: str, path: Path) -> OutputLine:
    with path.open("rb") as file:
        return OutputLine(key=key, bytes=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


async def _forget(store: RecordingStore, room_id: str, made: set[str]) -> None:
    """Files of an earlier recording that this one, which may be shorter, did not replace."""
    kept = await through_outages(lambda: store.list(recording_folder(room_id)))
    stale = [found.key for found in kept if found.key not in made and found.key != manifest_key(room_id)]
    await through_outages(lambda: store.delete(stale))


async def _keep(store: RecordingStore, key: str, path: Path) -> None:
    await through_outages(lambda: store.put(key, path))
