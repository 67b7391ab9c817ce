"""A broken chunk in, sent as a producer would through one of the ways into a console; the status of the answer out."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import httpx
import msgspec
from litestar import Litestar

from bench.fuzz.mutating import Wire

BODY_PIECE = 3_001
"""Bytes of a streamed body that arrive at once: no multiple of anything."""
TAKEN = 202
CLOSED_BY_PROBLEM = 4000
"""A close code is this and the status of the problem (docs/contracts.md)."""


class Console(NamedTuple):
    """The application, and a client of it."""

    app: Litestar
    http: httpx.AsyncClient


Way = Callable[[Console, str, int, Wire], Awaitable[int]]
"""Sends to a track's address; the number is the sequence that its door expects."""


async def one_request(console: Console, track: str, sequence: int, wire: Wire) -> int:
    headers = _headers(wire) | {b"Earwitness-Duration-Ms": _told(wire, "ce_durationms")}
    answer = await console.http.put(f"{track}/chunks/{sequence}", content=wire[1], headers=list(headers.items()))
    return answer.status_code


async def streamed(console: Console, track: str, sequence: int, wire: Wire) -> int:
    """A body of its own for each chunk: after a refusal the rest of a longer one would never be read."""
    headers = _headers(wire) | {b"Earwitness-Sequence": str(sequence).encode()}
    answer = await console.http.put(f"{track}/stream", content=_in_pieces(wire[1]), headers=list(headers.items()))
    return answer.status_code


async def over_socket(console: Console, track: str, sequence: int, wire: Wire) -> int:
    """A line of its own for each chunk, spoken to below the network: two frames, and then it drops."""
    captured, lasts = (_told(wire, name).decode(errors="replace") for name in ("ce_capturedms", "ce_durationms"))
    header = f'{{"sequence": {sequence}, "captured_ms": {captured}, "duration_ms": {lasts}}}'
    to_console: list[dict[str, Any]] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": header},
        {"type": "websocket.receive", "bytes": wire[1]},
        {"type": "websocket.disconnect", "code": 1006},
    ]
    said: list[Mapping[str, Any]] = []

    async def receive() -> Any:
        return to_console.pop(0)

    async def send(event: Any) -> None:
        said.append(event)

    await console.app(_scope(f"{track}/socket", sequence), receive, send)
    return _status(said)


WAYS: tuple[Way | None, ...] = (None, one_request, None, over_socket, None, streamed)
"""How tracks come, in turn; `None` is the topic, past every door."""


def _told(wire: Wire, name: str) -> bytes:
    return dict(wire[0]).get(name, b"")


def _headers(wire: Wire) -> dict[bytes, bytes]:
    return {
        b"Content-Type": _told(wire, "content-type"),
        b"Earwitness-Captured-Ms": _told(wire, "ce_capturedms"),
    }


async def _in_pieces(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), BODY_PIECE):
        yield data[at : at + BODY_PIECE]


def _scope(path: str, sequence: int) -> Any:
    return {
        "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": path,
        "raw_path": path.encode(), "query_string": f"next={sequence}".encode(), "root_path": "", "subprotocols": [],
        "headers": [(b"host", b"f")], "client": ("127.0.0.1", 1), "server": ("f", 80), "state": {},
    }  # fmt: skip


def _status(said: list[Mapping[str, Any]]) -> int:
    """Of the problem that closed the line, or 202 for an acknowledgement; 500 where there is neither."""
    for event in said:
        if event["type"] == "websocket.close":
            return int(event["code"]) - CLOSED_BY_PROBLEM
        if "ack" in msgspec.json.decode(event.get("text") or "{}"):
            return TAKEN
    return 500
