"""Runs of sound of each speaker in; the chapters of a recording, from who speaks when, out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from processors.timeline import RATE_HZ, Run
from schemas.base import Record

SHORTEST_S = 30
"""A chapter is at least so long: with every turn of a conversation a chapter, nobody finds anything."""

MOST = 255
"""The count of an M4A's chapter list (`chpl`) is one byte; in a long recording chapters get longer."""

MOST_NAMES = 3
_LEAST_SHARE = 0.2  # of a chapter's speech, to be named in its title
_SPEAKS = 0.003  # RMS of a second, -50 dBFS: beneath is a room, not a voice


class Chapter(Record, frozen=True, kw_only=True):
    """A stretch of a recording, ms from its beginning, named after who speaks in it."""

    start_ms: int
    end_ms: int
    title: str


class About(Record, frozen=True, kw_only=True):
    """What a recording says of itself."""

    title: str
    chapters: tuple[Chapter, ...] = ()


@dataclass
class Loudness:
    """How much sound a speaker makes in each second of room time."""

    speaker: str
    seconds: list[float] = field(default_factory=list)

    def heard(self, runs: Iterator[Run]) -> Iterator[Run]:
        """Pass runs on and note their energy; a run counts for the second it begins in (they are shorter)."""
        for start, samples in runs:
            second = start // RATE_HZ
            self.seconds += [0.0] * (second + 1 - len(self.seconds))
            self.seconds[second] += float(np.dot(samples, samples))
            yield start, samples


def chapters(speakers: Sequence[Loudness], duration_ms: int) -> tuple[Chapter, ...]:
    """Chapters end where another speaker takes over, once they are long enough; one speaker alone needs none."""
    seconds = -(-duration_ms // 1000)
    shortest = max(SHORTEST_S, -(-seconds // MOST))
    names = _names(speakers, seconds)
    starts = _starts(names, shortest)
    if len(starts) < 2:
        return ()
    bounds = [*starts, seconds]
    return tuple(
        Chapter(start_ms=start * 1000, end_ms=min(end * 1000, duration_ms), title=_title(names[start:end]))
        for start, end in pairwise(bounds)
    )


def _names(speakers: Iterable[Loudness], seconds: int) -> list[str]:
    """The loudest speaker of each second, empty where nobody speaks."""
    loudest, names = [_SPEAKS**2 * RATE_HZ] * seconds, [""] * seconds
    for speaker in speakers:
        for second, energy in enumerate(speaker.seconds[:seconds]):
            if energy > loudest[second]:
                loudest[second], names[second] = energy, speaker.speaker
    return names


def _starts(names: Sequence[str], shortest: int) -> list[int]:
    """Where chapters begin: where somebody else speaks, `shortest` seconds behind the one before and before the end."""
    starts, speaking = [0], ""
    for second, name in enumerate(names):
        if not name or name == speaking:
            continue
        if speaking and second - starts[-1] >= shortest and len(names) - second >= shortest:
            starts.append(second)
        speaking = name
    return starts


def _title(names: Sequence[str]) -> str:
    """Who speaks most, up to three who have a fair share of it."""
    spoken = Counter(name for name in names if name)
    least = _LEAST_SHARE * spoken.total()
    return ", ".join(name for name, count in spoken.most_common(MOST_NAMES) if count >= least)
