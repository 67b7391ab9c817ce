"""Hours and tracks in; how fast the real assembler makes a recording of them, in how much memory, out.

The parts are written straight to a store: a minute of Ogg/Opus, made once by ffmpeg, spoken by one track after the
other.
"""

import resource
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from agents.assembler import assembler
from agents.ports import Delivery
from processors import parts
from processors.layout import part_key
from schemas.asks import Ask, AttachRecording, CloseRoom, Command, JoinTrack, OpenRoom
from schemas.audio import AudioChunk
from schemas.base import Record
from schemas.facts import Entry, RecordingCompleted, Refused
from streams.clock import now_ms
from streams.ffmpeg_binary import ffmpeg_binary
from streams.rendering import FfmpegRenderer
from streams.roomlog import StoredRoomLog
from streams.stores import FolderStore

ROOM = "bench"
TYPE = "audio/ogg;codecs=opus"
TURN_S = 60


class AssembleReport(Record, frozen=True, kw_only=True):
    """`peak_rss_mb`: this process plus the largest ffmpeg. `drift_ms`: the recording's end against the last turn's."""

    hours: float
    tracks: int
    elapsed_s: float
    speed_x: float
    peak_rss_mb: float
    drift_ms: int


async def assembled(hours: float, tracks: int, folder: Path) -> AssembleReport:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    store = FolderStore(folder)
    log = StoredRoomLog(store)
    opened_ms = now_ms()
    await _ask(log, OpenRoom(title="Bench", host="bench", record=True), "open", opened_ms)
    turns = round(hours * 3600 / TURN_S)
    minute = _minute()
    states = [await _spoken(log, store, n, range(n, turns, tracks), minute, opened_ms) for n in range(tracks)]
    await _ask(log, CloseRoom(), "close", opened_ms + turns * TURN_S * 1000)
    for n, state in enumerate(states):
        entries = await _ask(log, parts.seal(state), f"seal{n}", opened_ms)
    completed = next(entry for entry in entries if isinstance(entry.fact, RecordingCompleted))
    began = time.monotonic()
    made = await _assemble(log, store, completed)
    elapsed_s = time.monotonic() - began
    most_kb = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return AssembleReport(
        hours=hours,
        tracks=tracks,
        elapsed_s=round(elapsed_s, 1),
        speed_x=round(hours * 3600 / elapsed_s, 1),
        peak_rss_mb=round(most_kb / 1024, 1),
        drift_ms=abs(made.duration_ms - turns * TURN_S * 1000),
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
    log: StoredRoomLog, store: FolderStore, n: int, turns: range, minute: list[bytes], opened_ms: int
) -> parts.TrackParts:
    """One track's parts, in the store; a new stream with each of its turns."""
    track_id = f"t{n}"
    await _ask(log, JoinTrack(track_id=track_id, speaker=f"Speaker {n}", content_type=TYPE), f"join{n}", opened_ms)
    state = parts.TrackParts(room_id=ROOM, track_id=track_id)
    for number, (turn, second) in enumerate((turn, second) for turn in turns for second in range(TURN_S)):
        chunk = AudioChunk(
            room_id=ROOM,
            track_id=track_id,
            sequence=number,
            captured_ms=opened_ms + (turn * TURN_S + second) * 1000,
            duration_ms=1000,
            content_type=TYPE,
            data=minute[second],
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


def _minute() -> list[bytes]:
    """A minute that sounds like somebody, in 60 pieces cut anywhere."""
    source = f"sine=frequency=180:duration={TURN_S}:sample_rate=48000,tremolo=f=4:d=0.9"
    command = [ffmpeg_binary(), "-loglevel", "error", "-f", "lavfi", "-i", source, "-c:a", "libopus", "-b:a", "24k"]
    data = subprocess.run([*command, "-f", "ogg", "pipe:1"], capture_output=True, check=True).stdout
    bounds = [len(data) * n // TURN_S for n in range(TURN_S + 1)]
    return [data[bounds[n] : bounds[n + 1]] for n in range(TURN_S)]
