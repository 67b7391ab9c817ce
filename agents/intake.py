"""Deliveries in; those that are there, together, out, with the moment at which none was left."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from agents.ports import Delivery, Now

MOST_TOGETHER = 32
"""Deliveries; as many more may wait behind them: of the largest chunks, half a megabyte each, 32 MB in all."""
NOTHING_THERE_S = 0.01
"""Who has waited so long for the next delivery has them all; a shorter wait may be the event loop's."""


class Intake:
    """Says until when all that was sent has been taken in: a silence after that may be our own lateness."""

    def __init__(self, now: Now, events: "asyncio.Queue[Any]") -> None:
        self._now = now
        self._events = events
        self._clock = asyncio.get_running_loop().time
        self._caught_up_ms = 0
        self._asked_s: float | None = None

    def look(self) -> int:
        """Note whether nothing is left to take in, and say when that was last so: Unix ms, 0 where it never was."""
        waits = self._asked_s is not None and self._clock() - self._asked_s >= NOTHING_THERE_S
        if waits and self._events.empty():
            self._caught_up_ms = self._now()
        return self._caught_up_ms

    async def noted(self, deliveries: AsyncIterator[Delivery[Any]]) -> AsyncIterator[Delivery[Any]]:
        """The deliveries, with a note of the waits for them."""
        self._asked_s = self._clock()
        async for delivery in deliveries:
            self.look()
            self._asked_s = None
            yield delivery
            self._asked_s = self._clock()


def taken_together(first: Delivery[Any], events: "asyncio.Queue[Any]") -> tuple[list[Delivery[Any]], list[Any]]:
    """(the delivery and those right behind it in the queue, the other event that came next, if there is one)."""
    together = [first]
    while len(together) < MOST_TOGETHER and not events.empty():
        event = events.get_nowait()
        if not isinstance(event, Delivery):
            return together, [event]
        together.append(event)
    return together, []


def rounds(deliveries: Sequence[Delivery[Any]]) -> Iterator[list[Delivery[Any]]]:
    """Cut chunks so that each track comes once in a round: what becomes of a chunk depends on the one before it."""
    together: dict[tuple[str, str], Delivery[Any]] = {}
    for delivery in deliveries:
        track = delivery.record.room_id, delivery.record.track_id
        if track in together:
            yield list(together.values())
            together = {}
        together[track] = delivery
    yield list(together.values())
