"""Audio over a WebSocket: chunks in, an acknowledgement of each that the broker has out; the line may drop anywhere.

The protocol is in docs/contracts.md, the reasons are in docs/decisions/0007.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Router, websocket
from litestar import WebSocket as LitestarWebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from console.access import actor_of
from console.admission import Busy
from console.chunks import whole
from console.door import Door
from console.problems import RETRY_AFTER_S, Problem, problem, problem_of
from console.services import Services
from schemas.audio import MAX_CHUNK_BYTES
from schemas.base import Record
from schemas.errors import Invalid, Unavailable
from schemas.wire import field_of

Socket = LitestarWebSocket[Any, Any, Any]

FIELD_OF = {"capturedms": "captured_ms", "durationms": "duration_ms"}
"""How the fields of a chunk are called over a WebSocket."""
CLOSED_BY_PROBLEM = 4000
"""A close code is this and the status of the problem: codes from 4000 on are an application's own (RFC 6455, 7.4.2)."""

Number = Annotated[int, msgspec.Meta(lt=10**16)]
"""As many digits as everywhere else on the wire (`schemas/wire.py`)."""


class ChunkHeader(Record, frozen=True, kw_only=True):
    """The text frame before the binary frame with the bytes."""

    sequence: Number
    captured_ms: Number
    duration_ms: Number


class Welcome(Record, frozen=True, kw_only=True):
    """The first frame. `next` is the sequence to send now; `None`: go on behind the last acknowledged."""

    next: int | None
    max_bytes: int = MAX_CHUNK_BYTES


class Ack(Record, frozen=True, kw_only=True):
    """The broker has this sequence, and all before it."""

    ack: int


class Pause(Record, frozen=True, kw_only=True):
    """Sequence `next` and what was sent behind it has not been taken: wait, then send it again from there."""

    pause_ms: int
    next: int


class Refusal(Record, frozen=True, kw_only=True):
    """The last frame: why the line is closed (RFC 9457)."""

    problem: Problem


@dataclass
class Line:
    """One connection; `again` is the sequence that has to come again after a pause."""

    socket: Socket
    door: Door
    room_id: str
    track_id: str
    again: int | None = None

    async def welcome(self) -> None:
        entrance = await self.door.enter(self.room_id, self.track_id)
        given = self.socket.query_params.get("next")
        confirmed = None if given is None else whole(given, "next")
        await self.tell(Welcome(next=await entrance.place.resume(confirmed)))

    async def take(self) -> None:
        """Take the next chunk and answer it; nothing more is read before that."""
        header = _header(await self._frame("text"))
        data = await self._frame("bytes")
        if self.again not in (None, header.sequence):
            return  # sent before its sender heard of the pause
        try:
            await self._send(header, data)
        except Busy as error:
            await self._pause(header.sequence, error.wait_s)
        except Unavailable:
            await self._pause(header.sequence, RETRY_AFTER_S)
        else:
            self.again = None
            await self.tell(Ack(ack=header.sequence))

    async def tell(self, record: Record) -> None:
        await self.socket.send_data(msgspec.json.encode(record).decode())

    async def _send(self, header: ChunkHeader, data: bytes) -> None:
        entrance = await self.door.enter(self.room_id, self.track_id)
        chunk = entrance.chunk(header.sequence, header.captured_ms, header.duration_ms, data)
        with self.door.hold(self.room_id, self.track_id, len(data)):
            await self.door.send(entrance, chunk, FIELD_OF)

    async def _pause(self, sequence: int, wait_s: int) -> None:
        self.again = sequence
        await self.tell(Pause(pause_ms=wait_s * 1000, next=sequence))

    async def _frame(self, kind: str) -> Any:
        """The next frame, which has to be of this kind; `WebSocketDisconnect` where there is none."""
        event: Any = await self.socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(detail="the line dropped", code=event.get("code", 1005))
        if event.get(kind) is None:
            expected = "a text frame with the chunk's header" if kind == "text" else "a binary frame with its bytes"
            raise Invalid("frame_unexpected", f"here comes {expected}", field="frame")
        return event[kind]


def _header(text: str) -> ChunkHeader:
    try:
        return msgspec.json.decode(text, type=ChunkHeader)
    except msgspec.ValidationError as error:
        raise Invalid("header_malformed", str(error), field=field_of(str(error))) from error
    except msgspec.DecodeError as error:
        raise Invalid("json_malformed", str(error), field="frame") from error


@websocket("/tracks/{track_id:str}/socket")
async def chunk_socket(socket: Socket, room_id: FromPath[str], track_id: FromPath[str]) -> None:
    """Take chunks until the line drops, or until one is refused."""
    await socket.accept()
    line = Line(socket, socket.app.state.door, room_id, track_id)
    try:
        check_caller(socket)
        await line.welcome()
        while True:
            await line.take()
    except (WebSocketDisconnect, OSError):  # OSError: it dropped while we were answering (ASGI specification)
        return
    except Invalid as error:
        await refuse(socket, problem_of(error))
    except Unavailable as error:
        await refuse(socket, problem(503, "unavailable", str(error) or "a part is away; try again"))


async def refuse(socket: Socket, told: Problem) -> None:
    """Say why, and close the line."""
    services: Services = socket.app.state.services
    services.metrics.problems.labels(told.reason).inc()
    await socket.send_data(msgspec.json.encode(Refusal(problem=told)).decode())
    await socket.close(code=CLOSED_BY_PROBLEM + told.status, reason=told.reason)


def check_caller(socket: Socket) -> None:
    """Nobody is asked for a password yet, so other sites' pages must not listen or send through a visitor's browser."""
    actor_of(socket.headers.get("Earwitness-Actor"))
    origin = socket.headers.get("Origin")
    ours = (socket.headers.get("Host", ""), urlsplit(socket.app.state.services.base_url).netloc)
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise Invalid("cross_site", "pages of other sites may not open a line here", field="Origin")


socket_router = Router("/rooms/{room_id:str}", route_handlers=[chunk_socket])
