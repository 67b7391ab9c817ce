"""What is there is taken together, in order, and a silence counts only as far as all that was sent is known."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.intake import MOST_TOGETHER, NOTHING_THERE_S, Intake, rounds, taken_together
from agents.ports import Delivery
from schemas.audio import AudioChunk, RoomEnded
from schemas.base import Record

ENDED = "an event that is no delivery"


async def acked() -> None: ...


def delivery(track_id: str = "a", sequence: int = 0) -> Delivery[Any]:
    chunk = AudioChunk(
        room_id="r",
        track_id=track_id,
        sequence=sequence,
        captured_ms=0,
        duration_ms=1_000,
        content_type="audio/ogg;codecs=opus",
        data=b"x",
    )
    return Delivery(chunk, ack=acked)


def waiting(*events: Any) -> "asyncio.Queue[Any]":
    queue: asyncio.Queue[Any] = asyncio.Queue()
    for event in events:
        queue.put_nowait(event)
    return queue


@pytest.mark.parametrize(
    ("behind", "together", "others"),
    [
        pytest.param([], 1, [], id="one alone"),
        pytest.param([delivery(), delivery()], 3, [], id="all that are there"),
        pytest.param([delivery(), ENDED, delivery()], 2, [ENDED], id="up to what is no delivery"),
        pytest.param([delivery()] * 2 * MOST_TOGETHER, MOST_TOGETHER, [], id="not without end"),
    ],
)
async def test_deliveries_that_are_there_are_taken_together(
    behind: list[Any], together: int, others: list[Any]
) -> None:
    taken, next_ones = taken_together(delivery(), waiting(*behind))
    assert (len(taken), next_ones) == (together, others)


@pytest.mark.parametrize(
    ("tracks", "found"),
    [
        pytest.param("ab", ["ab"], id="two tracks"),
        pytest.param("aab", ["a", "ab"], id="a track twice"),
        pytest.param("abab", ["ab", "ab"], id="both twice"),
    ],
)
def test_a_track_comes_once_in_a_round_and_in_its_order(tracks: str, found: list[str]) -> None:
    sent = [delivery(track, sequence) for sequence, track in enumerate(tracks)]
    cut = list(rounds(sent))
    assert ["".join(one.record.track_id for one in together) for together in cut] == found
    assert [one for together in cut for one in together] == sent


async def test_what_was_sent_is_known_only_up_to_where_nothing_was_left() -> None:
    now_ms, more = 0, asyncio.Event()
    events = waiting()
    intake = Intake(lambda: now_ms, events)

    async def two_and_then_none() -> AsyncIterator[Delivery[Record]]:
        yield Delivery(RoomEnded(room_id="r", at_ms=0), ack=acked)
        yield Delivery(RoomEnded(room_id="r", at_ms=0), ack=acked)
        await more.wait()

    taking = intake.noted(two_and_then_none())
    for now_ms in (1, 2):  # noqa: B007 -- the clock of `intake`
        await anext(taking)
        assert intake.look() == 0
    last = asyncio.ensure_future(anext(taking, None))
    await asyncio.sleep(2 * NOTHING_THERE_S)
    events.put_nowait(ENDED)
    assert intake.look() == 0, "what lies in the queue has not been taken in"
    events.get_nowait()
    now_ms = 3
    assert intake.look() == 3
    more.set()
    await last
