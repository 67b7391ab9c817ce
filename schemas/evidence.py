"""What is kept for a case beside the recording: who heard what, why it was marked, and the clip to check it by."""

from typing import ClassVar

from schemas.base import Record
from schemas.captions import Caption
from schemas.findings import Finding


class SecondListen(Record, frozen=True, kw_only=True):
    """The passage heard again from the stored audio.

    `came_back` is the share (0..1) of the words that carried the finding which were heard again; None where the audio
    could not be had, so that nothing is known.
    """

    came_back: float | None
    text: str = ""
    engine: str = ""
    model: str = ""
    beam: int = 0

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class CarryingWord(Record, frozen=True, kw_only=True):
    """A word of the passage; `weight` (0..1) is how much of the category's score it carried. Room time, ms."""

    text: str
    start_ms: int
    end_ms: int
    probability: float
    weight: float

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class Testimony(Record, frozen=True, kw_only=True):
    """Why a case was asked for: kept under `rooms/{room_id}/evidence/` before it is.

    `scores` are the highest by category; `about` is the group that the model takes hate to be about, empty where it
    cannot tell; rule and model versions are in the finding's `reasons`.
    """

    finding: Finding
    captions: tuple[Caption, ...]
    words: tuple[CarryingWord, ...]
    scores: dict[str, float]
    second_listen: SecondListen | None
    made_ms: int
    about: str = ""

    _private: ClassVar[frozenset[str]] = frozenset({"captions", "words"})


class CutFrom(Record, frozen=True, kw_only=True):
    """A part that a clip was cut from, by the SHA-256 (hex) of its object."""

    key: str
    sha256: str


class Clip(Record, frozen=True, kw_only=True):
    """The sound of a case with what was said around it, all speakers, as FLAC; room time in ms."""

    case_id: str
    start_ms: int
    end_ms: int
    key: str
    sha256: str
    cut_from: tuple[CutFrom, ...]
