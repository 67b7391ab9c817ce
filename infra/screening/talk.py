"""Ordinary talk in; passages to learn from, and how much caution a trained net needs in a room, out.

Public transcripts of calls, in the order of their names: some to learn from, the next to choose by, the last for
nothing here. And conversations that we wrote, because people at work are more orderly than people in a live room.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from calibration import Line, said
from examples import CATEGORIES, Example

from bench.transcripts import cut, files_in, lines_of
from processors.screening.named import named
from processors.screening.readings import held_odds, log_odds, shorter

TRANSCRIPTS = "08b008ef3a696fb8abc74ed5ccde7eadb5a8c4d1a2649739c75870aef247be17"
"""SHA-256 over the transcripts, by name, one after the other."""

CALLS_LEARNED = 20
"""The first calls are ordinary talk to learn from, the others stay unseen. A passage is up to three lines, from any."""

CALLS_CHOSEN_BY = 10
"""The calls after those learned from, by which each category's caution is chosen; the ten after them choose nothing."""

CONVERSATIONS = Path(__file__).with_name("conversations")
"""One a file, a turn a line after its speaker's letter. Those in `choosing/` are never learned from."""

ALARMS_AN_HOUR = {"hate": 0.3, "threat": 0.15, "harassment": 0.3, "self_harm": 0.15}
"""What calls may cost a moderator, category by category. One an hour is the bar; less is spent here, as what chooses
flatters. Harassment does not count: what the model alone takes for it is a note (policy.yaml, `by_model`)."""

ALARMS_IN_CONVERSATIONS = {"hate": 1.5, "threat": 0.3, "harassment": 2.0, "self_harm": 0.3}
"""What our conversations may cost. They are full of what a screener stumbles over, by intention: podcasts, of which
some were looked at for this, raise a fifth of it (docs/performance.md)."""

BAR = 0.6
"""The shipped policy's bar for a case; what it takes off the model's own score of hate (`by_model`) is not counted."""

CAUTIONS = tuple(round(0.1 * n, 1) for n in range(81))
"""What may be taken off a category's log-odds: they are those of texts half of which are so, and in a room few are."""

UNNAMED = {"hate": 0.7}
"""What the shipped policy leaves of a score where no group is named (`unnamed`); nothing of a category is all."""

WORDS_PER_MINUTE = 160
WINDOW = 3
"""Captions that the screener judges together."""

Lines = Sequence[tuple[str, str]]
"""Speakers and what they said."""

Logits = Callable[[Sequence[str]], list[list[float]]]
"""Texts in, a logit per text and category out."""


def talk(folder: Path) -> list[Example]:
    """All passages of the first calls."""
    return [one for path in _calls(folder)[:CALLS_LEARNED] for one in _passages(list(lines_of(path)))]


def conversations() -> list[Example]:
    """All passages of our conversations that are learned from: as they went, and each speaker's by themselves."""
    found: list[Example] = []
    for path in sorted(CONVERSATIONS.glob("*.txt")):
        lines = list(cut(_turns(path)))
        found += _passages(lines)
        for own in _tracks(lines):
            found += _passages(own)
    return found


def said_in_conversations() -> list[str]:
    """Every line of the conversations that are learned from."""
    return [line for path in sorted(CONVERSATIONS.glob("*.txt")) for _, line in cut(_turns(path))]


def _turns(path: Path) -> Iterator[tuple[str, str]]:
    for turn in path.read_text("utf-8").splitlines():
        speaker, _, words = turn.partition(": ")
        yield from ((speaker, word) for word in words.split())


def _tracks(lines: Lines) -> list[Lines]:
    tracks: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for speaker, line in lines:
        tracks[speaker].append((speaker, line))
    return list(tracks.values())


def _calls(folder: Path) -> list[Path]:
    """All calls, in the order of their names. Raises `SystemExit` where they are not those known."""
    paths = files_in(folder)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    if digest != TRANSCRIPTS:
        raise SystemExit(f"{folder} holds other transcripts than this model was trained on ({digest})")
    return paths


def _passages(lines: Lines) -> list[Example]:
    """One to three lines from each on."""
    labels = dict.fromkeys(CATEGORIES, 0)
    return [
        Example(text=" ".join(line for _, line in lines[n : n + 1 + n // 3 % 3]), labels=labels, source="talk")
        for n in range(len(lines))
    ]


def cautions(logits: Logits, lines: Mapping[str, Line], folder: Path) -> dict[str, float]:
    """What to take off each category's log-odds so that neither calls nor conversations raise more than they may."""
    calls = [list(lines_of(path)) for path in _calls(folder)[CALLS_LEARNED : CALLS_LEARNED + CALLS_CHOSEN_BY]]
    ours = [list(cut(_turns(path))) for path in sorted((CONVERSATIONS / "choosing").glob("*.txt"))]
    budgets = ((calls, ALARMS_AN_HOUR), (ours, ALARMS_IN_CONVERSATIONS))
    needed = [_needed(logits, lines, talked, an_hour) for talked, an_hour in budgets]
    return {name: max(one[name] for one in needed) for name in lines}


def _needed(
    logits: Logits, lines: Mapping[str, Line], talked: Sequence[Lines], an_hour: Mapping[str, float]
) -> dict[str, float]:
    hours = sum(len(line.split()) for lines in talked for _, line in lines) / WORDS_PER_MINUTE / 60
    rooms = [_windows(lines) for lines in talked]
    heard = [_heard(logits, windows) for windows in rooms]
    about = [[named(" ".join(window)) for window in windows] for windows in rooms]
    found: dict[str, float] = {}
    for column, (name, line) in enumerate(lines.items()):
        less = (log_odds(BAR / UNNAMED.get(name, 1.0)) - log_odds(BAR)) / line[0]
        counted = [
            [row[column] - (0.0 if group else less) for row, group in zip(rows, groups, strict=True)]
            for rows, groups in zip(heard, about, strict=True)
        ]
        found[name] = least(counted, line, an_hour[name] * hours)
    return found


def _heard(logits: Logits, windows: Sequence[Sequence[str]]) -> list[list[float]]:
    """Of each window and category what holds in fewer captions too, as the engine takes it (readings.py)."""
    whole = logits([" ".join(window) for window in windows])
    again = logits([text for window in windows for text in shorter(window)])
    return [
        [held_odds(one) for one in zip(first, *again[2 * n : 2 * n + 2], strict=True)] for n, first in enumerate(whole)
    ]


def least(rooms: Sequence[Sequence[float]], line: Line, most: float) -> float:
    """The least caution that leaves no more than `most` alarms in rooms of one category's logits; else the greatest."""
    slope, offset = line
    for caution in CAUTIONS:
        if sum(_passages_above(logits, (slope, offset - caution)) for logits in rooms) <= most:
            return caution
    return CAUTIONS[-1]


def _windows(lines: Lines) -> list[list[str]]:
    """Each line after what its speaker said just before, as the screener hears it."""
    return [
        [line for who, line in lines[max(0, n - WINDOW + 1) : n + 1] if who == speaker]
        for n, (speaker, _) in enumerate(lines)
    ]


def _passages_above(logits: Sequence[float], line: Line) -> int:
    """Passages at the bar or above; neighbours are one passage."""
    above = [said(logit, line) >= BAR for logit in logits]
    return sum(now and not before for before, now in pairwise((False, *above)))
