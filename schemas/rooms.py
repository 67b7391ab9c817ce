"""A room: what may be asked of it (`Ask`), what has happened (`Fact`), and its state (`Room`) folded from the facts.

Commands travel on `room.commands`, log entries on `room.events`, refusals on `room.refusals`; the key is the room's id.
The log entries under `rooms/{room_id}/log/` in the object store are the truth.
"""

from typing import ClassVar, Literal

import msgspec

from schemas.audio import Gap
from schemas.base import Record, Tagged

# --- asks -------------------------------------------------------------------------------------------------------


class OpenRoom(Tagged, frozen=True, kw_only=True):
    title: str
    host: str
    record: bool
    policy: str = "article_2022"


class JoinTrack(Tagged, frozen=True, kw_only=True):
    track_id: str
    speaker: str
    content_type: str


class LeaveTrack(Tagged, frozen=True, kw_only=True):
    track_id: str


class CloseRoom(Tagged, frozen=True, kw_only=True):
    pass


class SealTrack(Tagged, frozen=True, kw_only=True):
    """From the recorder: all of a track is durable. `chain` is the SHA-256 (hex) of the last part."""

    track_id: str
    parts: int
    chunks: int
    bytes: int
    chain: str
    first_captured_ms: int
    duration_ms: int
    gaps: tuple[Gap, ...] = ()


class AttachRecording(Tagged, frozen=True, kw_only=True):
    """From the assembler: the playable recording is durable. `recorded_ms` is the decoded length of each track."""

    duration_ms: int
    recorded_ms: dict[str, int]
    manifest_sha256: str


class AttachTranscript(Tagged, frozen=True, kw_only=True):
    """From the transcriber: the final captions are durable. `captioned_ms` is how much of each track they cover."""

    captions: int
    words: int
    engine: str
    model: str
    captioned_ms: dict[str, int] = {}


class AttachScreening(Tagged, frozen=True, kw_only=True):
    """From the screener: the final captions have been screened."""

    findings: int
    policy_version: str


class OpenCase(Tagged, frozen=True, kw_only=True):
    """From the screener: a passage a person has to look at. Times are room time, ms."""

    finding_id: str
    track_id: str
    category: str
    score: float
    urgent: bool
    start_ms: int
    end_ms: int


class DecideCase(Tagged, frozen=True, kw_only=True):
    case_id: str
    violation: bool
    note: str = ""

    _private: ClassVar[frozenset[str]] = frozenset({"note"})


class ShareRecording(Tagged, frozen=True, kw_only=True):
    token: str


class DeleteRecording(Tagged, frozen=True, kw_only=True):
    pass


class RestoreRecording(Tagged, frozen=True, kw_only=True):
    pass


class ReportRecording(Tagged, frozen=True, kw_only=True):
    """A notice (DSA Art. 16): what, where, why, who, and the reporter's statement of good faith."""

    category: str
    explanation: str
    reporter: str
    good_faith: bool
    start_ms: int | None = None
    end_ms: int | None = None

    _private: ClassVar[frozenset[str]] = frozenset({"explanation"})


class PurgeRoom(Tagged, frozen=True, kw_only=True):
    reason: str


Ask = (
    OpenRoom
    | JoinTrack
    | LeaveTrack
    | CloseRoom
    | SealTrack
    | AttachRecording
    | AttachTranscript
    | AttachScreening
    | OpenCase
    | DecideCase
    | ShareRecording
    | DeleteRecording
    | RestoreRecording
    | ReportRecording
    | PurgeRoom
)


class Command(Record, frozen=True, kw_only=True):
    """Somebody asks something of a room. The same `command_id` twice changes nothing the second time."""

    command_id: str
    room_id: str
    actor: str
    at_ms: int
    ask: Ask


# --- facts ------------------------------------------------------------------------------------------------------


class RoomOpened(Tagged, frozen=True, kw_only=True):
    title: str
    host: str
    record: bool
    policy: str


class TrackJoined(Tagged, frozen=True, kw_only=True):
    track_id: str
    speaker: str
    content_type: str


class TrackLeft(Tagged, frozen=True, kw_only=True):
    track_id: str


class RoomClosed(Tagged, frozen=True, kw_only=True):
    pass


class TrackSealed(Tagged, frozen=True, kw_only=True):
    track_id: str
    parts: int
    chunks: int
    bytes: int
    chain: str
    first_captured_ms: int
    duration_ms: int
    gaps: tuple[Gap, ...] = ()


class RecordingCompleted(Tagged, frozen=True, kw_only=True):
    """The room is closed and every track is sealed: assembly and the final captions may begin."""


class RecordingAssembled(Tagged, frozen=True, kw_only=True):
    duration_ms: int
    recorded_ms: dict[str, int]
    manifest_sha256: str


class TranscriptAttached(Tagged, frozen=True, kw_only=True, omit_defaults=True):
    """What is not said is left out: entries from before `captioned_ms` keep their encoding, and so their digest."""

    captions: int
    words: int
    engine: str
    model: str
    captioned_ms: dict[str, int] = {}


class RecordingScreened(Tagged, frozen=True, kw_only=True):
    findings: int
    policy_version: str


class CaseOpened(Tagged, frozen=True, kw_only=True):
    case_id: str
    source: Literal["screening", "report"]
    category: str
    urgent: bool
    track_id: str = ""
    finding_id: str = ""
    score: float = 0.0
    start_ms: int | None = None
    end_ms: int | None = None


class CaseDecided(Tagged, frozen=True, kw_only=True):
    case_id: str
    violation: bool
    note: str = ""

    _private: ClassVar[frozenset[str]] = frozenset({"note"})


class RecordingShared(Tagged, frozen=True, kw_only=True):
    token: str


class RecordingDeleted(Tagged, frozen=True, kw_only=True):
    pass


class RecordingRestored(Tagged, frozen=True, kw_only=True):
    pass


class RecordingReported(Tagged, frozen=True, kw_only=True):
    report_id: str
    category: str
    explanation: str
    reporter: str
    start_ms: int | None = None
    end_ms: int | None = None

    _private: ClassVar[frozenset[str]] = frozenset({"explanation"})


class RoomPurged(Tagged, frozen=True, kw_only=True):
    reason: str


Fact = (
    RoomOpened
    | TrackJoined
    | TrackLeft
    | RoomClosed
    | TrackSealed
    | RecordingCompleted
    | RecordingAssembled
    | TranscriptAttached
    | RecordingScreened
    | CaseOpened
    | CaseDecided
    | RecordingShared
    | RecordingDeleted
    | RecordingRestored
    | RecordingReported
    | RoomPurged
)


class Entry(Record, frozen=True, kw_only=True):
    """One line of a room's log: a fact, who caused it and when; `previous` is the SHA-256 (hex) of the entry before.

    `position` counts from 0; entry 0 has `previous` of 64 zeros. A command may cause several entries, kept in one
    object; the last of them has `last_of_command`, so that a reader of the topic knows when a command has been
    carried out.
    """

    room_id: str
    position: int
    previous: str
    command_id: str
    actor: str
    at_ms: int
    fact: Fact
    last_of_command: bool = True


UNCHANGED = "unchanged"
"""The reason of the answer to a command that found the room already as asked: no fact, and no error either."""


class Refused(Record, frozen=True, kw_only=True):
    """The steward's no: `reason` is a stable code (`room_closed`, `UNCHANGED`), `detail` says it to a person."""

    command_id: str
    room_id: str
    reason: str
    detail: str
    field: str = ""


# --- state ------------------------------------------------------------------------------------------------------


class Track(Record, frozen=True, kw_only=True):
    track_id: str
    speaker: str
    content_type: str
    joined_ms: int
    left_ms: int | None = None
    sealed: TrackSealed | None = None


class Report(Record, frozen=True, kw_only=True):
    report_id: str
    category: str
    reporter: str
    at_ms: int


class Case(Record, frozen=True, kw_only=True):
    case_id: str
    source: str
    category: str
    urgent: bool
    opened_ms: int
    track_id: str = ""
    finding_id: str = ""
    score: float = 0.0
    start_ms: int | None = None
    end_ms: int | None = None
    decided_ms: int | None = None
    violation: bool | None = None


class Room(Record, frozen=True, kw_only=True):
    """A room's state, folded from its log. `head` is the SHA-256 (hex) of the last entry, `position` its number."""

    room_id: str
    title: str
    host: str
    record: bool
    policy: str
    opened_ms: int
    head: str
    position: int
    closed_ms: int | None = None
    completed_ms: int | None = None
    assembled: RecordingAssembled | None = None
    transcript: TranscriptAttached | None = None
    screened: RecordingScreened | None = None
    share_token: str = ""
    shared_ms: int | None = None
    deleted_ms: int | None = None
    purged_ms: int | None = None
    tracks: dict[str, Track] = {}
    reports: tuple[Report, ...] = ()
    cases: dict[str, Case] = {}
    commands: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        return self.closed_ms is None and self.purged_ms is None

    @property
    def ready(self) -> bool:
        """Recording, captions and screening are all there."""
        return None not in (self.assembled, self.transcript, self.screened)


class Clock(Record, frozen=True, kw_only=True):
    """When something ends (Unix ms), and why then, in words."""

    at_ms: int
    reason: str


class Clocks(Record, frozen=True, kw_only=True):
    """The three promises of a closed room; `None` while it is live."""

    public_until: Clock | None
    report_until: Clock | None
    purge_at: Clock | None


ZERO_DIGEST = "0" * 64
entry_encoder = msgspec.json.Encoder(order="deterministic")
