"""What has happened in a room: one record a fact, the log's `Entry` on `room.events`, the `Refused` on `room.refusals`.

The entries under `rooms/{room_id}/log/` in the object store are the truth; the key on the topics is the room's id.
"""

from typing import ClassVar, Literal

import msgspec

from schemas.audio import Gap
from schemas.base import Record, Tagged


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


class RecordingScreened(Tagged, frozen=True, kw_only=True, omit_defaults=True):
    """Entries from before `by_model` and `abstained` keep their encoding, and so their digest."""

    findings: int
    policy_version: str
    by_model: bool = True
    abstained: int = 0


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


class EvidenceKept(Tagged, frozen=True, kw_only=True):
    case_id: str
    clip_sha256: str
    testimony_sha256: str


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


class RecordingTrimmed(Tagged, frozen=True, kw_only=True):
    """Listeners hear the recording from `start_ms` (room time) on; everything before is kept."""

    start_ms: int


class RecordingReported(Tagged, frozen=True, kw_only=True):
    report_id: str
    category: str
    explanation: str
    reporter: str
    start_ms: int | None = None
    end_ms: int | None = None

    _private: ClassVar[frozenset[str]] = frozenset({"explanation"})


class CaptionCorrected(Tagged, frozen=True, kw_only=True):
    """A person says what a caption should say; what the engine heard stays in the transcript that is kept."""

    track_id: str
    caption_id: str
    text: str

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class SpeakerErased(Tagged, frozen=True, kw_only=True):
    """These tracks are served no more: not their sound, not their words, not the name."""

    track_ids: tuple[str, ...]


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
    | EvidenceKept
    | CaseDecided
    | RecordingShared
    | RecordingDeleted
    | RecordingRestored
    | RecordingTrimmed
    | RecordingReported
    | CaptionCorrected
    | SpeakerErased
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


ZERO_DIGEST = "0" * 64
entry_encoder = msgspec.json.Encoder(order="deterministic")
