"""Hours and tracks in; how fast the real assembler makes a recording of them, in how much memory, out.

The parts are written straight to a store: a minute of Ogg/Opus in which the voices of the bundled room talk all the
time, spoken by one track after the other.
"""

import subprocess
import time
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path

import av
import numpy as np
import structlog

from agents.assembler import assembler
from agents.ports import Delivery
from bench.load import Load
from processors import parts
from processors.cutting import Piece
from processors.decoding import Samples, decode_all
from processors.layout import audio_key, part_key
from processors.pieces import FRAME
from processors.timeline import RATE_HZ
from schemas.asks import Ask, AttachRecording, CloseRoom, Command, JoinTrack, OpenRoom
from schemas.audio import AudioChunk
from schemas.base import Record
from schemas.facts import Entry, RecordingCompleted, Refused
from streams import demo_room
from streams.clock import now_ms
from streams.ffmpeg_binary import ffmpeg_binary
from streams.playing import CONTENT_TYPE, pieces
from streams.rendering import FfmpegRenderer
from streams.roomlog import StoredRoomLog
from streams.stores import FolderStore

ROOM = "bench"
TURN_S = 60


class AssembleReport(Record, frozen=True, kw_only=True):
    """`peak_rss_mb`: the largest sum over this process and its ffmpegs, twice a second; pages they share count twice.

    `drift_ms`: how far the last turn, as the finished M4A plays it, is from where it was spoken.
    """

    hours: float
    tracks: int
    elapsed_s: float
    speed_x: float
    peak_rss_mb: float
    drift_ms: float


async def assembled(hours: float, tracks: int, folder: Path) -> AssembleReport:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    store = FolderStore(folder)
    log = StoredRoomLog(store)
    opened_ms = now_ms()
    await _ask(log, OpenRoom(title="Bench", host="bench", record=True), "open", opened_ms)
    turns = round(hours * 3600 / TURN_S)
    minute = _minute(folder)
    states = [await _spoken(log, store, n, range(n, turns, tracks), minute, opened_ms) for n in range(tracks)]
    await _ask(log, CloseRoom(), "close", opened_ms + turns * TURN_S * 1000)
    for n, state in enumerate(states):
        entries = await _ask(log, parts.seal(state), f"seal{n}", opened_ms)
    completed = next(entry for entry in entries if isinstance(entry.fact, RecordingCompleted))
    began = time.monotonic()
    with Load(own=True) as load:
        await _assemble(log, store, completed)
    elapsed_s = time.monotonic() - began
    return AssembleReport(
        hours=hours,
        tracks=tracks,
        elapsed_s=round(elapsed_s, 1),
        speed_x=round(hours * 3600 / elapsed_s, 1),
        peak_rss_mb=round(load.peak_rss_mb, 1),
        drift_ms=round(drift_ms(folder / audio_key(ROOM), (turns - 1) * TURN_S, minute), 2),
    )


async def _assemble(log: StoredRoomLog, store: FolderStore, completed: Entry) -> AttachRecording:
    async def acked() -> None:
        return None

    async def once() -> AsyncIterator[Delivery[Entry]]:
        yield Delivery(completed, ack=acked)

    made = [output async for output in assembler(log, store, FfmpegRenderer(), now_ms)(once())]
    command = made[0]
    assert isinstance(command, Command)
    assert isinstance(command.ask, AttachRecording)
    return command.ask


async def _spoken(
    log: StoredRoomLog, store: FolderStore, n: int, turns: range, minute: list[Piece], opened_ms: int
) -> parts.TrackParts:
    """One track's parts, in the store; a new stream with each of its turns."""
    track_id = f"t{n}"
    await _ask(
        log, JoinTrack(track_id=track_id, speaker=f"Speaker {n}", content_type=CONTENT_TYPE), f"join{n}", opened_ms
    )
    state = parts.TrackParts(room_id=ROOM, track_id=track_id)
    for number, (turn, piece) in enumerate((turn, piece) for turn in turns for piece in minute):
        chunk = AudioChunk(
            room_id=ROOM,
            track_id=track_id,
            sequence=number,
            captured_ms=opened_ms + turn * TURN_S * 1000 + piece.starts_ms,
            duration_ms=piece.duration_ms,
            content_type=CONTENT_TYPE,
            data=piece.data,
        )
        state, _ = parts.step(state, parts.stored_chunk(chunk, 0, number))
        state = await _closed(store, state, ending=False)
    return await _closed(store, state, ending=True)


async def _closed(store: FolderStore, state: parts.TrackParts, *, ending: bool) -> parts.TrackParts:
    state, closed = parts.close(state, ending=ending)
    if closed is not None:
        await store.put(part_key(ROOM, state.track_id, closed.part.index), closed.data)
    return state


async def _ask(log: StoredRoomLog, ask: Ask, name: str, at_ms: int) -> tuple[Entry, ...]:
    command = Command(command_id=name, room_id=ROOM, actor="bench", at_ms=at_ms, ask=ask)
    answer = await log.decide(command, at_ms)
    assert not isinstance(answer, Refused), answer
    return answer


def _minute(folder: Path) -> list[Piece]:
    """A minute in which somebody talks all the time, in pieces of about a second."""
    voices = [word for track in demo_room.load().tracks for word in ("-i", str(demo_room.folder() / track.file))]
    count = len(voices) // 2
    shape = ("-filter_complex", f"amix=inputs={count}:normalize=0", "-t", str(TURN_S), "-ac", "1", "-b:a", "24k")
    command = [ffmpeg_binary(), "-loglevel", "error", *voices, *shape, "-c:a", "libopus"]
    path = folder / "minute.ogg"
    subprocess.run([*command, str(path)], check=True)
    return list(pieces(path))


def drift_ms(recording: Path, turn_s: int, minute: list[Piece]) -> float:
    """By how much the turn that was spoken at `turn_s` comes late in the recording (either way), ms."""
    spoken = np.concatenate(list(decode_all(CONTENT_TYPE, (piece.data for piece in minute), rate=RATE_HZ)))
    first, played = _played(recording, turn_s)
    return abs(first - turn_s * RATE_HZ + _lag(spoken, played)) * 1000 / RATE_HZ


def _played(recording: Path, from_s: int) -> tuple[int, Samples]:
    """A turn's length of the recording, and the number of its first sample as the file's own times have it.

    Where a decoder begins after a seek is its own affair: ffmpeg 9 starts 512 samples early, 5.1 does not.
    """
    with av.open(str(recording)) as container:
        sound = container.streams.audio[0]
        container.seek(from_s * RATE_HZ, stream=sound)
        frames = list(islice(container.decode(sound), TURN_S * RATE_HZ // FRAME))
    return int(frames[0].pts or 0), np.concatenate([frame.to_ndarray()[0] for frame in frames], dtype=np.float32)


def _lag(one: Samples, other: Samples) -> int:
    """By how many samples `other` comes later, where both fit best."""
    size = one.size + other.size
    fit = np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(one, size)), size)
    best = int(fit.argmax())
    return best if best < other.size else best - size
