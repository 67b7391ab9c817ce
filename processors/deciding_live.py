"""Asks while a room is live and while its recording is made: room, ask and time in, facts out, or `Invalid`."""

from typing import TypeVar

import msgspec

from processors.clocks import POLICIES
from processors.needs import (
    need_closed_recording,
    need_codec,
    need_completed,
    need_id,
    need_live,
    need_text,
    need_track,
)
from schemas.asks import (
    AttachRecording,
    AttachScreening,
    AttachTranscript,
    CloseRoom,
    JoinTrack,
    LeaveTrack,
    OpenRoom,
    SealTrack,
)
from schemas.base import Record
from schemas.errors import Invalid
from schemas.facts import (
    Fact,
    RecordingAssembled,
    RecordingCompleted,
    RecordingScreened,
    RoomClosed,
    RoomOpened,
    TrackJoined,
    TrackLeft,
    TrackSealed,
    TranscriptAttached,
)
from schemas.rooms import Room

F = TypeVar("F", bound=Record)


def open_room(room: Room | None, room_id: str, ask: OpenRoom) -> tuple[Fact, ...]:
    need_id(room_id, "room_id")
    if room is not None:
        raise Invalid("room_exists", f"there is a room {room_id} already", field="room_id")
    need_text(ask.title, "title")
    need_text(ask.host, "host")
    if ask.policy not in POLICIES:
        raise Invalid("unknown_policy", f"policy must be one of {', '.join(POLICIES)}", field="policy")
    return (_told(ask, RoomOpened),)


def join_track(room: Room, ask: JoinTrack, now_ms: int) -> tuple[Fact, ...]:
    """A track that left may join again as the same speaker and codec; its sequence goes on."""
    need_live(room)
    need_id(ask.track_id, "track_id")
    need_text(ask.speaker, "speaker")
    need_codec(ask.content_type)
    known = room.tracks.get(ask.track_id)
    if known is None:
        return (_told(ask, TrackJoined),)
    if (known.speaker, known.content_type) != (ask.speaker, ask.content_type):
        raise Invalid("track_exists", "this track is another speaker's or codec's; use a new id", field="track_id")
    return () if known.left_ms is None else (_told(ask, TrackJoined),)


def leave_track(room: Room, ask: LeaveTrack, now_ms: int) -> tuple[Fact, ...]:
    track = need_track(room, ask.track_id)
    return () if track.left_ms is not None else (TrackLeft(track_id=ask.track_id),)


def close_room(room: Room, ask: CloseRoom, now_ms: int) -> tuple[Fact, ...]:
    """Whoever is still there leaves first; with no tracks there is nothing to wait for."""
    need_live(room)
    left = tuple(TrackLeft(track_id=track.track_id) for track in room.tracks.values() if track.left_ms is None)
    completed = (RecordingCompleted(),) if room.record and not room.tracks else ()
    return (*left, RoomClosed(), *completed)


def seal_track(room: Room, ask: SealTrack, now_ms: int) -> tuple[Fact, ...]:
    """The last seal completes the recording."""
    need_closed_recording(room)
    sealed = _told(ask, TrackSealed)
    known = need_track(room, ask.track_id).sealed
    if known is not None:
        return _unchanged_seal(known, sealed)
    others = (track for track in room.tracks.values() if track.track_id != ask.track_id)
    return (sealed, RecordingCompleted()) if all(track.sealed for track in others) else (sealed,)


def attach_recording(room: Room, ask: AttachRecording, now_ms: int) -> tuple[Fact, ...]:
    need_completed(room)
    return _if_new(room.assembled, _told(ask, RecordingAssembled))


def attach_transcript(room: Room, ask: AttachTranscript, now_ms: int) -> tuple[Fact, ...]:
    need_completed(room)
    return _if_new(room.transcript, _told(ask, TranscriptAttached))


def attach_screening(room: Room, ask: AttachScreening, now_ms: int) -> tuple[Fact, ...]:
    need_completed(room)
    return _if_new(room.screened, _told(ask, RecordingScreened))


def _told(ask: Record, fact: type[F]) -> F:
    """The fact that says what the ask said, field by field."""
    return fact(**msgspec.structs.asdict(ask))


def _if_new(known: Record | None, fact: Fact) -> tuple[Fact, ...]:
    return () if known == fact else (fact,)


def _unchanged_seal(known: TrackSealed, again: TrackSealed) -> tuple[Fact, ...]:
    if known != again:
        raise Invalid("already_sealed", f"track {known.track_id} was sealed with other parts", field="track_id")
    return ()
