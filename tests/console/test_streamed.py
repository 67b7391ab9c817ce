"""A body that is poured in is cut at the door, confirmed before more is read, and ends clearly for every client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from console.serve import serving
from schemas.audio import AudioChunk
from schemas.errors import Unavailable
from streams.memory_gateway import MemoryGateway
from tests.audio import ENCODINGS, encoded
from tests.console.house import OPENED_MS, TYPE, House, open_room
from tests.console.test_refusals import problem

Client = httpx.AsyncClient
STREAM = "/rooms/tea/tracks/anna/stream"
HEADERS = {"Content-Type": TYPE, "Earwitness-Captured-Ms": str(OPENED_MS)}


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with house.streaming() as client:
        yield client


async def opened(client: Client, room_id: str = "tea", *, record: bool = True) -> None:
    await open_room(client, room_id, record=record)  # type: ignore[arg-type]  # it speaks as the test client does


async def poured(data: bytes, size: int, pause_s: float = 0.0) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        await asyncio.sleep(pause_s)
        yield data[at : at + size]


@pytest.mark.parametrize("size", [1, 577, 65_536])
async def test_an_ogg_stream_becomes_chunks_with_their_true_times(house: House, client: Client, size: int) -> None:
    await opened(client)
    data = encoded("audio/ogg", 5.3)
    answer = await client.put(STREAM, content=poured(data, size), headers=HEADERS)
    sent = house.gateway.chunks
    assert answer.json() == {"chunks": len(sent), "seconds": 5.3, "next": len(sent)}
    assert b"".join(chunk.data for chunk in sent) == data
    assert [chunk.sequence for chunk in sent] == list(range(len(sent)))
    ends = [chunk.captured_ms + chunk.duration_ms for chunk in sent]
    assert [chunk.captured_ms for chunk in sent] == [OPENED_MS, *ends[:-1]]
    assert ends[-1] == OPENED_MS + 5300


@pytest.mark.parametrize("content_type", ENCODINGS)
async def test_every_codec_can_be_poured_in(house: House, client: Client, content_type: str) -> None:
    await opened(client)
    track = {"speaker": "Eve", "content_type": content_type, "track_id": "eve"}
    assert (await client.post("/rooms/tea/tracks", json=track)).status_code == 201
    data = encoded(content_type, 4)
    answer = await client.put(
        "/rooms/tea/tracks/eve/stream", content=poured(data, 3_001), headers=HEADERS | {"Content-Type": content_type}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["seconds"] == pytest.approx(4, abs=0.06)
    assert b"".join(chunk.data for chunk in house.gateway.chunks) == data


async def test_a_second_body_goes_on_where_the_first_ended(house: House, client: Client) -> None:
    await opened(client)
    for _ in range(2):
        answer = await client.put(STREAM, content=poured(encoded("audio/ogg", 2), 999), headers=HEADERS)
    assert answer.json()["next"] == len(house.gateway.chunks) == 4
    assert [chunk.sequence for chunk in house.gateway.chunks] == [0, 1, 2, 3]


async def test_without_a_time_the_stream_begins_now(house: House, client: Client) -> None:
    await opened(client)
    house.clock.now_ms += 5_000
    await client.put(STREAM, content=poured(encoded("audio/ogg", 1), 999), headers={"Content-Type": TYPE})
    assert house.gateway.chunks[0].captured_ms == OPENED_MS + 5_000


async def test_a_console_that_does_not_know_the_track_asks_for_its_sequence(house: House, client: Client) -> None:
    await opened(client)
    house.clock.now_ms += 10_000
    async with house.streaming() as restarted:
        answer = await restarted.put(STREAM, content=poured(encoded("audio/ogg", 1), 999), headers=HEADERS)
        problem(answer, 409, "sequence_unknown", "Earwitness-Sequence")
        given = HEADERS | {"Earwitness-Sequence": "6"}
        answer = await restarted.put(STREAM, content=poured(encoded("audio/ogg", 1), 999), headers=given)
        assert answer.json() == {"chunks": 1, "seconds": 1.0, "next": 7}


REFUSED = [
    ("/rooms/none/tracks/anna/stream", {}, b"", 404, "unknown_room", "room_id"),
    ("/rooms/tea/tracks/none/stream", {}, b"", 404, "unknown_track", "track_id"),
    ("/rooms/quiet/tracks/anna/stream", {}, b"", 409, "not_recorded", "room_id"),
    (STREAM, {"Content-Type": "audio/flac"}, b"", 415, "content_type_changed", "Content-Type"),
    (STREAM, {"Earwitness-Captured-Ms": "now"}, b"", 400, "header_malformed", "Earwitness-Captured-Ms"),
    (STREAM, {"Earwitness-Captured-Ms": "17"}, b"x" * 99, 400, "captured_implausible", "Earwitness-Captured-Ms"),
    (STREAM, {"Earwitness-Sequence": "-1"}, b"", 400, "header_malformed", "Earwitness-Sequence"),
    (STREAM, {"Earwitness-Actor": "\t"}, b"", 400, "actor_malformed", "Earwitness-Actor"),
    (STREAM, {}, b"no audio at all" * 99, 400, "not_audio", "body"),
    (STREAM, {}, bytes(2_000_000), 400, "not_audio", "body"),
]


@pytest.mark.parametrize(
    ("path", "headers", "body", "status", "reason", "field"), REFUSED, ids=[refused[4] for refused in REFUSED]
)
async def test_a_stream_that_may_not_be_is_refused(
    house: House, client: Client, path: str, headers: dict[str, str], body: bytes, status: int, reason: str, field: str
) -> None:
    await opened(client)
    await opened(client, "quiet", record=False)
    answer = await client.put(path, content=poured(body, 4096), headers=HEADERS | headers)
    problem(answer, status, reason, field)
    assert house.gateway.chunks == []


async def test_an_empty_body_is_no_chunk(client: Client) -> None:
    await opened(client)
    answer = await client.put(STREAM, content=b"", headers=HEADERS)
    assert answer.json() == {"chunks": 0, "seconds": 0, "next": 0}


class Away(MemoryGateway):
    """A broker that is away for some chunks, or for ever."""

    times = 3

    async def send(self, chunk: AudioChunk) -> None:
        self.times -= 1
        if self.times >= 0:
            raise Unavailable("the broker does not answer")
        await super().send(chunk)


async def test_a_broker_that_comes_back_loses_nothing_of_a_stream(house: House) -> None:
    away = Away(house.log, house.clock)
    async with house.streaming(gateway=away, patience_s=0.05) as client:
        await opened(client)
        away.times = 1
        answer = await client.put(STREAM, content=poured(encoded("audio/ogg", 2), 999), headers=HEADERS)
        assert answer.status_code == 200
        assert b"".join(chunk.data for chunk in away.chunks) == encoded("audio/ogg", 2)


async def test_a_broker_that_stays_away_ends_a_stream_and_says_how_far_it_came(house: House) -> None:
    away = Away(house.log, house.clock)
    async with house.streaming(gateway=away, patience_s=0.05) as client:
        await opened(client)
        away.times = 1_000
        answer = await client.put(STREAM, content=poured(encoded("audio/ogg", 2), 999), headers=HEADERS)
        assert "0 is next" in problem(answer, 503, "unavailable", "")["detail"]


async def test_a_room_that_closes_under_a_stream_ends_it(house: House, client: Client) -> None:
    async def body() -> AsyncIterator[bytes]:
        data = encoded("audio/ogg", 5)
        yield data[: len(data) // 2]
        await client.post("/rooms/tea/close")
        yield data[len(data) // 2 :]

    await opened(client)
    answer = await client.put(STREAM, content=body(), headers=HEADERS)
    assert f"{len(house.gateway.chunks)} is next" in problem(answer, 409, "room_closed", "room_id")["detail"]


@asynccontextmanager
async def served(house: House, **others: Any) -> AsyncIterator[tuple[int, httpx.AsyncClient]]:
    """The console as it is really served, on a loopback port."""
    server = uvicorn.Server(uvicorn.Config(house.app(**others), port=0, log_level="warning", **serving()))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag and no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await opened(client)
        yield port, client
    server.should_exit = True
    await running


HEAD = f"PUT {STREAM} HTTP/1.1\r\nHost: here\r\nContent-Type: {TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()


async def test_a_client_that_falls_silent_is_told_and_what_it_said_is_kept(house: House) -> None:
    data = encoded("audio/ogg", 3)[:-100]
    async with served(house, silence_s=0.2) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"%x\r\n%s\r\n" % (len(data), data))
        answer = await asyncio.wait_for(reader.read(65_536), 5)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"stream_silent" in answer
        writer.close()
    assert b"".join(chunk.data for chunk in house.gateway.chunks) == data


async def test_what_a_client_said_before_its_line_broke_is_kept(house: House) -> None:
    data = encoded("audio/ogg", 3)[:-100]
    async with served(house) as (port, _):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"%x\r\n%s\r\n" % (len(data), data))
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.transport.abort()
        for _ in range(100):
            await asyncio.sleep(0.02)
            if sum(len(chunk.data) for chunk in house.gateway.chunks) == len(data):
                break
    assert b"".join(chunk.data for chunk in house.gateway.chunks) == data


async def test_while_the_broker_is_slow_no_more_is_read_than_the_sockets_hold(house: House) -> None:
    gate = asyncio.Event()

    class Slow(MemoryGateway):
        async def send(self, chunk: AudioChunk) -> None:
            await gate.wait()
            await super().send(chunk)

    written = 0
    endless = encoded("audio/ogg", 60) * 40

    async def body() -> AsyncIterator[bytes]:
        nonlocal written
        for at in range(0, len(endless), 65_536):
            yield endless[at : at + 65_536]
            written += 65_536

    slow = Slow(house.log, house.clock)
    async with served(house, gateway=slow) as (_, client):
        pouring = asyncio.create_task(client.put(STREAM, content=body(), headers=HEADERS, timeout=60))
        await asyncio.sleep(0.5)
        assert written < len(endless) // 2
        assert slow.chunks == []
        gate.set()
        assert (await pouring).status_code == 200
    assert b"".join(chunk.data for chunk in slow.chunks) == endless
