"""A call that may meet an outage in, its result out, however long the outage lasts."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import stamina
import structlog

from schemas.errors import Unavailable

log = structlog.get_logger()

LONGEST_WAIT_S = 10.0
"""Between two tries: what is back is noticed within this time."""

T = TypeVar("T")


async def through_outages(call: Callable[[], Awaitable[T]]) -> T:
    """Await `call()`; while it raises `Unavailable`, again, with backoff and jitter. Anything else propagates.

    Each failed try is the alarm `part_away`, with what is away and why (a full disk says so); `part_back` ends it.
    """
    with suppress(Unavailable):  # nearly always it is enough, and a retry's machinery costs more than a small write
        return await _alarming(call, 1)
    retries = stamina.retry_context(on=Unavailable, attempts=None, timeout=None, wait_max=LONGEST_WAIT_S)
    async for attempt in retries:
        with attempt:
            result = await _alarming(call, attempt.num + 1)
            log.info("part_back", tries=attempt.num + 1)
            return result
    raise AssertionError("unreachable: tries do not run out")


async def _alarming(call: Callable[[], Awaitable[T]], tries: int) -> T:
    try:
        return await call()
    except Unavailable as error:
        log.error("part_away", why=str(error), tries=tries)
        raise
