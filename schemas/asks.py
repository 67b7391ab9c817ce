"""What may be asked of a room: one record a wish, and the `Command` that carries it on `room.commands`."""

from typing import ClassVar

from schemas.audio import Gap
from schemas.base import Record, Tagged


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
    """From the screener: the final captions have been screened; without `by_model` by the rules alone, so far.

    `abstained`: passages that the model could not judge (another language, too long, nothing said), so that only the
    rules have.
    """

    findings: int
    policy_version: str
    by_model: bool = True
    abstained: int = 0


class OpenCase(Tagged, frozen=True, kw_only=True):
    """From the screener: a passage a person has to look at. Times are room time, ms."""

    finding_id: str
    track_id: str
    category: str
    score: float
    urgent: bool
    start_ms: int
    end_ms: int


class AttachEvidence(Tagged, frozen=True, kw_only=True):
    """From the notary: what is kept for a case, by its SHA-256 (hex); empty where there is nothing of the kind."""

    case_id: str
    clip_sha256: str
    testimony_sha256: str


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


class TrimRecording(Tagged, frozen=True, kw_only=True):
    """From the host: listeners hear the recording from `start_ms` (room time) on; 0 takes that back."""

    start_ms: int


class ReportRecording(Tagged, frozen=True, kw_only=True):
    """A notice (DSA Art. 16): what, where, why, who, and the reporter's statement of good faith."""

    category: str
    explanation: str
    reporter: str
    good_faith: bool
    start_ms: int | None = None
    end_ms: int | None = None

    _private: ClassVar[frozenset[str]] = frozenset({"explanation"})


class CorrectCaption(Tagged, frozen=True, kw_only=True):
    """What one final caption should say, in a person's words."""

    track_id: str
    caption_id: str
    text: str

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class EraseSpeaker(Tagged, frozen=True, kw_only=True):
    """A speaker wants to be out of what is served of the room (GDPR Art. 17): all tracks that carry this name."""

    speaker: str


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
    | AttachEvidence
    | DecideCase
    | ShareRecording
    | DeleteRecording
    | RestoreRecording
    | TrimRecording
    | ReportRecording
    | CorrectCaption
    | EraseSpeaker
    | PurgeRoom
)


class Command(Record, frozen=True, kw_only=True):
    """Somebody asks something of a room. The same `command_id` twice changes nothing the second time."""

    command_id: str
    room_id: str
    actor: str
    at_ms: int
    ask: Ask
