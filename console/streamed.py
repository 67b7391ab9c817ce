"""One long request body in, as ffmpeg or a browser pours it; confirmed chunks on the broker out, cut at the door.

Nothing more is read before what was read is confirmed, so a slow broker slows its producer down and fills no memory.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog
from litestar import Router, put
from litestar.exceptions import InternalServerException
from litestar.openapi.spec import Operation
from litestar.params import FromPath

from console.admission import Busy
from console.chunks import CAPTURED, FIELD_OF, RAW_BODY, ChunkRequest, door_for, header, whole
from console.door import Door, Entrance
from console.problems import RETRY_AFTER_S
from console.services import Services
from processors.cutting import Cutter, Piece
from schemas.base import Record
from schemas.errors import Invalid, Unavailable

log = structlog.get_logger()

SEQUENCE = "Earwitness-Sequence"


@dataclass
class StreamOperation(Operation):
    """Tells OpenAPI of the raw body and the headers, which the handler reads by itself."""

    def __post_init__(self) -> None:
        self.request_body = RAW_BODY
        self.parameters = [
            *(self.parameters or []),
            header(CAPTURED, required=False),
            header(SEQUENCE, required=False),
        ]


class Streamed(Record, frozen=True, kw_only=True):
    """What became of the body; `next` is the sequence behind it."""

    chunks: int
    seconds: float
    next: int


@dataclass
class Pouring:
    """A body on its way: the first sample's time (Unix ms), and how far it has come."""

    services: Services
    door: Door
    entrance: Entrance
    captured_ms: int
    first: int
    chunks: int = 0
    duration_ms: int = 0

    async def take(self, body: "Body") -> None:
        """Send the body on, what was said last too where the line broke; raises as the door does."""
        cutter = Cutter(self.entrance.track.content_type)
        async for data in body:
            for piece in cutter.feed(data):
                await self.send(piece)
        for piece in cutter.finish():
            await self.send(piece)
        if body.silent:
            detail = f"nothing came for {self.services.silence_s:g} s"
            raise Invalid("stream_silent", detail, field="body")

    def so_far(self) -> str:
        return f"{self.chunks} chunks ({self.duration_ms / 1000:g} s) were taken, {self.first + self.chunks} is next"

    async def send(self, piece: Piece) -> None:
        """Send a chunk, as often as it takes while the broker is slow or away."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.services.patience_s
        while True:
            try:
                return await self._offer(piece)
            except Busy as error:
                wait_s = error.wait_s
            except Unavailable:
                wait_s = RETRY_AFTER_S
            if loop.time() >= until:
                raise Unavailable("the broker was away for too long")
            await asyncio.sleep(min(wait_s, self.services.patience_s))

    async def _offer(self, piece: Piece) -> None:
        entrance = await self.door.enter(self.entrance.room_id, self.entrance.track.track_id)
        captured_ms = self.captured_ms + piece.starts_ms
        chunk = entrance.chunk(self.first + self.chunks, captured_ms, piece.duration_ms, piece.data)
        with self.door.hold(chunk.room_id, chunk.track_id, len(chunk.data)):
            await self.door.send(entrance, chunk, FIELD_OF)
        self.chunks += 1
        self.duration_ms += piece.duration_ms


@put(
    "/tracks/{track_id:str}/stream",
    status_code=200,
    request_max_body_size=None,
    operation_class=StreamOperation,
    tags=["tracks"],
)
async def put_stream(request: ChunkRequest, room_id: FromPath[str], track_id: FromPath[str]) -> Streamed:
    """Take one long body, `ffmpeg … -f ogg - | curl -T - …`, as chunks of about a second.

    `Content-Type` is the track's. `Earwitness-Captured-Ms` is the time of the first sample (without it: now), and
    `Earwitness-Sequence` the number of the first chunk (without it: where the track is). 408 when nothing comes.
    """
    pouring = await _begun(request, room_id, track_id)
    try:
        await pouring.take(Body(request, pouring.services.silence_s))
    except Invalid as error:
        raise Invalid(error.reason, f"{error.detail}; {pouring.so_far()}", field=error.field) from error
    except Unavailable as error:
        raise Unavailable(f"{error}; {pouring.so_far()}") from error
    return Streamed(chunks=pouring.chunks, seconds=pouring.duration_ms / 1000, next=pouring.first + pouring.chunks)


async def _begun(request: ChunkRequest, room_id: str, track_id: str) -> Pouring:
    door = door_for(request)
    services: Services = request.app.state.services
    entrance = await door.enter(room_id, track_id)
    entrance.check_type(request.headers.get("Content-Type"))
    captured_ms = _given(request, CAPTURED)
    first = await entrance.place.resume(_given(request, SEQUENCE))
    if first is None:
        detail = f"the track began at another console; send {SEQUENCE}, the number of the first chunk"
        raise Invalid("sequence_unknown", detail, field=SEQUENCE)
    return Pouring(services, door, entrance, services.now() if captured_ms is None else captured_ms, first)


def _given(request: ChunkRequest, name: str) -> int | None:
    given = request.headers.get(name)
    return None if given is None else whole(given, name)


class Body:
    """The bytes of a request as they come; they end early where the line breaks, or `silent` where nothing comes."""

    def __init__(self, request: ChunkRequest, silence_s: float) -> None:
        self._request = request
        self._silence_s = silence_s
        self.silent = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = self._request.stream()
        while True:
            try:
                yield await asyncio.wait_for(anext(body), self._silence_s)
            except StopAsyncIteration:
                return
            except TimeoutError:
                self.silent = True
                return
            except InternalServerException:  # how Litestar says that the client is gone
                log.warning("stream_broken", path=self._request.url.path)
                return


stream_router = Router("/rooms/{room_id:str}", route_handlers=[put_stream])
