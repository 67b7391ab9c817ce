"""What a room says to each ask, in each state that matters."""

from random import Random
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.deciding import ANSWERS, decide
from schemas.asks import (
    Ask,
    AttachEvidence,
    AttachRecording,
    CorrectCaption,
    DecideCase,
    DeleteRecording,
    EraseSpeaker,
    JoinTrack,
    LeaveTrack,
    OpenRoom,
    PurgeRoom,
    RestoreRecording,
    SealTrack,
    ShareRecording,
    TrimRecording,
)
from schemas.audio import CONTENT_TYPES
from schemas.facts import (
    CaptionCorrected,
    CaseDecided,
    CaseOpened,
    RecordingAssembled,
    RecordingCompleted,
    RecordingDeleted,
    RecordingReported,
    RecordingRestored,
    RecordingScreened,
    RecordingShared,
    Refused,
    RoomClosed,
    RoomOpened,
    RoomPurged,
    SpeakerErased,
    TrackJoined,
    TrackLeft,
    TrackSealed,
    TranscriptAttached,
)
from schemas.rooms import Room
from tests.rooms import (
    CLOSE,
    CLOSED_ASKS,
    COMPLETED_ASKS,
    DAY_MS,
    JOIN_A,
    JOIN_B,
    OPEN,
    OPEN_UNRECORDED,
    OPENED_MS,
    READY_ASKS,
    RECORDING,
    SCREENING,
    TRANSCRIPT,
    command,
    finding,
    notice,
    room_after,
    seal,
)

SHARE = ShareRecording(token="room-5f3a")
DELETE = DeleteRecording()
RESTORE = RestoreRecording()
PURGE = PurgeRoom(reason="time is over")
LEAVE_A = LeaveTrack(track_id="a")
CORRECT = CorrectCaption(track_id="a", caption_id="a-800", text="Good evening.")
ERASE = EraseSpeaker(speaker="Anna")

LIVE = room_after(OPEN, JOIN_A, JOIN_B)
CLOSED = room_after(*CLOSED_ASKS)
COMPLETED = room_after(*COMPLETED_ASKS)
READY = room_after(*READY_ASKS)
SHARED = room_after(*READY_ASKS, SHARE)
DELETED = room_after(*READY_ASKS, SHARE, DELETE)
UNRECORDED = room_after(OPEN_UNRECORDED, JOIN_A)
UNRECORDED_CLOSED = room_after(OPEN_UNRECORDED, CLOSE)
FOUND = room_after(OPEN, JOIN_A, JOIN_B, finding("f1", 10_000, 12_000))
DECIDED = room_after(DecideCase(case_id="room-case-1", violation=True), room=FOUND)
PURGED = room_after(PURGE, room=READY, at_ms=OPENED_MS + 120 * DAY_MS)


def types(answer: object) -> list[type]:
    assert isinstance(answer, tuple), answer
    return [type(fact) for fact in answer]


@pytest.mark.parametrize(
    ("room", "ask", "facts"),
    [
        pytest.param(None, OPEN, [RoomOpened], id="a_room_opens"),
        pytest.param(room_after(OPEN), JOIN_A, [TrackJoined], id="a_track_joins"),
        pytest.param(LIVE, JOIN_A, [], id="joining_twice_is_joining_once"),
        pytest.param(room_after(OPEN, JOIN_A, LEAVE_A), JOIN_A, [TrackJoined], id="who_left_may_come_back"),
        pytest.param(LIVE, LEAVE_A, [TrackLeft], id="a_track_leaves"),
        pytest.param(room_after(OPEN, JOIN_A, LEAVE_A), LEAVE_A, [], id="leaving_twice_is_leaving_once"),
        pytest.param(CLOSED, LEAVE_A, [], id="the_close_made_everybody_leave"),
        pytest.param(LIVE, CLOSE, [TrackLeft, TrackLeft, RoomClosed], id="who_is_there_leaves_before_the_close"),
        pytest.param(room_after(OPEN, JOIN_A, LEAVE_A), CLOSE, [RoomClosed], id="who_left_leaves_no_more"),
        pytest.param(room_after(OPEN), CLOSE, [RoomClosed, RecordingCompleted], id="no_tracks_to_wait_for"),
        pytest.param(UNRECORDED, CLOSE, [TrackLeft, RoomClosed], id="nothing_recorded_nothing_completed"),
        pytest.param(CLOSED, seal("a"), [TrackSealed], id="a_track_is_sealed"),
        pytest.param(
            room_after(*CLOSED_ASKS, seal("b")),
            seal("a"),
            [TrackSealed, RecordingCompleted],
            id="the_last_seal_completes_the_recording",
        ),
        pytest.param(COMPLETED, seal("a"), [], id="the_same_seal_again"),
        pytest.param(COMPLETED, RECORDING, [RecordingAssembled], id="the_recording_is_attached"),
        pytest.param(COMPLETED, TRANSCRIPT, [TranscriptAttached], id="the_transcript_is_attached"),
        pytest.param(COMPLETED, SCREENING, [RecordingScreened], id="the_screening_is_attached_in_any_order"),
        pytest.param(READY, RECORDING, [], id="the_same_recording_again"),
        pytest.param(READY, TRANSCRIPT, [], id="the_same_transcript_again"),
        pytest.param(READY, SCREENING, [], id="the_same_screening_again"),
        pytest.param(
            READY,
            AttachRecording(duration_ms=1, recorded_ms={}, manifest_sha256="f" * 64),
            [RecordingAssembled],
            id="a_recording_made_anew_replaces_the_old",
        ),
        pytest.param(READY, SHARE, [RecordingShared], id="a_recording_is_shared"),
        pytest.param(SHARED, ShareRecording(token="another"), [], id="sharing_again_keeps_the_address"),
        pytest.param(CLOSED, DELETE, [RecordingDeleted], id="deleted_before_it_is_ready"),
        pytest.param(SHARED, DELETE, [RecordingDeleted], id="a_shared_recording_is_deleted"),
        pytest.param(DELETED, RESTORE, [RecordingRestored], id="a_deleted_recording_is_restored"),
        pytest.param(LIVE, notice(), [RecordingReported, CaseOpened], id="a_live_room_is_reported"),
        pytest.param(DELETED, notice(), [RecordingReported, CaseOpened], id="a_deleted_recording_is_reported"),
        pytest.param(
            READY, notice(category="minors", reporter=""), [RecordingReported, CaseOpened], id="abuse_needs_no_name"
        ),
        pytest.param(LIVE, finding("f1", 0, 1), [CaseOpened], id="a_finding_in_a_live_room_opens_a_case"),
        pytest.param(FOUND, DecideCase(case_id="room-case-1", violation=False), [CaseDecided], id="a_case_is_decided"),
        pytest.param(READY, CORRECT, [CaptionCorrected], id="a_line_is_corrected"),
        pytest.param(DELETED, CORRECT, [CaptionCorrected], id="a_line_of_a_deleted_recording_is_corrected"),
        pytest.param(room_after(CORRECT, room=READY), CORRECT, [], id="the_same_correction_again"),
        pytest.param(READY, ERASE, [SpeakerErased], id="a_speaker_is_erased"),
    ],
)
def test_an_ask_becomes_facts(room: Room | None, ask: Ask, facts: list[type]) -> None:
    assert types(decide(room, command(ask), OPENED_MS)) == facts


@pytest.mark.parametrize(
    ("room", "ask", "reason", "field"),
    [
        pytest.param(LIVE, OPEN, "room_exists", "room_id", id="open_twice"),
        pytest.param(None, OpenRoom(title=" ", host="h", record=True), "empty_title", "title", id="no_title"),
        pytest.param(None, OpenRoom(title="t", host="", record=True), "empty_host", "host", id="no_host"),
        pytest.param(
            None, OpenRoom(title="t", host="h", record=True, policy="x"), "unknown_policy", "policy", id="no_policy"
        ),
        pytest.param(CLOSED, JOIN_A, "room_closed", "", id="join_after_the_close"),
        pytest.param(
            LIVE,
            JoinTrack(track_id="a/b", speaker="A", content_type="audio/ogg"),
            "invalid_id",
            "track_id",
            id="a_track_id_that_is_a_path",
        ),
        pytest.param(
            LIVE,
            JoinTrack(track_id="c", speaker="", content_type="audio/ogg"),
            "empty_speaker",
            "speaker",
            id="nobody_speaks",
        ),
        pytest.param(
            LIVE,
            JoinTrack(track_id="c", speaker="C", content_type="video/mp4"),
            "unsupported_codec",
            "content_type",
            id="no_audio",
        ),
        pytest.param(
            LIVE,
            JoinTrack(track_id="a", speaker="Bert", content_type=JOIN_A.content_type),
            "track_exists",
            "track_id",
            id="another_speaker_on_a_track",
        ),
        pytest.param(
            room_after(OPEN, JOIN_A, LEAVE_A),
            JoinTrack(track_id="a", speaker="Anna", content_type="audio/wav"),
            "track_exists",
            "track_id",
            id="back_with_another_codec",
        ),
        pytest.param(LIVE, LeaveTrack(track_id="z"), "unknown_track", "track_id", id="who_never_came_leaves"),
        pytest.param(CLOSED, CLOSE, "room_closed", "", id="close_twice"),
        pytest.param(LIVE, seal("a"), "room_still_live", "", id="seal_while_live"),
        pytest.param(CLOSED, seal("z"), "unknown_track", "track_id", id="seal_an_unknown_track"),
        pytest.param(
            COMPLETED,
            SealTrack(
                track_id="a", parts=2, chunks=1, bytes=1, chain="d" * 64, first_captured_ms=OPENED_MS, duration_ms=1
            ),
            "already_sealed",
            "track_id",
            id="another_seal_on_a_sealed_track",
        ),
        pytest.param(UNRECORDED_CLOSED, seal("a"), "not_recorded", "", id="seal_what_is_not_recorded"),
        pytest.param(CLOSED, RECORDING, "not_completed", "", id="recording_before_the_seals"),
        pytest.param(LIVE, TRANSCRIPT, "room_still_live", "", id="transcript_while_live"),
        pytest.param(UNRECORDED_CLOSED, SCREENING, "not_recorded", "", id="screening_of_nothing"),
        pytest.param(UNRECORDED, finding("f", 0, 1), "not_recorded", "", id="case_of_nothing"),
        pytest.param(LIVE, finding("f", 0, 1, track_id="z"), "unknown_track", "track_id", id="case_of_nobody"),
        pytest.param(LIVE, finding("f", 5, 1), "invalid_range", "start_ms", id="case_that_ends_before_it_starts"),
        pytest.param(
            LIVE, DecideCase(case_id="room-case-9", violation=True), "unknown_case", "case_id", id="no_such_case"
        ),
        pytest.param(
            DECIDED, DecideCase(case_id="room-case-1", violation=True), "case_decided", "case_id", id="decided_twice"
        ),
        pytest.param(LIVE, SHARE, "room_still_live", "", id="share_while_live"),
        pytest.param(UNRECORDED_CLOSED, SHARE, "not_recorded", "", id="share_what_is_not_recorded"),
        pytest.param(COMPLETED, SHARE, "not_ready", "", id="share_before_it_is_put_together"),
        pytest.param(DELETED, SHARE, "recording_deleted", "", id="share_what_is_deleted"),
        pytest.param(READY, ShareRecording(token="a b"), "invalid_token", "token", id="a_token_that_is_no_address"),
        pytest.param(LIVE, DELETE, "room_still_live", "", id="delete_while_live"),
        pytest.param(DELETED, DELETE, "already_deleted", "", id="delete_twice"),
        pytest.param(READY, RESTORE, "not_deleted", "", id="restore_what_is_there"),
        pytest.param(UNRECORDED, notice(), "not_recorded", "", id="report_what_is_not_recorded"),
        pytest.param(READY, notice(good_faith=False), "good_faith_missing", "good_faith", id="no_good_faith"),
        pytest.param(READY, notice(explanation=""), "empty_explanation", "explanation", id="no_explanation"),
        pytest.param(READY, notice(reporter=" "), "empty_reporter", "reporter", id="no_reporter"),
        pytest.param(READY, notice(category=""), "empty_category", "category", id="no_category"),
        pytest.param(READY, notice(start_ms=-1), "invalid_range", "start_ms", id="report_before_the_beginning"),
        pytest.param(READY, notice(end_ms=-1), "invalid_range", "start_ms", id="report_that_ends_before_the_beginning"),
        pytest.param(LIVE, CORRECT, "room_still_live", "", id="correct_while_live"),
        pytest.param(COMPLETED, CORRECT, "captions_not_ready", "", id="correct_before_there_are_captions"),
        pytest.param(
            READY,
            CorrectCaption(track_id="a", caption_id="a-1", text=" "),
            "empty_text",
            "text",
            id="correct_to_nothing",
        ),
        pytest.param(room_after(ERASE, room=READY), CORRECT, "speaker_erased", "track_id", id="correct_who_is_erased"),
        pytest.param(LIVE, ERASE, "room_still_live", "", id="erase_while_live"),
        pytest.param(
            room_after(*COMPLETED_ASKS, TRANSCRIPT), ERASE, "not_ready", "", id="erase_before_it_is_put_together"
        ),
        pytest.param(READY, EraseSpeaker(speaker="Zoe"), "unknown_speaker", "speaker", id="erase_nobody"),
        pytest.param(room_after(ERASE, RECORDING, room=READY), ERASE, "unknown_speaker", "speaker", id="erase_twice"),
        pytest.param(LIVE, PURGE, "room_still_live", "", id="purge_while_live"),
        pytest.param(UNRECORDED_CLOSED, PURGE, "not_recorded", "", id="purge_of_nothing"),
        pytest.param(READY, PurgeRoom(reason=""), "empty_reason", "reason", id="purge_without_a_reason"),
    ],
)
def test_an_ask_is_refused_with_its_reason(room: Room | None, ask: Ask, reason: str, field: str) -> None:
    answer = decide(room, command(ask), OPENED_MS)
    assert isinstance(answer, Refused), answer
    assert (answer.reason, answer.field) == (reason, field)
    assert (answer.command_id, answer.room_id) == ("command", "room")
    assert answer.detail


EVERY_ASK: list[Any] = [
    OPEN,
    JOIN_B,
    LEAVE_A,
    CLOSE,
    seal("a"),
    RECORDING,
    TRANSCRIPT,
    SCREENING,
    finding("f", 0, 1),
    AttachEvidence(case_id="c", clip_sha256="a" * 64, testimony_sha256="b" * 64),
    DecideCase(case_id="c", violation=True),
    SHARE,
    DELETE,
    RESTORE,
    notice(),
    CORRECT,
    ERASE,
    TrimRecording(start_ms=1_000),
    PURGE,
]


def test_every_ask_has_an_answer() -> None:
    assert {type(ask) for ask in EVERY_ASK} == {*ANSWERS, OpenRoom} == set(get_args(Ask))


@pytest.mark.parametrize("ask", EVERY_ASK, ids=lambda ask: type(ask).__name__)
def test_a_purged_room_says_so_to_every_ask(ask: Ask) -> None:
    answer = decide(PURGED, command(ask, "later"), OPENED_MS)
    assert isinstance(answer, Refused)
    assert answer.reason == "purged"


@pytest.mark.parametrize("ask", EVERY_ASK[1:], ids=lambda ask: type(ask).__name__)
def test_a_room_that_is_not_there_is_unknown_to_every_other_ask(ask: Ask) -> None:
    answer = decide(None, command(ask), OPENED_MS)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.field) == ("unknown_room", "room_id")


@pytest.mark.parametrize("room_id", ["", "-a", "a/b", "..", "a.b", "a b", "ä", "a" * 65, "a\n"])
def test_a_room_is_not_opened_under_an_id_that_is_no_key(room_id: str) -> None:
    answer = decide(None, command(OPEN, room_id=room_id), OPENED_MS)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.field) == ("invalid_id", "room_id")


@pytest.mark.parametrize("room_id", ["a", "0", "A-b_9", "a" * 64])
def test_a_room_is_opened_under_an_id(room_id: str) -> None:
    assert types(decide(None, command(OPEN, room_id=room_id), OPENED_MS)) == [RoomOpened]


@pytest.mark.parametrize("content_type", [*CONTENT_TYPES, "AUDIO/OGG", "audio/l16 ; rate=8000"])
def test_every_stated_codec_is_taken_in_any_case(content_type: str) -> None:
    ask = JoinTrack(track_id="c", speaker="C", content_type=content_type)
    assert types(decide(LIVE, command(ask), OPENED_MS)) == [TrackJoined]


@pytest.mark.parametrize(
    ("ask", "opens"),
    [
        pytest.param(finding("f2", 11_000, 13_000), False, id="overlapping"),
        pytest.param(finding("f2", 17_000, 18_000), False, id="five_seconds_after"),
        pytest.param(finding("f2", 17_001, 18_000), True, id="more_than_five_seconds_after"),
        pytest.param(finding("f2", 4_000, 5_000), False, id="five_seconds_before"),
        pytest.param(finding("f2", 4_000, 4_999), True, id="more_than_five_seconds_before"),
        pytest.param(finding("f2", 11_000, 13_000, track_id="b"), True, id="another_speaker"),
        pytest.param(finding("f2", 11_000, 13_000, category="threat"), True, id="another_category"),
        pytest.param(finding("f2", 11_000, 13_000, urgent=True), True, id="an_urgent_one_does_not_hide_in_a_calm_one"),
        pytest.param(finding("f1", 90_000, 91_000, category="threat"), False, id="the_same_finding_again"),
    ],
)
def test_findings_close_to_an_open_case_belong_to_it(ask: Ask, opens: bool) -> None:
    assert types(decide(FOUND, command(ask), OPENED_MS)) == ([CaseOpened] if opens else [])


def test_a_finding_close_to_a_decided_case_opens_another() -> None:
    assert types(decide(DECIDED, command(finding("f2", 14_000, 16_000)), OPENED_MS)) == [CaseOpened]
    assert types(decide(DECIDED, command(finding("f2", 11_500, 16_000)), OPENED_MS)) == [CaseOpened]
    assert types(decide(DECIDED, command(finding("f2", 11_000, 13_000)), OPENED_MS)) == [], "heard again, elsewhere"
    assert types(decide(DECIDED, command(finding("f1", 11_000, 13_000)), OPENED_MS)) == []


def test_cases_and_reports_are_numbered_within_their_room() -> None:
    room = room_after(notice(), notice(start_ms=1, end_ms=2), room=FOUND)
    assert list(room.cases) == ["room-case-1", "room-case-2", "room-case-3"]
    assert [report.report_id for report in room.reports] == ["room-report-1", "room-report-2"]
    assert (room.cases["room-case-3"].source, room.cases["room-case-3"].start_ms) == ("report", 1)


@pytest.mark.parametrize(
    ("room", "ask", "days", "reason"),
    [
        pytest.param(READY, SHARE, 30, "share_expired", id="sharing"),
        pytest.param(READY, notice(), 60, "report_window_over", id="reporting"),
    ],
)
def test_a_promise_ends_to_the_millisecond(room: Room, ask: Ask, days: int, reason: str) -> None:
    end_ms = OPENED_MS + days * DAY_MS
    assert isinstance(decide(room, command(ask), end_ms - 1), tuple)
    late = decide(room, command(ask), end_ms)
    assert isinstance(late, Refused)
    assert late.reason == reason


def test_a_room_is_purged_when_its_time_has_come_and_not_before() -> None:
    end_ms = OPENED_MS + 120 * DAY_MS
    early = decide(READY, command(PURGE), end_ms - 1)
    assert isinstance(early, Refused)
    assert early.reason == "purge_too_early"
    assert "120 days" in early.detail
    assert types(decide(READY, command(PURGE), end_ms)) == [RoomPurged]


def test_a_room_with_an_open_case_is_not_purged_however_late_it_is() -> None:
    room = room_after(notice(), room=READY)
    answer = decide(room, command(PURGE), OPENED_MS + 3_650 * DAY_MS)
    assert isinstance(answer, Refused)
    assert "room-case-1 is not decided" in answer.detail


def test_deleting_and_restoring_keeps_the_address() -> None:
    restored = room_after(RESTORE, room=DELETED)
    assert (restored.share_token, restored.deleted_ms) == (SHARE.token, None)


@given(
    st.lists(st.integers(0, 8), min_size=1, max_size=5, unique=True),
    st.integers(-2_000, 2_000),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_both_passes_over_a_passage_make_one_case_whether_it_was_decided_or_not(
    starts: list[int], moved_ms: int, decided: bool, chance: Random
) -> None:
    """Live findings open cases, some are decided, and the final pass finds the same words a little elsewhere, twice."""
    live = [finding(f"live-{n}", 5_000 + n * 60_000, 9_000 + n * 60_000) for n in starts]
    room = room_after(*CLOSED_ASKS, *live)
    if decided:
        asks = [DecideCase(case_id=case_id, violation=chance.random() < 0.5) for case_id in room.cases]
        room = room_after(*asks, room=room)
    again = [finding(f"final-{n}", 5_000 + n * 60_000 + moved_ms, 9_000 + n * 60_000 + moved_ms) for n in starts] * 2
    chance.shuffle(again)
    assert len(room_after(*again, room=room).cases) == len(starts)


def test_something_said_elsewhere_after_a_decision_is_a_new_case() -> None:
    room = room_after(*CLOSED_ASKS, finding("f", 5_000, 9_000), DecideCase(case_id="room-case-1", violation=False))
    assert len(room_after(finding("g", 60_000, 64_000), room=room).cases) == 2


def test_the_first_evidence_of_a_case_stays() -> None:
    room = room_after(*CLOSED_ASKS, finding("f", 0, 1))
    ask = AttachEvidence(case_id="room-case-1", clip_sha256="a" * 64, testimony_sha256="b" * 64)
    room = room_after(ask, room=room)
    evidence = room.cases["room-case-1"].evidence
    assert evidence is not None
    assert evidence.clip_sha256 == "a" * 64
    other = msgspec.structs.replace(ask, clip_sha256="c" * 64)
    assert decide(room, command(other, "later"), OPENED_MS) == ()


def test_evidence_of_a_case_that_is_not_there_is_refused() -> None:
    ask = AttachEvidence(case_id="nobody", clip_sha256="", testimony_sha256="")
    answer = decide(room_after(*CLOSED_ASKS), command(ask, "later"), OPENED_MS)
    assert isinstance(answer, Refused)
    assert answer.reason == "unknown_case"
