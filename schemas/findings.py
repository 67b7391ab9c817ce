"""Records of topic `findings`: passages that a rule or the classifier marked, and why."""

from typing import ClassVar, Literal

from schemas.base import Record

Effect = Literal["log", "queue", "urgent"]


class Reason(Record, frozen=True, kw_only=True):
    """What carried a finding: one source (rule or model, with version) on a stretch of room time (ms).

    `meaning` is how the words were meant: `direct`, `reported`, `objected` or `denied`; `doubted` where a rule found
    them and the model sees none of it in them.
    """

    source: str
    category: str
    score: float
    meaning: str
    start_ms: int
    end_ms: int


class Finding(Record, frozen=True, kw_only=True):
    """One passage that may break the policy; room time in ms, `score` in 0..1.

    `marks` names what carried the score (rule or model, with version). `effect` is what the policy makes of it:
    `log` is a note, `queue` and `urgent` open a case for a person. Nothing is ever decided here.
    """

    finding_id: str
    room_id: str
    track_id: str
    speaker: str
    pass_name: Literal["live", "final"]
    start_ms: int
    end_ms: int
    text: str
    category: str
    score: float
    marks: tuple[str, ...]
    effect: Effect
    policy_version: str
    caption_ids: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()

    _private: ClassVar[frozenset[str]] = frozenset({"text"})
