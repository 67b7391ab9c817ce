"""A room's state, folded from its facts (`schemas/facts.py`), and its clocks."""

from typing import ClassVar

from schemas.base import Record
from schemas.facts import EvidenceKept, RecordingAssembled, RecordingScreened, TrackSealed, TranscriptAttached


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
    evidence: EvidenceKept | None = None


class Correction(Record, frozen=True, kw_only=True):
    """The text that `actor` gave a caption."""

    text: str
    actor: str
    at_ms: int

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class Room(Record, frozen=True, kw_only=True):
    """A room's state, folded from its log. `head` is the SHA-256 (hex) of the last entry, `position` its number.

    `corrections` are by caption; `erased` says since when (Unix ms) a track is served no more.
    """

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
    trim_start_ms: int = 0
    deleted_ms: int | None = None
    purged_ms: int | None = None
    tracks: dict[str, Track] = {}
    reports: tuple[Report, ...] = ()
    cases: dict[str, Case] = {}
    commands: tuple[str, ...] = ()
    corrections: dict[str, Correction] = {}
    erased: dict[str, int] = {}

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
