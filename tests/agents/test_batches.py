"""Deliveries that come close together are one batch; nothing is lost, reordered or kept waiting."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.batches import batches
from agents.ports import Delivery
from schemas.audio import RoomEnded


def delivery(n: int) -> Delivery[RoomEnded]:
    async def ack() -> None:
        pass

    return Delivery(RoomEnded(room_id="room", at_ms=n), ack=ack)


async def coming(*numbers: int | None) -> AsyncIterator[Delivery[RoomEnded]]:
    """One after the other; a pause at `None`."""
    for n in numbers:
        if n is None:
            await asyncio.sleep(0.1)
        else:
            yield delivery(n)


async def grouped(source: AsyncIterator[Delivery[RoomEnded]], at_most: int = 3) -> list[list[int]]:
    return [[one.record.at_ms for one in batch] async for batch in batches(source, at_most=at_most, within_s=0.02)]


@pytest.mark.parametrize(
    ("numbers", "groups"),
    [((), []), ((1,), [[1]]), ((1, 2, None, 3), [[1, 2], [3]]), ((1, 2, 3, 4), [[1, 2, 3], [4]])],
    ids=["none", "one", "a pause", "many"],
)
async def test_what_comes_together_is_grouped(numbers: tuple[int | None, ...], groups: list[list[int]]) -> None:
    assert await grouped(coming(*numbers)) == groups


@given(st.integers(0, 20), st.integers(1, 5))
def test_nothing_is_lost_or_reordered(many: int, at_most: int) -> None:
    groups = asyncio.run(grouped(coming(*range(many)), at_most))
    assert [n for group in groups for n in group] == list(range(many))


async def test_a_failing_source_fails_the_reader() -> None:
    async def failing() -> AsyncIterator[Delivery[RoomEnded]]:
        yield delivery(1)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        await grouped(failing())
