"""What a caption file shows and a house style's norms in; what breaks them, cue by cue, out."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from processors.captionfiles import Shown
from processors.norms import Norms, words_in
from schemas.base import Record


class Breach(Record, frozen=True, kw_only=True):
    """Cue number `cue`, shown at `start_ms`, breaks `rule`: `found` is what it has, `allowed` the bound."""

    cue: int
    start_ms: int
    rule: str
    found: float
    allowed: float


def breaches(cues: Sequence[Shown], norms: Norms) -> list[Breach]:
    """Everything that breaks the norms, in the order of the cues."""
    alone = [breach for cue in cues for breach in (*_text(cue, norms), *_time(cue, norms), *_pace(cue, norms))]
    between = [breach for pair in pairwise(cues) for breach in _between(*pair, norms)]
    return sorted((*alone, *between), key=lambda breach: (breach.cue, breach.rule))


def _text(cue: Shown, norms: Norms) -> Iterator[Breach]:
    for line in cue.lines:
        if len(line) > norms.line_chars:
            yield _breach(cue, "line_chars", len(line), norms.line_chars)
    if len(cue.lines) > norms.lines:
        yield _breach(cue, "lines", len(cue.lines), norms.lines)
    if not any(line.strip() for line in cue.lines):
        yield _breach(cue, "empty", 0, 1)
    if cue.unescaped:
        yield _breach(cue, "unescaped", 1, 0)


def _time(cue: Shown, norms: Norms) -> Iterator[Breach]:
    shown_ms = cue.end_ms - cue.start_ms
    if shown_ms < norms.shortest_ms:
        yield _breach(cue, "shortest_ms", shown_ms, norms.shortest_ms)
    if shown_ms > norms.longest_ms:
        yield _breach(cue, "longest_ms", shown_ms, norms.longest_ms)


def _pace(cue: Shown, norms: Norms) -> Iterator[Breach]:
    shown_ms = max(1, cue.end_ms - cue.start_ms)
    chars_per_s = sum(map(len, cue.lines)) * 1000 / shown_ms
    words_per_min = words_in(cue.lines) * 60_000 / shown_ms
    if chars_per_s > norms.chars_per_s:
        yield _breach(cue, "chars_per_s", round(chars_per_s, 1), norms.chars_per_s)
    if words_per_min > norms.words_per_min:
        yield _breach(cue, "words_per_min", round(words_per_min, 1), norms.words_per_min)


def _between(cue: Shown, following: Shown, norms: Norms) -> Iterator[Breach]:
    """A cue that begins before the one in front of it, in its time, or too soon after it."""
    gap_ms = following.start_ms - cue.end_ms
    if following.start_ms < cue.start_ms:
        yield _breach(following, "order", following.start_ms - cue.start_ms, 0)
    elif gap_ms < 0:
        yield _breach(following, "overlap_ms", -gap_ms, 0)
    elif gap_ms < norms.gap_ms:
        yield _breach(following, "gap_ms", gap_ms, norms.gap_ms)


def _breach(cue: Shown, rule: str, found: float, allowed: float) -> Breach:
    return Breach(cue=cue.number, start_ms=cue.start_ms, rule=rule, found=found, allowed=allowed)
