"""Deliveries that come close together are one batch; nothing is lost, reordered or kept waiting."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.batches import batches, made_ahead
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


async def numbers(many: int) -> AsyncIterator[int]:
    for n in range(many):
        yield n


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 4))
def test_what_is_made_ahead_comes_in_order_and_never_more_than_allowed_is_under_way(
    turns: list[int], at_once: int
) -> None:
    """Each takes so many turns of the loop; one that was yielded counts until the next is asked for."""
    begun: list[int] = []

    async def make(n: int) -> int:
        begun.append(n)
        for _ in range(turns[n]):
            await asyncio.sleep(0)
        return n

    async def run() -> list[int]:
        made: list[int] = []
        async for n in made_ahead(numbers(len(turns)), make, at_once=at_once):
            assert len(begun) - len(made) <= at_once
            await asyncio.sleep(0)
            made.append(n)
        return made

    assert asyncio.run(run()) == begun == list(range(len(turns)))


async def test_the_next_is_begun_while_one_is_being_made() -> None:
    second_begun = asyncio.Event()

    async def make(n: int) -> int:
        if n == 1:
            second_begun.set()
        await second_begun.wait()
        return n

    assert [n async for n in made_ahead(numbers(2), make, at_once=2)] == [0, 1]


async def test_one_that_fails_fails_the_reader_in_its_turn_and_ends_what_was_begun_behind_it() -> None:
    ended: list[int] = []

    async def make(n: int) -> int:
        if n == 1:
            raise RuntimeError("broken")
        try:
            await asyncio.sleep(0 if n == 0 else 60)
        finally:
            ended.append(n)
        return n

    making = made_ahead(numbers(9), make, at_once=3)
    assert await anext(making) == 0
    with pytest.raises(RuntimeError):
        await anext(making)
    await asyncio.sleep(0)
    assert ended == [0, 2]


async def test_a_failing_source_fails_the_reader_after_what_it_gave() -> None:
    async def failing() -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("broken")

    async def make(n: int) -> int:
        return n

    making = made_ahead(failing(), make, at_once=2)
    assert await anext(making) == 1
    with pytest.raises(RuntimeError):
        await anext(making)
