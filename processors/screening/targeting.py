"""One speaker who goes for another again and again: the marks of a caption and the room in, one more mark out.

A single outburst is a note by the policy; the third at the same person within ten minutes is for a moderator.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import OSA

from processors.screening.classifier_reading import ENGLISH
from processors.screening.engine import Mark, marked
from processors.screening.passage import folded, read
from processors.screening.policy import Policy
from schemas.base import Record
from schemas.captions import Caption

RULE = "rule:target@1"
CATEGORY = "harassment"
HOSTILE = frozenset({"harassment", "threat", "hate", "privacy"})
"""Categories whose marks can be aimed at somebody; what is denied or objected to is not aimed."""

GRAVE = 0.6
"""The least score of a mark that counts: an insult that a rule knows (0.65) does, the model's faint notes do not."""

AIMS = 3
WITHIN_MS = 600_000
SCORE, SCORE_STEP = 0.75, 0.05
"""Above the shipped bar of the queue (0.7) with the third, and a little more with each."""

ANSWERED_WITHIN_MS = 15_000
"""Who says "you" without a name means whoever spoke last, if that was just now."""

_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Aim(Record, frozen=True, kw_only=True):
    """One hostile remark of a track at another, room time in ms."""

    track_id: str
    target: str
    at_ms: int


def aimed(
    aims: tuple[Aim, ...],
    caption: Caption,
    marks: Iterable[Mark],
    names: Mapping[str, str],
    others: Sequence[Caption],
    policy: Policy,
) -> tuple[tuple[Aim, ...], tuple[Mark, ...]]:
    """Take a caption with its marks; returns the aims of the last ten minutes and the mark of a repetition, if it is.

    `names` are the speakers by track, `others` what other tracks said before, in time order.
    """
    recent = tuple(aim for aim in aims if aim.at_ms > caption.end_ms - WITHIN_MS)
    hostile = any(_hostile(mark) for mark in marks)
    target = _target(caption, names, others) if hostile else None
    if target is None:
        return recent, ()
    aim = Aim(track_id=caption.track_id, target=target, at_ms=caption.end_ms)
    before = tuple(one for one in recent if one != aim)  # a caption that comes twice aims once
    repeated = sum((one.track_id, one.target) == (aim.track_id, aim.target) for one in before) + 1
    found = _repetition(caption, repeated, policy) if repeated >= AIMS else None
    return (*before, aim), ((found,) if found else ())


def _hostile(mark: Mark) -> bool:
    return mark.category in HOSTILE and mark.score >= GRAVE and mark.meaning in ("direct", "reported")


def _repetition(caption: Caption, repeated: int, policy: Policy) -> Mark | None:
    words = read([caption]).heard
    score = min(1.0, SCORE + SCORE_STEP * (repeated - AIMS))
    return marked(CATEGORY, score, RULE, words, policy) if words else None


def _target(caption: Caption, names: Mapping[str, str], others: Sequence[Caption]) -> str | None:
    """The track that is named, or else the one that is answered. Nobody is named by the "the" of The Duke."""
    said = {folded(word) for word in _WORD.findall(caption.text)}
    for track_id, name in names.items():
        parts = {folded(part) for part in _WORD.findall(name)} - ENGLISH
        if track_id != caption.track_id and any(_is_named(part, said) for part in parts):
            return track_id
    if not _YOU.search(caption.text.casefold()):
        return None
    before = [one for one in others if one.end_ms <= caption.end_ms and one.track_id != caption.track_id]
    last = max(before, key=lambda one: one.end_ms, default=None)
    return last.track_id if last and caption.start_ms - last.end_ms <= ANSWERED_WITHIN_MS else None


def _is_named(name: str, said: set[str]) -> bool:
    """Recognisers misspell names; one letter off counts in names that are long enough."""
    return name in said or (len(name) >= 5 and any(OSA.distance(name, word) == 1 for word in said))
