"""What an ask needs of its room: values in, nothing out, or `Invalid` with the reason the asker is told."""

import re

from processors.clocks import expired
from schemas.audio import CONTENT_TYPES
from schemas.errors import Invalid
from schemas.rooms import Clock, Room, Track

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CONTENT_TYPES = frozenset(content_type.lower() for content_type in CONTENT_TYPES)


def is_id(text: str) -> bool:
    """Whether `text` may name a room or a track; ids become object keys and addresses as they are."""
    return _ID.fullmatch(text) is not None


def need_id(text: str, field: str) -> None:
    if not is_id(text):
        detail = f"{field} must be 1 to 64 letters, digits, '-' or '_' and begin with a letter or digit"
        raise Invalid("invalid_id", detail, field=field)


def need_text(text: str, field: str) -> None:
    if not text.strip():
        raise Invalid(f"empty_{field}", f"{field} must not be empty", field=field)


def need_codec(content_type: str) -> None:
    """Parameters after `;` are the decoder's business; media types are compared without case (RFC 9110)."""
    if content_type.partition(";")[0].strip().lower() not in _CONTENT_TYPES:
        detail = f"content_type must be one of {', '.join(CONTENT_TYPES)}"
        raise Invalid("unsupported_codec", detail, field="content_type")


def need_range(start_ms: int | None, end_ms: int | None) -> None:
    if (start_ms or 0) < 0 or (end_ms is not None and end_ms < (start_ms or 0)):
        raise Invalid("invalid_range", "start_ms must not be negative, nor end_ms before it", field="start_ms")


def need_track(room: Room, track_id: str) -> Track:
    if track_id not in room.tracks:
        raise Invalid("unknown_track", f"the room has no track {track_id}", field="track_id")
    return room.tracks[track_id]


def need_live(room: Room) -> None:
    if not room.live:
        raise Invalid("room_closed", "the room is closed")


def need_recorded(room: Room) -> None:
    if not room.record:
        raise Invalid("not_recorded", "the room is not recorded; nothing of it is kept")


def need_closed_recording(room: Room) -> None:
    need_recorded(room)
    if room.live:
        raise Invalid("room_still_live", "the room is still live; close it first")


def need_completed(room: Room) -> None:
    need_closed_recording(room)
    if room.completed_ms is None:
        raise Invalid("not_completed", "not all tracks are sealed yet")


def need_running(clock: Clock | None, now_ms: int, reason: str, what: str) -> None:
    """Refuse with `reason` once the clock has run out."""
    if clock is not None and expired(clock, now_ms):
        raise Invalid(reason, f"{what} ended {clock.reason}")
