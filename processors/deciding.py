"""A room and what is asked of it in, the facts that follow out, or the reason why not."""

from collections.abc import Callable
from typing import Any

from processors import deciding_kept as kept
from processors import deciding_live as live
from processors import deciding_spoken as spoken
from schemas.asks import (
    AttachEvidence,
    AttachRecording,
    AttachScreening,
    AttachTranscript,
    CloseRoom,
    Command,
    CorrectCaption,
    DecideCase,
    DeleteRecording,
    EraseSpeaker,
    JoinTrack,
    LeaveTrack,
    OpenCase,
    OpenRoom,
    PurgeRoom,
    ReportRecording,
    RestoreRecording,
    SealTrack,
    ShareRecording,
    TrimRecording,
)
from schemas.errors import Invalid
from schemas.facts import Fact, Refused
from schemas.rooms import Room

Answer = Callable[[Room, Any, int], tuple[Fact, ...]]

ANSWERS: dict[type, Answer] = {
    JoinTrack: live.join_track,
    LeaveTrack: live.leave_track,
    CloseRoom: live.close_room,
    SealTrack: live.seal_track,
    AttachRecording: live.attach_recording,
    AttachTranscript: live.attach_transcript,
    AttachScreening: live.attach_screening,
    OpenCase: kept.open_case,
    AttachEvidence: kept.attach_evidence,
    DecideCase: kept.decide_case,
    ShareRecording: kept.share_recording,
    DeleteRecording: kept.delete_recording,
    RestoreRecording: kept.restore_recording,
    TrimRecording: kept.trim_recording,
    ReportRecording: kept.report_recording,
    CorrectCaption: spoken.correct_caption,
    EraseSpeaker: spoken.erase_speaker,
    PurgeRoom: kept.purge_room,
}
"""Every ask but `OpenRoom`, which is the only one that needs no room."""


def decide(room: Room | None, command: Command, now_ms: int) -> tuple[Fact, ...] | Refused:
    """What follows from the command at `now_ms` (Unix ms): facts, none where the room is already so, or the refusal."""
    try:
        return _facts(room, command, now_ms)
    except Invalid as no:
        return Refused(
            command_id=command.command_id, room_id=command.room_id, reason=no.reason, detail=no.detail, field=no.field
        )


def _facts(room: Room | None, command: Command, now_ms: int) -> tuple[Fact, ...]:
    if room is not None and room.purged_ms is not None:
        raise Invalid("purged", "the room has been purged; only its certificate is left", field="room_id")
    if isinstance(command.ask, OpenRoom):
        return live.open_room(room, command.room_id, command.ask)
    if room is None:
        raise Invalid("unknown_room", "there is no such room", field="room_id")
    return ANSWERS[type(command.ask)](room, command.ask, now_ms)
