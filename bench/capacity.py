"""A bound in; how many rooms keep their finals within it out: ours, and those of a plain faster-whisper worker."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.captions import Plan, run
from bench.clips import Clip, programme, read_clips
from bench.delays import delays, percentile
from bench.plain import calls_of, queue_delays
from processors.engines.choose import open_engine
from streams.settings import read

MOST_ROOMS = 512


def find_capacity(
    folder: Path, reference: Path | None, seconds: float, duty: float, bound_ms: float, first: int, minutes: float
) -> dict[str, Any]:
    """The largest number of rooms whose final p95 stays within the bound: ours, and a plain worker's on the same path.

    The search doubles from `first` (a plain worker's from a quarter of it) and then halves the distance to within an
    eighth: each step plays `seconds`. No step begins after `minutes`; then `complete` is false, and a capacity is the
    most that was seen to keep the bound. `plain_alone_rooms` is what the plain worker would reach with cores of its
    own, computed from its calls: no broker, no sound to decode, no voice activity beside it.
    """
    search = _Search(read_clips(folder, reference), seconds, duty, bound_ms, time.monotonic() + minutes * 60)
    plain_capacity, plain_tried = search.through_the_path("plain", max(1, first // 4))
    capacity, tried = search.through_the_path("", first)
    return {
        "capacity_rooms": capacity,
        "plain_capacity_rooms": plain_capacity,
        "ratio": round(capacity / plain_capacity, 2) if plain_capacity else None,
        "plain_alone_rooms": search.plain_alone(),
        "bound_ms": bound_ms,
        "complete": search.complete,
        "final_p95_ms": tried,
        "plain_final_p95_ms": plain_tried,
    }


@dataclass
class _Search:
    """What is played in each step, and until when steps may begin."""

    clips: tuple[Clip, ...]
    seconds: float
    duty: float
    bound_ms: float
    until_s: float
    complete: bool = True

    def through_the_path(self, engine: str, first: int) -> tuple[int, dict[str, int]]:
        """(the capacity, final p95 by the rooms tried)."""
        tried: dict[int, float] = {}

        def p95_of(rooms: int) -> float:
            plan = Plan(clips=self.clips, rooms=rooms, seconds=self.seconds, duty=self.duty)
            live = run(plan, final_pass=False, engine=engine)
            tried[rooms] = _p95(list(delays((room.opened_ms, room.shown) for room in live.rooms).final_ms))
            print(f"{engine or 'ours'}: {rooms} rooms, final p95 {tried[rooms]:.0f} ms", file=sys.stderr, flush=True)
            return tried[rooms]

        capacity = largest(p95_of, self.bound_ms, first, exactly=False, may_go_on=self._in_time)
        return capacity, {str(rooms): round(p95) for rooms, p95 in sorted(tried.items())}

    def plain_alone(self) -> int:
        settings = read()
        plain = open_engine("plain", settings.model, settings.device, compute_type=settings.compute_type)
        took = {clip.path: calls_of(plain, clip) for clip in self.clips}

        def p95_of(rooms: int) -> float:
            programmes = (programme(self.clips, room, self.seconds, self.duty) for room in range(rooms))
            return _p95(queue_delays(programmes, took))

        return largest(p95_of, self.bound_ms, 1, exactly=True)

    def _in_time(self) -> bool:
        self.complete = self.complete and time.monotonic() < self.until_s
        return self.complete


def largest(
    p95_of: Callable[[int], float],
    bound_ms: float,
    first: int,
    *,
    exactly: bool,
    may_go_on: Callable[[], bool] = lambda: True,
) -> int:
    """The largest number whose p95 is within the bound, 0 when not even one is; within an eighth unless `exactly`.

    When it may not go on: the largest that was seen to be.
    """
    good, bad = 0, first
    while bad <= MOST_ROOMS and may_go_on() and p95_of(bad) <= bound_ms:
        good, bad = bad, bad * 2
    if bad > MOST_ROOMS:
        return good
    while bad - good > (1 if exactly else max(1, bad // 8)) and may_go_on():
        middle = (good + bad) // 2
        good, bad = (middle, bad) if p95_of(middle) <= bound_ms else (good, middle)
    return good


def _p95(values: list[float]) -> float:
    found = percentile(values, 0.95)
    return float("inf") if found is None else found
