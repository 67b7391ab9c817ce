"""Audio from producers over HTTP: one chunk a request in, a confirmed message on the broker out."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Router, put
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.openapi.spec import Parameter as OpenAPIParameter
from litestar.params import FromPath

from console.access import actor_of
from console.door import Door
from schemas.audio import MAX_CHUNK_BYTES
from schemas.base import Record
from schemas.errors import Invalid

ChunkRequest = Request[Any, Any, Any]

CAPTURED = "Earwitness-Captured-Ms"
DURATION = "Earwitness-Duration-Ms"
FIELD_OF = {"data": "body", "capturedms": CAPTURED, "durationms": DURATION, "content-type": "Content-Type"}
"""How the fields of a chunk are called over HTTP."""

RAW_BODY = RequestBody(content={"audio/*": OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))}, required=True)


@dataclass
class ChunkOperation(Operation):
    """Tells OpenAPI of the raw body and the headers, which the handler reads by itself."""

    def __post_init__(self) -> None:
        self.request_body = RAW_BODY
        self.parameters = [*(self.parameters or []), header(CAPTURED), header(DURATION)]


def header(name: str, *, required: bool = True) -> OpenAPIParameter:
    return OpenAPIParameter(name=name, param_in="header", required=required, schema=Schema(type=OpenAPIType.INTEGER))


class Taken(Record, frozen=True, kw_only=True):
    """The broker has the chunk; `next_sequence` is the one to send now."""

    room_id: str
    track_id: str
    sequence: int
    next_sequence: int


@put("/tracks/{track_id:str}/chunks/{sequence:str}", status_code=202, operation_class=ChunkOperation, tags=["tracks"])
async def put_chunk(
    request: ChunkRequest, room_id: FromPath[str], track_id: FromPath[str], sequence: FromPath[str]
) -> Taken:
    """Take the raw bytes of one chunk; the answer comes once the broker has it.

    Headers: `Content-Type` (the track's), `Content-Length`, `Earwitness-Captured-Ms`, `Earwitness-Duration-Ms`.
    Where too much waits for the broker the body is not read: 429 (this track) or 503 (this console), `Retry-After`.
    """
    door = door_for(request)
    size = _checked_length(request)
    entrance = await door.enter(room_id, track_id)
    number = whole(sequence, "sequence")
    entrance.check_type(request.headers.get("Content-Type"))
    captured_ms, duration_ms = _number(request, CAPTURED), _number(request, DURATION)
    with door.hold(room_id, track_id, size):
        chunk = entrance.chunk(number, captured_ms, duration_ms, await request.body())
        await door.send(entrance, chunk, FIELD_OF)
    return Taken(room_id=room_id, track_id=track_id, sequence=number, next_sequence=number + 1)


def door_for(request: ChunkRequest) -> Door:
    """The console's door, to whoever says properly who they are."""
    actor_of(request.headers.get("Earwitness-Actor"))
    door: Door = request.app.state.door
    return door


def _checked_length(request: ChunkRequest) -> int:
    """Refuse before the body is read: a length that is too much, or none at all (a chunk is no stream)."""
    given = request.headers.get("Content-Length")
    if given is None:
        raise Invalid("length_missing", "send Content-Length", field="Content-Length")
    size = whole(given, "Content-Length")
    if size > MAX_CHUNK_BYTES:
        raise Invalid("chunk_too_large", f"at most {MAX_CHUNK_BYTES} bytes; send shorter chunks", field="body")
    return size


def _number(request: ChunkRequest, name: str) -> int:
    given = request.headers.get(name)
    if given is None:
        raise Invalid("header_missing", f"send {name}", field=name)
    return whole(given, name)


def whole(text: str, name: str) -> int:
    """The number that `text` says; raises `Invalid` naming `name`."""
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        reason = "sequence_malformed" if name == "sequence" else "header_malformed"
        raise Invalid(reason, f"{name} must be a whole number of 0 or more", field=name)
    return int(text)


chunk_router = Router("/rooms/{room_id:str}", route_handlers=[put_chunk])
