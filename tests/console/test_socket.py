"""Over a WebSocket each chunk is acknowledged once the broker has it; a dropped line makes no gap and no double."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient

from schemas.audio import MAX_CHUNK_BYTES, AudioChunk
from schemas.errors import Unavailable
from streams.memory_gateway import MemoryGateway
from tests.console.calling import Caller
from tests.console.house import OGG_START, OPENED_MS, House, open_room

Client = AsyncTestClient[Litestar]
SOCKET = "/rooms/tea/tracks/anna/socket"


def call(client: Client, path: str = SOCKET, **given: Any) -> Caller:
    return Caller(client.app, path, **given)  # type: ignore[arg-type]  # it is the console that the fixture made


async def test_a_chunk_is_acknowledged_once_the_broker_has_it(house: House, client: Client) -> None:
    await open_room(client)
    async with call(client) as caller:
        assert await caller.hear() == {"next": 0, "max_bytes": MAX_CHUNK_BYTES}
        for sequence in range(3):
            caller.send(sequence)
            assert await caller.hear() == {"ack": sequence}
            assert [chunk.sequence for chunk in house.gateway.chunks] == list(range(sequence + 1))
    first = house.gateway.chunks[0]
    assert (first.track_id, first.captured_ms, first.duration_ms, first.data) == ("anna", OPENED_MS, 1000, OGG_START)
    assert first.content_type == "audio/ogg;codecs=opus"


async def test_a_chunk_that_was_on_its_way_when_the_line_dropped_counts_in_the_next_welcome(house: House) -> None:
    gate = asyncio.Event()

    class Slow(MemoryGateway):
        async def send(self, chunk: AudioChunk) -> None:
            await gate.wait()
            await super().send(chunk)

    slow = Slow(house.log, house.clock)
    async with house.client(gateway=slow) as client:
        await open_room(client)
        first = await call(client).__aenter__()
        await first.hear()
        first.send(0)
        await asyncio.sleep(0.01)
        dropped = asyncio.create_task(first.drop())
        async with call(client) as again:
            asyncio.get_running_loop().call_later(0.02, gate.set)
            assert (await again.hear())["next"] == 1
        await dropped
        assert len(slow.chunks) == 1


@pytest.mark.parametrize(("query", "expected"), [("", None), ("next=7", 7)], ids=["unknown", "said by the client"])
async def test_a_console_that_started_in_the_middle_of_a_track_takes_the_clients_word(
    house: House, client: Client, query: str, expected: int | None
) -> None:
    await open_room(client)
    house.clock.now_ms += 10_000
    async with house.client() as restarted, call(restarted, query=query) as caller:
        assert (await caller.hear())["next"] == expected
        caller.send(7, b"more")
        assert await caller.hear() == {"ack": 7}


async def test_a_client_that_was_at_another_console_meanwhile_goes_on(client: Client) -> None:
    await open_room(client)
    async with call(client) as caller:
        await caller.hear()
        caller.send(0)
        await caller.hear()
    async with call(client, query="next=4") as caller:
        assert (await caller.hear())["next"] == 4
    async with call(client, query="next=2") as caller:
        assert (await caller.hear())["next"] == 4


class Flaky(MemoryGateway):
    """A broker that is away whenever the test says so."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.away: list[bool] = []

    async def send(self, chunk: AudioChunk) -> None:
        await asyncio.sleep(0)
        if self.away and self.away.pop():
            raise Unavailable("the broker does not answer")
        await super().send(chunk)


DROPS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 8)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(drops=DROPS, away=st.lists(st.booleans(), max_size=20))
def test_wherever_the_line_drops_nothing_is_missing_and_nothing_comes_twice(
    drops: list[tuple[int, int, int]], away: list[bool]
) -> None:
    """Each drop: so many chunks sent without waiting, so many answers heard, so many of the last frames lost."""

    async def run() -> None:
        house = House()
        flaky = Flaky(house.log, house.clock)
        sent = [OGG_START + bytes([n]) for n in range(12)]
        async with house.client(gateway=flaky) as client:
            await open_room(client)
            flaky.away = list(away)
            acknowledged = 0
            for ahead, heard, lost in [*drops, (12, 200, 0)]:
                acknowledged = await _stretch(client, sent, acknowledged, (ahead, heard, lost))
        assert acknowledged == len(sent)
        assert [chunk.sequence for chunk in flaky.chunks] == list(range(len(sent)))
        assert [chunk.data for chunk in flaky.chunks] == sent

    asyncio.run(run())


async def _stretch(client: Client, sent: list[bytes], acknowledged: int, plan: tuple[int, int, int]) -> int:
    """One connection of a client that keeps every chunk until it is acknowledged; returns how many are by its end."""
    ahead, heard, lost = plan
    caller = await call(client, query=f"next={acknowledged}").__aenter__()
    at = acknowledged = (await caller.hear())["next"]
    answers = 0
    while acknowledged < len(sent):
        while at < min(len(sent), acknowledged + ahead):
            caller.send(at, sent[at])
            at += 1
        if answers >= heard or ahead == 0:
            break
        answer = await caller.hear()
        answers += 1
        if "ack" in answer:
            acknowledged = answer["ack"] + 1
        else:
            assert answer["pause_ms"] > 0
            at = answer["next"]
    await caller.drop(losing=lost)
    return acknowledged


async def test_while_the_broker_is_away_the_client_is_paused_and_nothing_is_kept(house: House) -> None:
    flaky = Flaky(house.log, house.clock)
    async with house.client(gateway=flaky) as client:
        await open_room(client)
        flaky.away = [True]
        async with call(client) as caller:
            await caller.hear()
            for sequence in range(3):
                caller.send(sequence)
            told = await caller.hear()
            assert told["next"] == 0
            assert told["pause_ms"] >= 1000
            caller.send(0)
            assert await caller.hear() == {"ack": 0}
        assert len(flaky.chunks) == 1


HEADER = {"sequence": 0, "captured_ms": OPENED_MS, "duration_ms": 1000}
REFUSED: list[tuple[str, dict[str, Any], bytes, int, str, str]] = [
    ("unknown field", HEADER | {"gain": 1}, OGG_START, 400, "header_malformed", "gain"),
    ("field missing", {"sequence": 0, "captured_ms": 1}, OGG_START, 400, "header_malformed", "duration_ms"),
    ("no number", HEADER | {"sequence": "0"}, OGG_START, 400, "header_malformed", "sequence"),
    ("negative", HEADER | {"sequence": -1}, OGG_START, 400, "sequence_negative", "sequence"),
    ("jump", HEADER | {"sequence": 2}, OGG_START, 409, "sequence_jump", "sequence"),
    ("too many digits", HEADER | {"sequence": 10**16}, OGG_START, 400, "header_malformed", "sequence"),
    ("no duration", HEADER | {"duration_ms": 0}, OGG_START, 400, "duration_implausible", "duration_ms"),
    ("seconds", HEADER | {"captured_ms": 1_700_000_000}, OGG_START, 400, "captured_implausible", "captured_ms"),
    ("no bytes", HEADER, b"", 400, "empty_chunk", "data"),
    ("too many bytes", HEADER, OGG_START + bytes(MAX_CHUNK_BYTES), 413, "chunk_too_large", "data"),
    ("no ogg", HEADER, b"no audio at all", 400, "not_audio", "data"),
]


async def refusal(caller: Caller, status: int, reason: str, field: str) -> None:
    told = (await caller.hear())["problem"]
    assert (told["status"], told["reason"], told["field"]) == (status, reason, field)
    assert told["type"] == f"urn:earwitness:problem:{reason}"
    assert told["detail"]
    assert await caller.hear() == {"closed": 4000 + status}


@pytest.mark.parametrize(
    ("header", "data", "status", "reason", "field"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
async def test_a_bad_chunk_is_told_its_reason_and_closes_the_line(
    house: House, client: Client, header: dict[str, Any], data: bytes, status: int, reason: str, field: str
) -> None:
    await open_room(client)
    async with call(client) as caller:
        await caller.hear()
        caller.text(msgspec.json.encode(header).decode())
        caller.binary(data)
        await refusal(caller, status, reason, field)
    assert house.gateway.chunks == []


@pytest.mark.parametrize("sequence", [0, 1])
async def test_what_was_acknowledged_is_refused_the_second_time(client: Client, sequence: int) -> None:
    await open_room(client)
    async with call(client) as caller:
        await caller.hear()
        for each in (0, 1):
            caller.send(each)
            await caller.hear()
        caller.send(sequence)
        await refusal(caller, 409, ("sequence_backwards", "sequence_repeated")[sequence], "sequence")


async def test_frames_out_of_turn_and_text_that_is_no_json_are_refused(client: Client) -> None:
    await open_room(client)
    async with call(client) as caller:
        await caller.hear()
        caller.binary(OGG_START)
        await refusal(caller, 400, "frame_unexpected", "frame")
    async with call(client) as caller:
        await caller.hear()
        caller.text("{")
        await refusal(caller, 400, "json_malformed", "frame")


PLACES = [
    ("/rooms/none/tracks/anna/socket", "", {}, 404, "unknown_room", "room_id"),
    ("/rooms/tea/tracks/none/socket", "", {}, 404, "unknown_track", "track_id"),
    ("/rooms/quiet/tracks/anna/socket", "", {}, 409, "not_recorded", "room_id"),
    (SOCKET, "next=one", {}, 400, "header_malformed", "next"),
    (SOCKET, "", {"origin": "https://elsewhere.example"}, 403, "cross_site", "Origin"),
    (SOCKET, "", {"earwitness_actor": "\t"}, 400, "actor_malformed", "Earwitness-Actor"),
]


@pytest.mark.parametrize(
    ("path", "query", "headers", "status", "reason", "field"), PLACES, ids=[place[4] for place in PLACES]
)
async def test_a_line_that_may_not_be_opened_is_told_why(
    client: Client, path: str, query: str, headers: dict[str, str], status: int, reason: str, field: str
) -> None:
    await open_room(client)
    await open_room(client, "quiet", record=False)
    async with call(client, path, query=query, **headers) as caller:
        await refusal(caller, status, reason, field)


@pytest.mark.parametrize(
    ("path", "reason", "field"), [("/tracks/anna", "track_left", "track_id"), ("/close", "room_closed", "room_id")]
)
async def test_an_open_line_ends_with_its_track_and_its_room(
    client: Client, path: str, reason: str, field: str
) -> None:
    await open_room(client)
    async with call(client, origin="http://console.test") as caller:
        await caller.hear()
        await client.request("DELETE" if path != "/close" else "POST", f"/rooms/tea{path}")
        caller.send(0)
        await refusal(caller, 409, reason, field)
