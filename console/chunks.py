"""Audio from producers over HTTP: one chunk a request in, a confirmed message on the broker out."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Router, put
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.openapi.spec import Parameter as OpenAPIParameter
from litestar.params import FromPath

from console.access import known_room
from console.asking import Desk, GivenDesk
from processors.checks import TrackSequence, check_chunk, expect
from processors.media import media_of
from schemas.audio import MAX_CHUNK_BYTES, AudioChunk
from schemas.base import Record
from schemas.errors import Invalid
from schemas.rooms import Room, Track

ChunkRequest = Request[Any, Any, Any]

CAPTURED = "Earwitness-Captured-Ms"
DURATION = "Earwitness-Duration-Ms"
FIELD_OF = {"data": "body", "capturedms": CAPTURED, "durationms": DURATION, "content-type": "Content-Type"}
"""How the fields of a chunk are called over HTTP."""


_BODY = RequestBody(content={"audio/*": OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))}, required=True)


@dataclass
class ChunkOperation(Operation):
    """Tells OpenAPI of the raw body and the headers, which the handler reads by itself."""

    def __post_init__(self) -> None:
        self.request_body = _BODY
        self.parameters = [*(self.parameters or []), _header(CAPTURED), _header(DURATION)]


def _header(name: str) -> OpenAPIParameter:
    return OpenAPIParameter(name=name, param_in="header", required=True, schema=Schema(type=OpenAPIType.INTEGER))


class Taken(Record, frozen=True, kw_only=True):
    """The broker has the chunk; `next_sequence` is the one to send now."""

    room_id: str
    track_id: str
    sequence: int
    next_sequence: int


@dataclass
class Place:
    """How far a track has come through this console; the lock keeps its chunks in order on their way to the broker.

    `reached` is `None` where the track began before this console did: it is then taken up where it is.
    """

    reached: TrackSequence | None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def after(self, chunk: AudioChunk) -> TrackSequence:
        """How far the track is with `chunk`; raises `Invalid` where it is out of order."""
        after = expect(self.reached or TrackSequence(next_sequence=chunk.sequence), chunk)
        if isinstance(after, Invalid):
            raise after
        return after


class Places:
    """The places of all tracks of the live rooms, from `started_ms` (Unix time) on."""

    def __init__(self, started_ms: int) -> None:
        self._started_ms = started_ms
        self._rooms: dict[str, dict[str, Place]] = defaultdict(dict)

    def of(self, room: Room, track: Track) -> Place:
        reached = TrackSequence() if track.joined_ms >= self._started_ms else None
        return self._rooms[room.room_id].setdefault(track.track_id, Place(reached))

    def forget(self, room_id: str) -> None:
        self._rooms.pop(room_id, None)


@put("/tracks/{track_id:str}/chunks/{sequence:str}", status_code=202, operation_class=ChunkOperation, tags=["tracks"])
async def put_chunk(
    request: ChunkRequest, desk: GivenDesk, room_id: FromPath[str], track_id: FromPath[str], sequence: FromPath[str]
) -> Taken:
    """Take the raw bytes of one chunk; the answer comes once the broker has it.

    Headers: `Content-Type` (the track's), `Content-Length`, `Earwitness-Captured-Ms`, `Earwitness-Duration-Ms`.
    """
    _check_length(request)
    places: Places = request.app.state.places
    room = await known_room(desk.services, room_id)
    if not room.live:
        places.forget(room_id)
    track = _open_track(room, track_id)
    chunk = _chunk(request, room, track, _whole(sequence, "sequence"), await request.body())
    await _send(desk, places.of(room, track), chunk)
    return Taken(room_id=room_id, track_id=track_id, sequence=chunk.sequence, next_sequence=chunk.sequence + 1)


async def _send(desk: Desk, place: Place, chunk: AudioChunk) -> None:
    async with place.lock:
        after = place.after(chunk)
        await desk.services.gateway.send(chunk)
        place.reached = after
    desk.services.metrics.chunks.inc()
    desk.services.metrics.bytes.inc(len(chunk.data))


def _check_length(request: ChunkRequest) -> None:
    """Refuse before the body is read: a length that is too much, or none at all (a chunk is no stream)."""
    given = request.headers.get("Content-Length")
    if given is None:
        raise Invalid("length_missing", "send Content-Length", field="Content-Length")
    if _whole(given, "Content-Length") > MAX_CHUNK_BYTES:
        raise Invalid("chunk_too_large", f"at most {MAX_CHUNK_BYTES} bytes; send shorter chunks", field="body")


def _open_track(room: Room, track_id: str) -> Track:
    if not room.live:
        raise Invalid("room_closed", "the room is closed", field="room_id")
    if not room.record:
        raise Invalid("not_recorded", "this room is not recorded: nothing of it is taken", field="room_id")
    track = room.tracks.get(track_id)
    if track is None:
        raise Invalid("unknown_track", f"the room has no track {track_id!r}; join it first", field="track_id")
    if track.left_ms is not None:
        raise Invalid("track_left", "this track has left; join it again first", field="track_id")
    return track


def _chunk(request: ChunkRequest, room: Room, track: Track, sequence: int, data: bytes) -> AudioChunk:
    _check_type(request.headers.get("Content-Type"), track)
    chunk = AudioChunk(
        room_id=room.room_id,
        track_id=track.track_id,
        sequence=sequence,
        captured_ms=_number(request, CAPTURED),
        duration_ms=_number(request, DURATION),
        content_type=track.content_type,
        data=data,
    )
    try:
        check_chunk(chunk)
    except Invalid as error:
        raise Invalid(error.reason, error.detail, field=FIELD_OF.get(error.field, error.field)) from error
    return chunk


def _check_type(content_type: str | None, track: Track) -> None:
    if not content_type:
        raise Invalid("content_type_missing", f"send Content-Type: {track.content_type}", field="Content-Type")
    try:
        same = media_of(content_type) == media_of(track.content_type)
    except Invalid as error:
        raise Invalid(error.reason, error.detail, field="Content-Type") from error
    if not same:
        raise Invalid("content_type_changed", f"this track sends {track.content_type}", field="Content-Type")


def _number(request: ChunkRequest, name: str) -> int:
    given = request.headers.get(name)
    if given is None:
        raise Invalid("header_missing", f"send {name}", field=name)
    return _whole(given, name)


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        reason = "sequence_malformed" if name == "sequence" else "header_malformed"
        raise Invalid(reason, f"{name} must be a whole number of 0 or more", field=name)
    return int(text)


chunk_router = Router("/rooms/{room_id:str}", route_handlers=[put_chunk])
