"""A bound in; how many rooms keep their finals within it, ours and a plain faster-whisper worker's, out."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.captions import Plan, run
from bench.clips import programme, read_clips
from bench.delays import delays, percentile
from bench.plain import plain_worker, queue_delays
from streams.settings import read

MOST_ROOMS = 512


def find_capacity(
    folder: Path, reference: Path | None, seconds: float, duty: float, bound_ms: float, first: int, minutes: float
) -> dict[str, Any]:
    """The largest number of rooms whose final p95 stays within the bound, through the real path and for a plain worker.

    The search doubles from `first` and then halves the distance to within an eighth: each step plays `seconds`. No step
    begins after `minutes`; then `complete` is false, and the capacity is the most that was seen to keep the bound.
    """
    until_s, complete = time.monotonic() + minutes * 60, True
    clips = read_clips(folder, reference)
    tried: dict[int, float] = {}

    def ours(rooms: int) -> float:
        live = run(Plan(clips=clips, rooms=rooms, seconds=seconds, duty=duty), final_pass=False)
        tried[rooms] = _p95(list(delays((room.opened_ms, room.shown) for room in live.rooms).final_ms))
        return tried[rooms]

    def in_time() -> bool:
        nonlocal complete
        complete = time.monotonic() < until_s
        return complete

    plain = plain_worker(read(), os.cpu_count() or 1)
    calls = {clip.path: plain.calls(clip) for clip in clips}

    def plains(rooms: int) -> float:
        return _p95(queue_delays((programme(clips, room, seconds, duty) for room in range(rooms)), calls))

    plain_capacity = largest(plains, bound_ms, 1, exactly=True)
    capacity = largest(ours, bound_ms, first, exactly=False, may_go_on=in_time)
    return {
        "capacity_rooms": capacity,
        "plain_capacity_rooms": plain_capacity,
        "ratio": round(capacity / plain_capacity, 2) if plain_capacity else None,
        "bound_ms": bound_ms,
        "complete": complete,
        "final_p95_ms": {str(rooms): round(p95) for rooms, p95 in sorted(tried.items())},
    }


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
