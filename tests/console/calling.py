"""A WebSocket client below the network: frames in and out of the console's own ASGI application, a line that drops."""

import asyncio
from typing import Any

import msgspec
from litestar import Litestar

from tests.console.house import OGG_START, OPENED_MS

CLOSE = "closed"


class Caller:
    """One connection to a console; leaving the block hangs up."""

    def __init__(self, app: Litestar, path: str, *, query: str = "", **headers: str) -> None:
        named = {"host": "console.test", **{name.replace("_", "-"): value for name, value in headers.items()}}
        self._scope: Any = {
            "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": path,
            "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "subprotocols": [],
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 1), "server": ("console.test", 80), "state": {},
        }  # fmt: skip
        self._app = app
        self._to_console: asyncio.Queue[Any] = asyncio.Queue()
        self._from_console: asyncio.Queue[Any] = asyncio.Queue()
        self.frames: list[Any] = []

    async def __aenter__(self) -> "Caller":
        self._to_console.put_nowait({"type": "websocket.connect"})
        self._call: Any = asyncio.ensure_future(
            self._app(self._scope, self._to_console.get, self._from_console.put)  # type: ignore[arg-type]
        )
        assert (await self._from_console.get())["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drop()

    def send(self, sequence: int, data: bytes = OGG_START, **changed: Any) -> None:
        header = {"sequence": sequence, "captured_ms": OPENED_MS + 1000 * sequence, "duration_ms": 1000}
        self.text(msgspec.json.encode(header | changed).decode())
        self.binary(data)

    def text(self, text: str) -> None:
        self._to_console.put_nowait({"type": "websocket.receive", "text": text})

    def binary(self, data: bytes) -> None:
        self._to_console.put_nowait({"type": "websocket.receive", "bytes": data})

    async def hear(self) -> dict[str, Any]:
        """The next frame as JSON; `{"closed": code}` when the console hangs up."""
        event = await asyncio.wait_for(self._from_console.get(), 5)
        if event["type"] == "websocket.close":
            return {CLOSE: event["code"]}
        return dict(msgspec.json.decode(event["text"]))

    async def drop(self, *, losing: int = 0) -> None:
        """The line drops; the last `losing` frames never arrive, nor does any answer from now on."""
        for _ in range(min(losing, self._to_console.qsize())):
            self._to_console._queue.pop()  # type: ignore[attr-defined]  # frames lost on the way, the youngest first
        self._to_console.put_nowait({"type": "websocket.disconnect", "code": 1006})
        await asyncio.wait_for(self._call, 5)
