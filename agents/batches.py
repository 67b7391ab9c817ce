"""Deliveries in, lists of those that came close together out: fewer, larger writes without a wait that is felt."""

import asyncio
from collections.abc import AsyncIterator

from agents.ports import Delivery, R

AT_MOST = 200
WITHIN_S = 0.1
"""A live caption may take 3 s in all; this much of it buys one write instead of many."""


async def batches(
    deliveries: AsyncIterator[Delivery[R]], *, at_most: int = AT_MOST, within_s: float = WITHIN_S
) -> AsyncIterator[list[Delivery[R]]]:
    """Yield up to `at_most` deliveries at a time, `within_s` after the first of them at the latest.

    While a batch is worked on, at most as many wait for the next one.
    """
    queue: asyncio.Queue[Delivery[R] | None] = asyncio.Queue(at_most)
    pump = asyncio.ensure_future(_pump(deliveries, queue))
    try:
        while (batch := await _batch(queue, at_most, within_s)) and batch[-1] is not None:
            yield [delivery for delivery in batch if delivery is not None]
        if rest := [delivery for delivery in batch if delivery is not None]:
            yield rest
        await pump
    finally:
        pump.cancel()


async def _pump(deliveries: AsyncIterator[Delivery[R]], queue: "asyncio.Queue[Delivery[R] | None]") -> None:
    """One task for all deliveries: a task for each would cost more than the delivery."""
    try:
        async for delivery in deliveries:
            await queue.put(delivery)
    finally:
        await queue.put(None)


async def _batch(queue: "asyncio.Queue[Delivery[R] | None]", at_most: int, within_s: float) -> list[Delivery[R] | None]:
    """What comes in time; None as its last says that nothing comes any more."""
    batch = [await queue.get()]
    until = asyncio.get_running_loop().time() + within_s
    while batch[-1] is not None and len(batch) < at_most:
        if queue.empty():
            try:
                batch.append(await asyncio.wait_for(queue.get(), until - asyncio.get_running_loop().time()))
            except TimeoutError:
                break
        else:
            batch.append(queue.get_nowait())
    return batch
