"""The console as it is served, by uvicorn over TCP: the socket, lines that drop, a broker that stalls."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from schemas.audio import MAX_CHUNK_BYTES, AudioChunk
from schemas.errors import Unavailable
from streams.memory_gateway import MemoryGateway
from tests.console.house import OGG_START, OPENED_MS, House, chunk_headers
from tests.console.test_browser import Served, free_port
from tests.console.wire import Wire

SOCKET = "/rooms/tea/tracks/anna/socket"
LARGEST = OGG_START + bytes(MAX_CHUNK_BYTES - len(OGG_START))


@pytest.fixture
def served() -> Iterator[Served]:
    house = House()
    house.gateway = Stalling(house.log, house.clock)
    with Served(house, free_port()) as served:
        served.do(served.open("tea"))
        yield served


def socket(url: str, query: str = "", path: str = SOCKET) -> connect:
    return connect(url.replace("http", "ws") + path + query, max_size=None)


async def send(line: ClientConnection, sequence: int, data: bytes = OGG_START) -> None:
    header = {"sequence": sequence, "captured_ms": OPENED_MS + 1000 * sequence, "duration_ms": 1000}
    await line.send(msgspec.json.encode(header).decode())
    await line.send(data)


async def hear(line: ClientConnection) -> dict[str, Any]:
    return dict(msgspec.json.decode(await asyncio.wait_for(line.recv(), 10)))


async def test_chunks_are_acknowledged_and_the_largest_one_passes(served: Served) -> None:
    async with socket(served.url) as line:
        assert await hear(line) == {"next": 0, "max_bytes": MAX_CHUNK_BYTES}
        for sequence, data in enumerate((OGG_START, LARGEST)):
            await send(line, sequence, data)
            assert await hear(line) == {"ack": sequence}
    assert [len(chunk.data) for chunk in served.house.gateway.chunks] == [len(OGG_START), MAX_CHUNK_BYTES]


async def test_a_frame_that_is_too_large_is_never_read_and_closes_the_line(served: Served) -> None:
    async with socket(served.url) as line:
        await hear(line)
        await send(line, 0, LARGEST + b"\0")
        with pytest.raises(ConnectionClosed) as closed:
            await hear(line)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert served.house.gateway.chunks == []


async def test_a_refusal_closes_the_line_with_its_reason(served: Served) -> None:
    async with socket(served.url) as line:
        await hear(line)
        await send(line, 5)
        assert (await hear(line))["problem"]["reason"] == "sequence_jump"
        await line.wait_closed()
        assert (line.close_code, line.close_reason) == (4409, "sequence_jump")


async def test_a_client_that_keeps_what_is_not_acknowledged_survives_every_cut(served: Served) -> None:
    """The line is cut after every second answer, with chunks and answers on their way in it."""
    acknowledged, cuts = 0, 0
    with Wire(served.port) as wire:
        while acknowledged < 40:
            wire.mend()
            async with socket(wire.url, f"?next={acknowledged}") as line:
                acknowledged = (await hear(line))["next"]
                for sequence in range(acknowledged, min(40, acknowledged + 6)):
                    await send(line, sequence, OGG_START + bytes([sequence]) * 9_000)
                for _ in range(min(2, 40 - acknowledged)):
                    acknowledged = (await hear(line))["ack"] + 1
                await asyncio.to_thread(wire.cut)
                cuts += 1
    sent = served.house.gateway.chunks
    assert [chunk.sequence for chunk in sent] == list(range(40))
    assert all(chunk.data == OGG_START + bytes([chunk.sequence]) * 9_000 for chunk in sent)
    assert cuts > 5


# --- a broker that stalls ---------------------------------------------------------------------------------------------


class Stalling(MemoryGateway):
    """A broker that confirms nothing while it is stalled; after a second the way to it gives up, as publishers do."""

    stalled = False

    async def send(self, chunk: AudioChunk) -> None:
        until = asyncio.get_running_loop().time() + 1
        while self.stalled:
            await asyncio.sleep(0.02)
            if asyncio.get_running_loop().time() > until:
                raise Unavailable("the broker did not confirm the record")
        await super().send(chunk)


@pytest.fixture
def gateway(served: Served) -> Stalling:
    return served.house.gateway  # type: ignore[return-value]  # `served` made it


def put(client: httpx.AsyncClient, sequence: int, data: bytes = OGG_START) -> Any:
    headers = chunk_headers(Earwitness_Captured_Ms=str(OPENED_MS + 1000 * sequence))
    return client.put(f"/rooms/tea/tracks/tom/chunks/{sequence}", content=data, headers=headers)


async def insist(line: ClientConnection, sequence: int) -> None:
    """Send a chunk again after each pause, until it is acknowledged."""
    while True:
        await send(line, sequence)
        told = await hear(line)
        if "ack" in told:
            assert told == {"ack": sequence}
            return
        assert told["next"] == sequence
        await asyncio.sleep(told["pause_ms"] / 1000)


async def test_a_stalled_broker_pauses_a_socket_and_is_gone_on_with_afterwards(
    gateway: Stalling, served: Served
) -> None:
    async with socket(served.url) as line:
        await hear(line)
        await send(line, 0)
        assert await hear(line) == {"ack": 0}
        gateway.stalled = True
        for sequence in (1, 2, 3):
            await send(line, sequence)
        paused = await hear(line)
        assert paused["next"] == 1
        assert paused["pause_ms"] >= 1000
        gateway.stalled = False
        for sequence in (1, 2, 3):
            await send(line, sequence)
            assert await hear(line) == {"ack": sequence}
    assert [chunk.sequence for chunk in gateway.chunks] == [0, 1, 2, 3]


async def test_a_stalled_broker_answers_requests_with_429_and_503_and_when_to_come_back(
    gateway: Stalling, served: Served
) -> None:
    async with httpx.AsyncClient(base_url=served.url, timeout=30) as client:
        assert (await put(client, 0)).status_code == 202
        gateway.stalled = True
        answers = await asyncio.gather(*(put(client, 1) for _ in range(12)))
        assert {answer.status_code for answer in answers} == {429, 503}
        assert sum(answer.status_code == 429 for answer in answers) == 4
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
        gateway.stalled = False
        assert (await put(client, 1)).status_code == 202


PUSHING = """
import sys, threading
from websockets.sync.client import connect

def push(address):
    with connect(address) as line:
        line.recv()
        for sequence in range(100):
            line.send('{"sequence": %d, "captured_ms": 1700000000000, "duration_ms": 1000}' % sequence)
            line.send(b"OggS\\0\\2" + bytes(524282))

for address in sys.argv[1:]:
    threading.Thread(target=push, args=(address,), daemon=True).start()
print("pushing", flush=True)
sys.stdin.read()
"""
"""Another process, so that its memory is not counted: each line is offered 50 MiB without waiting for an answer."""


def test_while_the_broker_stalls_memory_stays_bounded_whatever_is_sent(gateway: Stalling, served: Served) -> None:
    """Ten speakers offer 500 MiB; what the console holds does not grow with it."""
    lines = []
    for n in range(10):
        track = {"speaker": f"speaker-{n}", "content_type": "audio/ogg;codecs=opus", "track_id": f"speaker-{n}"}
        served.request("POST", "/rooms/tea/tracks", json=track)
        lines.append(f"{served.url.replace('http', 'ws')}/rooms/tea/tracks/speaker-{n}/socket")
    gateway.stalled = True
    here = psutil.Process()
    before, most = here.memory_info().rss, 0
    command = [sys.executable, "-c", PUSHING, *lines]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as pushing:
        assert pushing.stdout is not None
        assert pushing.stdout.readline() == b"pushing\n"
        until = time.monotonic() + 6
        while time.monotonic() < until:
            time.sleep(0.05)
            most = max(most, here.memory_info().rss - before)
        pushing.kill()
    assert gateway.chunks == []
    assert most < 128 * 1024 * 1024
