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
    """Yield up to `at_most` deliveries at a time, `within_s` after the first of them at the latest."""
    coming = asyncio.ensure_future(_next(deliveries))
    try:
        while (first := await coming) is not None:
            batch = [first]
            coming = asyncio.ensure_future(_next(deliveries))
            until = asyncio.get_running_loop().time() + within_s
            while len(batch) < at_most and (following := await _before(coming, until)) is not None:
                batch.append(following)
                coming = asyncio.ensure_future(_next(deliveries))
            yield batch
    finally:
        coming.cancel()


async def _next(deliveries: AsyncIterator[Delivery[R]]) -> Delivery[R] | None:
    return await anext(deliveries, None)


async def _before(coming: "asyncio.Future[Delivery[R] | None]", until: float) -> Delivery[R] | None:
    """What comes until then; `None` when nothing does, or nothing any more."""
    await asyncio.wait({coming}, timeout=max(0.0, until - asyncio.get_running_loop().time()))
    return coming.result() if coming.done() else None
