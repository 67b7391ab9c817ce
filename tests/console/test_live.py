"""Everybody in a room, late joiners included, is told whether it is recorded, and what is said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from console.live import Feed, events
from tests.console.house import OPENED_MS, House, caption, finished_room, open_room

Client = AsyncTestClient[Litestar]
Told = tuple[str | None, dict[str, Any]]


class Listener:
    """Reads a feed's events as (name, data); `None` for a comment."""

    def __init__(self, feed: Any) -> None:
        self._feed = feed

    async def next(self) -> Told:
        while True:
            event = await asyncio.wait_for(anext(self._feed), 5)
            if event.data is not None:
                return event.event, msgspec.json.decode(event.data)

    async def rest(self) -> list[Told]:
        return [(event.event, msgspec.json.decode(event.data)) async for event in self._feed if event.data is not None]


@asynccontextmanager
async def listening(house: House, room_id: str = "tea", heard_ms: int = 0) -> AsyncIterator[Listener]:
    feed = Feed(house.services(), await house.room(room_id), heard_ms)
    async with aclosing(events(feed)) as stream:
        yield Listener(stream)


@pytest.mark.parametrize("record", [True, False], ids=["recorded", "not-recorded"])
async def test_the_first_event_says_whether_the_room_is_recorded(house: House, client: Client, record: bool) -> None:
    await open_room(client, record=record)
    async with listening(house) as listener:
        name, told = await listener.next()
    assert (name, told["room"]["recording"]) == ("room", record)


async def test_late_joiners_get_the_captions_so_far(house: House, client: Client) -> None:
    await open_room(client)
    house.gateway.tell(caption(await house.room("tea"), 0))
    async with listening(house) as listener:
        _, told = await listener.next()
    assert [each["caption_id"] for each in told["captions"]] == ["c0"]


async def test_captions_and_changes_of_the_room_come_as_they_happen(house: House, client: Client) -> None:
    await open_room(client)
    async with listening(house) as listener:
        await listener.next()
        house.gateway.tell(caption(await house.room("tea"), 0, status="draft"))
        house.gateway.tell(caption(await house.room("tea"), 0))
        await client.delete("/rooms/tea/tracks/tom")
        told = [await listener.next() for _ in range(3)]
    assert [name for name, _ in told] == ["caption", "caption", "room"]
    assert [data["status"] for _, data in told[:2]] == ["draft", "final"]
    assert told[2][1]["room"]["tracks"][1]["left_ms"] == OPENED_MS


async def test_a_final_caption_never_changes_again(house: House, client: Client) -> None:
    await open_room(client)
    room = await house.room("tea")
    async with listening(house) as listener:
        await listener.next()
        for record in (caption(room, 0), caption(room, 0, text="other"), caption(room, 1)):
            house.gateway.tell(record)
        told = [(await listener.next())[1]["caption_id"] for _ in range(2)]
    assert told == ["c0", "c1"]


async def test_who_comes_back_is_told_what_was_missed(house: House, client: Client) -> None:
    await open_room(client)
    room = await house.room("tea")
    for n in range(3):
        house.gateway.tell(caption(room, n))
    async with listening(house, heard_ms=caption(room, 1).emitted_ms) as listener:
        _, told = await listener.next()
    assert [each["caption_id"] for each in told["captions"]] == ["c1", "c2"]


async def test_a_silent_feed_is_kept_open_by_comments(house: House, client: Client) -> None:
    await open_room(client)
    feed = Feed(house.services(), await house.room("tea"))
    async with aclosing(events(feed)) as stream:
        await anext(stream)
        assert (await asyncio.wait_for(anext(stream), 5)).comment == "still here"


async def test_the_feed_ends_once_the_recording_can_be_played(house: House, client: Client) -> None:
    await open_room(client)
    async with listening(house) as listener:
        await listener.next()
        await client.post("/rooms/tea/close")
        await house.finish("tea")
        told = await asyncio.wait_for(listener.rest(), 5)
    assert told[0][1]["room"]["recording"] is False
    assert told[-1][1]["room"]["links"]["captions_json"]


async def test_the_feed_of_a_room_that_was_not_recorded_ends_when_it_closes(house: House, client: Client) -> None:
    await open_room(client, record=False)
    async with listening(house) as listener:
        await listener.next()
        await client.post("/rooms/tea/close")
        told = await asyncio.wait_for(listener.rest(), 5)
    assert told[-1][1]["room"]["state"] == "ended"


async def test_who_leaves_is_forgotten(house: House, client: Client) -> None:
    await open_room(client)
    async with listening(house) as listener:
        await listener.next()
        assert house.gateway.followers("tea") == 1
    await asyncio.sleep(0)
    assert house.gateway.followers("tea") == 0


async def test_over_http_a_finished_room_is_told_once_and_the_feed_ends(house: House, client: Client) -> None:
    await finished_room(house, client)
    answer = await client.get("/rooms/tea/live")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: room") == 1
    assert "id: 0" in answer.text


@pytest.mark.parametrize("last", ["junk", "9" * 5000, "-1"])
async def test_an_id_that_is_none_of_ours_means_from_the_beginning(house: House, client: Client, last: str) -> None:
    await finished_room(house, client)
    assert (await client.get("/rooms/tea/live", headers={"Last-Event-ID": last})).status_code == 200
