"""A call that may meet an outage in, its result out, however long the outage lasts."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import stamina

from schemas.errors import Unavailable

LONGEST_WAIT_S = 10.0
"""Between two tries: what is back is noticed within this time."""

T = TypeVar("T")


async def through_outages(call: Callable[[], Awaitable[T]]) -> T:
    """Await `call()`; while it raises `Unavailable`, again, with backoff and jitter. Anything else propagates."""
    with suppress(Unavailable):  # nearly always it is enough, and a retry's machinery costs more than a small write
        return await call()
    retries = stamina.retry_context(on=Unavailable, attempts=None, timeout=None, wait_max=LONGEST_WAIT_S)
    async for attempt in retries:
        with attempt:
            return await call()
    raise AssertionError("unreachable: tries do not run out")
