"""A number of chunks in; rooms of broken chunks fed in processes that may die or hang of it; what came of all out."""

import subprocess
import sys
import time
from collections import Counter

import msgspec

from bench.fuzz.feeding import HUNG, TRACKS, Fed
from schemas.base import Record

PER_TRACK = 16
PER_ROOM = PER_TRACK * (len(TRACKS) - 1)
ROOMS_A_PROCESS = 40
"""So a crash costs no more than it has to, and starting costs little."""


class FuzzReport(Record, frozen=True, kw_only=True):
    """`chunks` were mutated. Each was `refused` at the door, became a dead letter or was stored; `astray` was neither.

    `crashed` and `hung` name the rooms in which a process died or took longer than a minute for one; `broken` what else
    should not have been; `not_whole` counts rooms whose good speaker is not byte for byte and sample for sample there.
    """

    chunks: int
    rooms: int
    stored: int
    dead_lettered: int
    refused: int
    unreadable_stretches: int
    astray: int
    not_whole: int
    crashed: tuple[str, ...]
    hung: tuple[int, ...]
    broken: tuple[str, ...]
    peak_rss_mb: float
    slowest_room_s: float
    seed: int
    elapsed_s: float

    @property
    def well(self) -> bool:
        return not (self.astray or self.not_whole or self.crashed or self.hung or self.broken)


def fuzzed(chunks: int, seed: int) -> FuzzReport:
    began_s = time.monotonic()
    rooms = -(-chunks // PER_ROOM)
    tally = _Tally()
    number = 0
    while number < rooms:
        number = tally.run(seed, number, min(ROOMS_A_PROCESS, rooms - number))
    fed = tally.fed
    return FuzzReport(
        chunks=sum(room.chunks for room in fed),
        rooms=len(fed),
        stored=sum(room.stored for room in fed),
        dead_lettered=sum(room.lettered for room in fed),
        refused=sum(room.refused for room in fed),
        unreadable_stretches=sum(room.unreadable for room in fed),
        astray=sum(room.astray for room in fed),
        not_whole=sum(not room.whole for room in fed),
        crashed=tuple(tally.crashed),
        hung=tuple(tally.hung),
        broken=tuple(f"{what} ({times})" for what, times in Counter(w for r in fed for w in r.broken).items()),
        peak_rss_mb=max((room.peak_rss_mb for room in fed), default=0.0),
        slowest_room_s=max((room.took_s for room in fed), default=0.0),
        seed=seed,
        elapsed_s=round(time.monotonic() - began_s, 1),
    )


class _Tally:
    """What the processes said so far; a room in which one ended early is noted and passed over."""

    def __init__(self) -> None:
        self.fed: list[Fed] = []
        self.crashed: list[str] = []
        self.hung: list[int] = []

    def run(self, seed: int, first: int, count: int) -> int:
        """Feed rooms from `first` on in a process of their own; returns the room to go on with."""
        command = [sys.executable, "-m", "bench.fuzz.feeding", *map(str, (seed, first, count, PER_TRACK))]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        fed = [msgspec.json.decode(line, type=Fed) for line in ran.stdout.splitlines()]
        self.fed += fed
        if len(fed) < count:
            self._ended_early(first + len(fed), ran.returncode, ran.stderr)
            return first + len(fed) + 1
        return first + count

    def _ended_early(self, room: int, status: int, complaint: str) -> None:
        if HUNG in complaint:
            self.hung.append(room)
        else:
            last = (complaint.strip().splitlines() or [""])[-1]
            self.crashed.append(f"room {room}: status {status}: {last}")
