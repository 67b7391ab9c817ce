"""Transcripts of ordinary talk in; passages to learn from, and how much caution a trained net needs in a room, out.

The calls are taken in the order of their names: some to learn from, the next to choose by, the last for nothing here.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from calibration import Line, said
from examples import CATEGORIES, Example

from bench.transcripts import files_in, lines_of

TRANSCRIPTS = "08b008ef3a696fb8abc74ed5ccde7eadb5a8c4d1a2649739c75870aef247be17"
"""SHA-256 over the transcripts, by name, one after the other."""

CALLS_LEARNED = 20
"""The first calls are ordinary talk to learn from, the others stay unseen. A passage is up to three lines, from any."""

CALLS_CHOSEN_BY = 10
"""The calls after those learned from, by which each category's caution is chosen; the ten after them choose nothing."""

ALARMS_AN_HOUR = {"hate": 0.55, "threat": 0.15, "harassment": 0.3, "self_harm": 0.15}
"""What ordinary talk may cost a moderator, category by category. One an hour is the bar; less is spent here, as
the calls that choose flatter, and talk elsewhere is less orderly. Harassment does not count, because what the
model alone takes for it is a note (policy.yaml, `by_model`)."""

BAR = 0.6
"""The shipped policy's bar for a case; what it takes off the model's own score of hate (`by_model`) is not counted."""

CAUTIONS = tuple(round(0.1 * n, 1) for n in range(81))
"""What may be taken off a category's log-odds: they are those of texts half of which are so, and in a room few are."""

WORDS_PER_MINUTE = 160
WINDOW = 3
"""Captions that the screener judges together."""


def talk(folder: Path) -> list[Example]:
    """All passages of ordinary talk in the first calls."""
    return [one for path in _calls(folder)[:CALLS_LEARNED] for one in _passages(path)]


def _calls(folder: Path) -> list[Path]:
    """All calls, in the order of their names. Raises `SystemExit` where they are not those known."""
    paths = files_in(folder)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    if digest != TRANSCRIPTS:
        raise SystemExit(f"{folder} holds other transcripts than this model was trained on ({digest})")
    return paths


def _passages(path: Path) -> list[Example]:
    lines = [line for _, line in lines_of(path)]
    labels = dict.fromkeys(CATEGORIES, 0)
    return [
        Example(text=" ".join(lines[n : n + 1 + n // 3 % 3]), labels=labels, source="talk") for n in range(len(lines))
    ]


def cautions(
    logits: Callable[[Sequence[str]], list[list[float]]], lines: Mapping[str, Line], folder: Path
) -> dict[str, float]:
    """What to take off each category's log-odds so that ordinary talk raises no more alarms than it may."""
    calls = _calls(folder)[CALLS_LEARNED : CALLS_LEARNED + CALLS_CHOSEN_BY]
    talked = [list(lines_of(path)) for path in calls]
    hours = sum(len(line.split()) for lines in talked for _, line in lines) / WORDS_PER_MINUTE / 60
    rooms = [logits(_windows(lines)) for lines in talked]
    return {
        name: least([[row[column] for row in rows] for rows in rooms], line, ALARMS_AN_HOUR[name] * hours)
        for column, (name, line) in enumerate(lines.items())
    }


def least(rooms: Sequence[Sequence[float]], line: Line, most: float) -> float:
    """The least caution that leaves no more than `most` alarms in rooms of one category's logits; else the greatest."""
    slope, offset = line
    for caution in CAUTIONS:
        if sum(_passages_above(logits, (slope, offset - caution)) for logits in rooms) <= most:
            return caution
    return CAUTIONS[-1]


def _windows(lines: Sequence[tuple[str, str]]) -> list[str]:
    """Each line with what its speaker said just before, as the screener hears it."""
    return [
        " ".join(line for who, line in lines[max(0, n - WINDOW + 1) : n + 1] if who == speaker)
        for n, (speaker, _) in enumerate(lines)
    ]


def _passages_above(logits: Sequence[float], line: Line) -> int:
    """Passages at the bar or above; neighbours are one passage."""
    above = [said(logit, line) >= BAR for logit in logits]
    return sum(now and not before for before, now in pairwise((False, *above)))
