"""A chunk from any door in, checked strictly, and confirmed by the broker out; how far each track has come.

HTTP requests (`chunks.py`), WebSockets (`socket.py`) and streamed bodies (`streamed.py`) all come through here.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from console.access import known_room
from console.admission import Admission
from console.services import Services
from processors.checks import TrackSequence, check_chunk, expect
from processors.media import media_of
from schemas.audio import AudioChunk
from schemas.errors import Invalid
from schemas.rooms import Room, Track


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

    async def resume(self, confirmed: int | None) -> int | None:
        """The sequence to send now, once all that is on its way has arrived or not; `None` where nobody knows.

        `confirmed` is how many chunks the producer knows to be confirmed: perhaps by another console.
        """
        async with self.lock:
            if confirmed is not None and (self.reached is None or self.reached.next_sequence < confirmed):
                self.reached = TrackSequence(next_sequence=confirmed)
            return self.reached.next_sequence if self.reached else None


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


@dataclass(frozen=True)
class Entrance:
    """A track that may send now, and how far it has come."""

    room_id: str
    track: Track
    place: Place

    def check_type(self, content_type: str | None) -> None:
        """Raise `Invalid` unless `content_type` is what the track joined with."""
        joined = self.track.content_type
        if not content_type:
            raise Invalid("content_type_missing", f"send Content-Type: {joined}", field="Content-Type")
        try:
            same = media_of(content_type) == media_of(joined)
        except Invalid as error:
            raise Invalid(error.reason, error.detail, field="Content-Type") from error
        if not same:
            raise Invalid("content_type_changed", f"this track sends {joined}", field="Content-Type")

    def chunk(self, sequence: int, captured_ms: int, duration_ms: int, data: bytes) -> AudioChunk:
        return AudioChunk(
            room_id=self.room_id,
            track_id=self.track.track_id,
            sequence=sequence,
            captured_ms=captured_ms,
            duration_ms=duration_ms,
            content_type=self.track.content_type,
            data=data,
        )


class Door:
    """The way of every chunk through one console."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._places = Places(services.now())
        self._admission = Admission(services.most_waiting_bytes, services.metrics)

    async def enter(self, room_id: str, track_id: str) -> Entrance:
        """Raise `Invalid` where the room is not recorded now, or the track is not there."""
        room = await known_room(self._services, room_id)
        if not room.live:
            self._places.forget(room_id)
        track = _open_track(room, track_id)
        return Entrance(room_id, track, self._places.of(room, track))

    def hold(self, room_id: str, track_id: str, size: int) -> AbstractContextManager[None]:
        """Keep a place for a chunk of `size` bytes, before they are read where that can be; raises `Busy`."""
        return self._admission.hold(room_id, track_id, size)

    async def send(self, entrance: Entrance, chunk: AudioChunk, names: Mapping[str, str]) -> None:
        """Check `chunk`, hand it to the broker, return once that has it; `names` says what its fields are called."""
        _check(chunk, names)
        async with entrance.place.lock:
            after = entrance.place.after(chunk)
            await self._services.gateway.send(chunk)
            entrance.place.reached = after
        self._services.metrics.chunks.inc()
        self._services.metrics.bytes.inc(len(chunk.data))


def _check(chunk: AudioChunk, names: Mapping[str, str]) -> None:
    try:
        check_chunk(chunk)
    except Invalid as error:
        raise Invalid(error.reason, error.detail, field=names.get(error.field, error.field)) from error


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
