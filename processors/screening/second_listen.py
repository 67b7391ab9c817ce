"""What carried a finding in; the stretch to hear again, and how much of it came back, out."""

from collections.abc import Iterable

from rapidfuzz import fuzz

from processors.screening.passage import normalised, say
from schemas.captions import Caption
from schemas.evidence import SecondListen
from schemas.findings import Finding, Reason

PADDING_MS = 1_500
"""Sound before and after the words: a recogniser that begins within a word mishears it, and the next."""

LONGEST_MS = 24_000
"""With its padding it fits into Whisper's window of 30 s."""

CONFIRMED = 0.6
"""Share of the words. The second hearing may differ in small words; words that were never said do not come back."""

ALIKE = 75
"""Similarity (0..100, Indel) from which two words are one: `vermin` and `vermine`, not `vermin` and `woman`."""

REFUTED = "second_listen:words_not_heard_again"


def surest(finding: Finding) -> Reason:
    """What carried the finding most; of two alike the first."""
    return max(finding.reasons, key=lambda reason: reason.score)


def stretch(finding: Finding) -> tuple[int, int]:
    """Where to listen again, room time in ms."""
    reason = surest(finding)
    start = max(0, reason.start_ms - PADDING_MS)
    return start, min(reason.end_ms + PADDING_MS, start + LONGEST_MS)


def carried_by(finding: Finding, captions: Iterable[Caption]) -> tuple[str, ...]:
    """The normalised words that carried the finding, as far as one listens again."""
    start, end = surest(finding).start_ms, stretch(finding)[1]
    words = [word for caption in captions for word in caption.words]
    inside = (word for word in words if word.start_ms < min(end, surest(finding).end_ms) and word.end_ms > start)
    return tuple(piece for word in inside for piece in normalised(word.text) if piece not in ".,")


def came_back(words: tuple[str, ...], text: str) -> float | None:
    """The share (0..1) of the words that are heard again in the text; None where there are none to listen for."""
    if not words:
        return None
    heard = say(text).text.split()
    found = sum(any(fuzz.ratio(word, other) >= ALIKE for other in heard) for word in words)
    return round(found / len(words), 4)


def refuted(listened: SecondListen) -> bool:
    """Whether it was heard again and the words were not there."""
    return listened.came_back is not None and listened.came_back < CONFIRMED
