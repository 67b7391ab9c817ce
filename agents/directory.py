"""A room's id in, the room out, for those who ask with every chunk."""

from agents.ports import Now, RoomLog
from schemas.base import Record
from schemas.rooms import Room, Track

UNKNOWN_FOR_MS = 1_000
"""What is not known is looked for again after this time, however often it is asked for."""
KNOWN_FOR_MS = 60_000
"""What a track is (speaker, codec, recorded or not, since when) never changes; a room's id may be used again."""
ROOMS_REMEMBERED = 4_096


class _Seen(Record, frozen=True, kw_only=True):
    room: Room | None
    at_ms: int


class RoomDirectory:
    """Looks rooms up in the log and remembers them. Raises `Unavailable` when the log is away."""

    def __init__(self, log: RoomLog, now: Now) -> None:
        self._log = log
        self._now = now
        self._seen: dict[str, _Seen] = {}

    async def room(self, room_id: str) -> Room | None:
        """The room as it is now; None, for a second on end, where there is none."""
        seen = self._seen.get(room_id)
        if seen is not None and seen.room is None and self._fresh(seen, UNKNOWN_FOR_MS):
            return None
        return await self._look_up(room_id)

    async def track(self, room_id: str, track_id: str) -> tuple[Room, Track] | None:
        """The track and its room as they were up to a minute ago, without asking the log; None where it is unknown.

        Of the room only what never changes is to be relied on (`record`, `host`, `opened_ms`): it may have closed.
        """
        seen = self._seen.get(room_id)
        room = seen.room if seen is not None else None
        fresh_ms = KNOWN_FOR_MS if room is not None and track_id in room.tracks else UNKNOWN_FOR_MS
        if seen is None or not self._fresh(seen, fresh_ms):
            room = await self._look_up(room_id)
        return (room, room.tracks[track_id]) if room is not None and track_id in room.tracks else None

    async def _look_up(self, room_id: str) -> Room | None:
        room = await self._log.load(room_id)
        self._seen.pop(room_id, None)
        self._seen[room_id] = _Seen(room=room, at_ms=self._now())
        if len(self._seen) > ROOMS_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return room

    def _fresh(self, seen: _Seen, for_ms: int) -> bool:
        """What was seen in the future was seen before the clock went back: nobody knows how long ago."""
        return 0 <= self._now() - seen.at_ms < for_ms
