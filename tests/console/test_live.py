"""Everybody in a room, late joiners included, is told whether it is recorded, and what is said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from litestar import Litestar
from litestar.testing import AsyncTestClient
from websockets.asyncio.client import connect

from console.live import SILENT_AFTER_MS, Feed, events
from schemas.captions import IDLE, CaptionState
from tests.console.calling import CLOSE, Caller
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


def state(at_ms: int, *, delayed: bool) -> CaptionState:
    reason = "waiting" if delayed else ""
    return CaptionState(room_id="tea", delayed=delayed, since_ms=at_ms - 11_000, reason=reason, at_ms=at_ms)


async def test_everybody_is_told_that_captions_are_delayed_and_when_it_is_over(house: House, client: Client) -> None:
    await open_room(client)
    async with listening(house) as listener:
        await listener.next()
        house.gateway.tell_state(state(OPENED_MS, delayed=True))
        begun = await listener.next()
        house.gateway.tell_state(state(OPENED_MS, delayed=True))
        house.gateway.tell_state(state(OPENED_MS, delayed=False))
        over = await listener.next()
    assert (begun[0], begun[1]["delayed"], begun[1]["reason"]) == ("delay", True, "waiting")
    assert (over[0], over[1]["delayed"]) == ("delay", False)


async def test_who_joins_while_captions_are_delayed_is_told_so(house: House, client: Client) -> None:
    await open_room(client)
    house.gateway.tell_state(state(OPENED_MS, delayed=True))
    async with listening(house) as listener:
        assert [(await listener.next())[0] for _ in range(2)] == ["room", "delay"]


async def test_a_captioner_that_is_not_heard_of_any_more_delays_its_rooms(house: House, client: Client) -> None:
    await open_room(client)
    house.gateway.tell_state(state(OPENED_MS, delayed=False))
    async with listening(house) as listener:
        await listener.next()
        house.clock.now_ms += SILENT_AFTER_MS + 1
        name, told = await listener.next()
        assert (name, told["delayed"], told["reason"]) == ("delay", True, "silent")
        house.gateway.tell_state(state(house.clock(), delayed=False))
        assert (await listener.next())[1]["delayed"] is False


async def test_a_room_in_which_nothing_is_sent_is_not_called_delayed(house: House, client: Client) -> None:
    await open_room(client)
    house.gateway.tell_state(msgspec.structs.replace(state(OPENED_MS, delayed=False), reason=IDLE))
    async with listening(house) as listener:
        await listener.next()
        house.clock.now_ms += 60_000
        house.gateway.tell(caption(await house.room("tea"), 0))
        assert (await listener.next())[0] == "caption"


async def test_over_a_websocket_the_same_events_come_and_the_line_closes_with_the_room(house: House) -> None:
    async with house.client() as client:
        await open_room(client)
        async with Caller(house.app(), "/rooms/tea/live/socket") as caller:
            first = await caller.hear()
            house.gateway.tell(caption(await house.room("tea"), 0))
            said = await caller.hear()
            await client.post("/rooms/tea/close")
            await house.finish("tea")
            last = [await caller.hear()]
            while CLOSE not in last[-1]:
                last.append(await caller.hear())
    assert (first["event"], first["data"]["room"]["recording"]) == ("room", True)
    assert (said["event"], said["data"]["caption_id"], said["id"]) == ("caption", "c0", str(said["data"]["emitted_ms"]))
    assert last[-2]["data"]["room"]["links"]["captions_json"]
    assert last[-1] == {CLOSE: 1000}


@pytest.mark.parametrize("way", ["query", "header"])
async def test_over_a_websocket_who_comes_back_is_told_what_was_missed(house: House, client: Client, way: str) -> None:
    await open_room(client)
    room = await house.room("tea")
    for n in range(3):
        house.gateway.tell(caption(room, n))
    last = str(caption(room, 1).emitted_ms)
    given: Any = {"query": f"last={last}"} if way == "query" else {"last_event_id": last}
    async with Caller(house.app(), "/rooms/tea/live/socket", **given) as caller:
        told = await caller.hear()
    assert [each["caption_id"] for each in told["data"]["captions"]] == ["c1", "c2"]


async def test_over_a_websocket_who_hangs_up_is_forgotten(house: House, client: Client) -> None:
    await open_room(client)
    async with Caller(house.app(), "/rooms/tea/live/socket") as caller:
        await caller.hear()
        assert house.gateway.followers("tea") == 1
    assert house.gateway.followers("tea") == 0


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [("/rooms/none/live/socket", {}, 4404), ("/rooms/tea/live/socket", {"origin": "https://evil.test"}, 4403)],
    ids=["unknown-room", "another-site"],
)
async def test_over_a_websocket_a_refusal_says_why(
    house: House, client: Client, path: str, headers: dict[str, str], code: int
) -> None:
    await open_room(client)
    async with Caller(house.app(), path, **headers) as caller:
        assert (await caller.hear())["problem"]["status"] == code - 4000
        assert await caller.hear() == {CLOSE: code}


async def test_through_a_real_server_both_lines_tell_the_same_and_a_dropped_one_goes_on_behind_its_last_id(
    house: House, client: Client
) -> None:
    await open_room(client)
    room = await house.room("tea")
    async with served(house) as port:
        house.gateway.tell(caption(room, 0))
        async with connect(f"ws://127.0.0.1:{port}/rooms/tea/live/socket") as line:
            first = msgspec.json.decode(await line.recv())
            house.gateway.tell(caption(room, 1, status="draft", settled=5))
            draft = msgspec.json.decode(await line.recv())
        house.gateway.tell(caption(room, 1))
        house.gateway.tell(caption(room, 2))
        async with connect(f"ws://127.0.0.1:{port}/rooms/tea/live/socket?last={draft['id']}") as line:
            again = msgspec.json.decode(await line.recv())
        sse = await sse_first(f"http://127.0.0.1:{port}/rooms/tea/live", draft["id"])
    assert [each["caption_id"] for each in first["data"]["captions"]] == ["c0"]
    assert (draft["data"]["status"], draft["data"]["settled"]) == ("draft", 5)
    statuses = [(each["caption_id"], each["status"]) for each in again["data"]["captions"]]
    assert statuses == [("c1", "final"), ("c2", "final")]
    assert sse["captions"] == again["data"]["captions"]


async def sse_first(address: str, last: str) -> dict[str, Any]:
    """The data of the first event."""
    async with (
        httpx.AsyncClient() as http,
        http.stream("GET", address, headers={"Last-Event-ID": last}) as answer,
    ):
        async for text in answer.aiter_lines():
            if text.startswith("data: "):
                return dict(msgspec.json.decode(text.removeprefix("data: ")))
    raise AssertionError("the feed ended before its first event")


@asynccontextmanager
async def served(house: House) -> AsyncIterator[int]:
    """The console on a loopback port, in this loop."""
    server = uvicorn.Server(uvicorn.Config(house.app(), port=0, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn has a flag and no event
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving
