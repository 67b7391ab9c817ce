"""A TCP line between a client and a console that a test can cut: both ends lose their connection, as on a train."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any


class Wire:
    """Listens on `port` and passes everything on to `to_port`, both on loopback, unless it is cut."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = True
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Wire":
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._passed_on, "127.0.0.1", 0))
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def cut(self) -> None:
        """Break what is open, with what is on its way in it, and refuse what comes until `mend`."""

        async def broken() -> None:
            self._whole = False
            for writer in tuple(self._open):
                writer.transport.abort()

        self._do(broken())

    def mend(self) -> None:
        self._whole = True

    def _do(self, asked: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(10)

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._to_port)
        self._open |= {writer, back}
        await asyncio.gather(_copied(reader, back), _copied(there, writer))
        self._open -= {writer, back}


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # cut
    finally:
        writer.close()
