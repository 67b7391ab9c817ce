"""Chunks on their way to the broker in, a place among them or `Busy` out: what a console holds in memory is bounded."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from console.metrics import Metrics

MOST_WAITING = 8
"""Chunks of one track that may wait at once. A producer sends a track in order; more is one that does not listen."""

TRACK_WAIT_S = 1
"""A chunk of usual length lasts a second: by then one of those that wait has gone, or the broker is slow."""
CONSOLE_WAIT_S = 5
"""When all of the console is full the broker is slow for everybody; coming back sooner would only add to it."""


class Busy(Exception):
    """Too much is waiting for the broker. Nothing of the chunk was taken; the same chunk may be taken later."""

    def __init__(self, status: int, reason: str, detail: str, wait_s: int) -> None:
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.detail = detail
        self.wait_s = wait_s


class Admission:
    """Counts bytes and chunks that wait for a confirmation; `most_bytes` is for the whole process."""

    def __init__(self, most_bytes: int, metrics: Metrics) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._metrics = metrics

    @contextmanager
    def hold(self, room_id: str, track_id: str, size: int) -> Iterator[None]:
        """Keep a place for `size` bytes until the block ends; raises `Busy` where there is none."""
        track = (room_id, track_id)
        self._check(track, size)
        self._count(track, size, 1)
        try:
            yield
        finally:
            self._count(track, -size, -1)

    def _check(self, track: tuple[str, str], size: int) -> None:
        if self._waiting[track] >= MOST_WAITING:
            detail = f"{MOST_WAITING} chunks of this track wait already; wait for their answers"
            raise Busy(429, "too_many_waiting", detail, TRACK_WAIT_S)
        if self._bytes and self._bytes + size > self._most_bytes:  # an empty console takes any chunk
            raise Busy(503, "too_busy", "the broker is slow and this console is full; try again", CONSOLE_WAIT_S)

    def _count(self, track: tuple[str, str], size: int, chunks: int) -> None:
        self._bytes += size
        self._waiting[track] += chunks
        if not self._waiting[track]:
            del self._waiting[track]
        self._metrics.waiting_bytes.set(self._bytes)
