"""Asks about cases and about a recording that is kept: room, ask and time in, facts out, or `Invalid`."""

import re

from processors.clocks import clocks, expired
from processors.needs import (
    need_closed_recording,
    need_range,
    need_recorded,
    need_running,
    need_text,
    need_track,
)
from schemas.asks import (
    AttachEvidence,
    DecideCase,
    DeleteRecording,
    OpenCase,
    PurgeRoom,
    ReportRecording,
    RestoreRecording,
    ShareRecording,
    TrimRecording,
)
from schemas.errors import Invalid
from schemas.facts import (
    CaseDecided,
    CaseOpened,
    EvidenceKept,
    Fact,
    RecordingDeleted,
    RecordingReported,
    RecordingRestored,
    RecordingShared,
    RecordingTrimmed,
    RoomPurged,
)
from schemas.rooms import Case, Room

MERGE_WITHIN_MS = 5_000
"""Findings this close to an open case belong to it: a person hears that much around the passage anyway."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")

ANONYMOUS_CATEGORY = "minors"
"""Whoever reports the abuse of a child need not say who they are (DSA Art. 16(2)(c))."""


def open_case(room: Room, ask: OpenCase, now_ms: int) -> tuple[Fact, ...]:
    """A new case, or nothing where an open one covers the passage; an urgent finding never hides in a calm case."""
    need_recorded(room)
    need_track(room, ask.track_id)
    need_range(ask.start_ms, ask.end_ms)
    if any(_covers(case, ask) for case in room.cases.values()):
        return ()
    opened = CaseOpened(
        case_id=_next_case_id(room),
        source="screening",
        category=ask.category,
        urgent=ask.urgent,
        track_id=ask.track_id,
        finding_id=ask.finding_id,
        score=ask.score,
        start_ms=ask.start_ms,
        end_ms=ask.end_ms,
    )
    return (opened,)


def attach_evidence(room: Room, ask: AttachEvidence, now_ms: int) -> tuple[Fact, ...]:
    """The first evidence of a case stays: it is what was decided by."""
    case = room.cases.get(ask.case_id)
    if case is None:
        raise Invalid("unknown_case", f"the room has no case {ask.case_id}", field="case_id")
    if case.evidence is not None:
        return ()
    kept = EvidenceKept(case_id=ask.case_id, clip_sha256=ask.clip_sha256, testimony_sha256=ask.testimony_sha256)
    return (kept,)


def decide_case(room: Room, ask: DecideCase, now_ms: int) -> tuple[Fact, ...]:
    case = room.cases.get(ask.case_id)
    if case is None:
        raise Invalid("unknown_case", f"the room has no case {ask.case_id}", field="case_id")
    if case.decided_ms is not None:
        raise Invalid("case_decided", f"{ask.case_id} has been decided", field="case_id")
    return (CaseDecided(case_id=ask.case_id, violation=ask.violation, note=ask.note),)


def share_recording(room: Room, ask: ShareRecording, now_ms: int) -> tuple[Fact, ...]:
    """Shared once, a recording keeps its token, so that its address stays the same."""
    need_closed_recording(room)
    if room.deleted_ms is not None:
        raise Invalid("recording_deleted", "the recording is deleted; restore it first")
    need_running(clocks(room, now_ms).public_until, now_ms, "share_expired", "sharing")
    if room.assembled is None:
        raise Invalid("not_ready", "the recording is still being put together")
    if _TOKEN.fullmatch(ask.token) is None:
        raise Invalid("invalid_token", "token must be 1 to 128 letters, digits, '-' or '_'", field="token")
    return () if room.share_token else (RecordingShared(token=ask.token),)


def delete_recording(room: Room, ask: DeleteRecording, now_ms: int) -> tuple[Fact, ...]:
    need_closed_recording(room)
    if room.deleted_ms is not None:
        raise Invalid("already_deleted", "the recording is deleted already")
    return (RecordingDeleted(),)


def restore_recording(room: Room, ask: RestoreRecording, now_ms: int) -> tuple[Fact, ...]:
    need_closed_recording(room)
    if room.deleted_ms is None:
        raise Invalid("not_deleted", "the recording is not deleted")
    return (RecordingRestored(),)


def trim_recording(room: Room, ask: TrimRecording, now_ms: int) -> tuple[Fact, ...]:
    need_closed_recording(room)
    if room.assembled is None:
        raise Invalid("not_ready", "the recording is still being put together")
    if not 0 <= ask.start_ms < max(1, room.assembled.duration_ms):
        detail = f"start_ms must be from 0 to before the recording's end at {room.assembled.duration_ms}"
        raise Invalid("invalid_start", detail, field="start_ms")
    return () if ask.start_ms == room.trim_start_ms else (RecordingTrimmed(start_ms=ask.start_ms),)


def report_recording(room: Room, ask: ReportRecording, now_ms: int) -> tuple[Fact, ...]:
    """A notice and its case. Live rooms and deleted recordings may be reported: harm does not wait for either."""
    need_recorded(room)
    _need_notice(ask)
    need_running(clocks(room, now_ms).report_until, now_ms, "report_window_over", "reporting")
    reported = RecordingReported(
        report_id=f"{room.room_id}-report-{len(room.reports) + 1}",
        category=ask.category,
        explanation=ask.explanation,
        reporter=ask.reporter,
        start_ms=ask.start_ms,
        end_ms=ask.end_ms,
    )
    opened = CaseOpened(
        case_id=_next_case_id(room),
        source="report",
        category=ask.category,
        urgent=False,
        start_ms=ask.start_ms,
        end_ms=ask.end_ms,
    )
    return (reported, opened)


def purge_room(room: Room, ask: PurgeRoom, now_ms: int) -> tuple[Fact, ...]:
    need_closed_recording(room)
    need_text(ask.reason, "reason")
    purge_at = clocks(room, now_ms).purge_at
    if purge_at is not None and not expired(purge_at, now_ms):
        raise Invalid("purge_too_early", f"the room is kept: {purge_at.reason}")
    return (RoomPurged(reason=ask.reason),)


def _next_case_id(room: Room) -> str:
    return f"{room.room_id}-case-{len(room.cases) + 1}"


def _covers(case: Case, ask: OpenCase) -> bool:
    if ask.urgent and not case.urgent:
        return False  # what has become urgent must not hide behind a case that waits
    if ask.finding_id and case.finding_id == ask.finding_id:
        return True
    same = case.track_id == ask.track_id and case.category == ask.category
    if case.decided_ms is not None:
        return same and _repeats(case, ask)  # heard again by the final pass: somebody has decided it
    return same and _near(case, ask)


def _repeats(case: Case, ask: OpenCase) -> bool:
    """At least half of the passage is what the case was about."""
    if case.start_ms is None or case.end_ms is None:
        return False
    shared_ms = min(case.end_ms, ask.end_ms) - max(case.start_ms, ask.start_ms)
    return 2 * shared_ms >= max(1, ask.end_ms - ask.start_ms)


def _near(case: Case, ask: OpenCase) -> bool:
    if case.start_ms is None or case.end_ms is None:
        return False
    return ask.start_ms - case.end_ms <= MERGE_WITHIN_MS and case.start_ms - ask.end_ms <= MERGE_WITHIN_MS


def _need_notice(ask: ReportRecording) -> None:
    """What a notice must hold (DSA Art. 16(2))."""
    need_text(ask.category, "category")
    need_text(ask.explanation, "explanation")
    if ask.category != ANONYMOUS_CATEGORY:
        need_text(ask.reporter, "reporter")
    if not ask.good_faith:
        raise Invalid("good_faith_missing", "say that you believe the notice to be accurate", field="good_faith")
    need_range(ask.start_ms, ask.end_ms)
