"""Captions with word times in; cues out, broken as people read: by sentence, clause and pause, within the norms.

Norms: Netflix Timed Text Style Guide (42 characters a line, two lines, 5/6 s to 7 s, two frames between cues,
17 characters a second).
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from schemas.captions import Caption

LINE_CHARS = 42
LINES = 2
SHORTEST_MS = 834
LONGEST_MS = 7_000
GAP_MS = 84
"""Two frames at 24 a second."""
READ_CHARS_PER_S = 17
PAUSE_MS = 1_000
"""A silence within an utterance that ends a cue."""

_SENTENCE_END, _CLAUSE_END = (".", "!", "?", "…", "。"), (",", ";", ":", "、")
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})


@dataclass(frozen=True, kw_only=True)
class Cue:
    """What is shown at once: `lines` of one speaker, from `start_ms` to `end_ms` of room time."""

    track_id: str
    speaker: str
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Piece:
    text: str
    start_ms: int
    end_ms: int


def cues(captions: Sequence[Caption], *, labelled: bool = False) -> list[Cue]:
    """Break captions in time order into cues in time order; those of one track never overlap.

    `labelled` puts the speaker's name before the words where the speaker changes, for formats that cannot say it.
    """
    broken: list[Cue] = []
    speaker = ""
    for caption in captions:
        label = f"{caption.speaker}:" if labelled and caption.speaker != speaker else ""
        broken += _broken(caption, label)
        speaker = caption.speaker
    by_track = groupby(sorted(broken, key=_by_track), key=lambda cue: cue.track_id)
    timed = [cue for _, track in by_track for cue in _timed(list(track))]
    return sorted(timed, key=lambda cue: (cue.start_ms, cue.track_id))


def clean(text: str) -> str:
    """One line, single spaces, nothing that cannot be printed."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _by_track(cue: Cue) -> tuple[str, int]:
    return cue.track_id, cue.start_ms


def _broken(caption: Caption, label: str) -> Iterator[Cue]:
    space = "" if caption.language in _UNSPACED else " "
    waiting: list[_Piece] = []
    for piece in _pieces(caption, label):
        while waiting and not _fits([*waiting, piece], space):
            kept = _best_break(waiting)
            yield _cue(caption, waiting[:kept], space)
            waiting = waiting[kept:]
        if waiting and piece.start_ms - waiting[-1].end_ms >= PAUSE_MS:
            yield _cue(caption, waiting, space)
            waiting = []
        waiting.append(piece)
    if waiting:
        yield _cue(caption, waiting, space)


def _pieces(caption: Caption, label: str) -> Iterator[_Piece]:
    """The words with their times, none longer than a line."""
    words = [_Piece(word.text, word.start_ms, word.end_ms) for word in caption.words] or _spread(caption)
    first = [_Piece(label, words[0].start_ms, words[0].start_ms)] if label and words else []
    for word in (*first, *words):
        for part in textwrap.wrap(clean(word.text), LINE_CHARS):
            yield replace(word, text=part)


def _spread(caption: Caption) -> list[_Piece]:
    """Words without times of their own share the caption's."""
    texts = caption.text.split()
    step_ms = (caption.end_ms - caption.start_ms) / max(1, len(texts))
    times = [caption.start_ms + round(n * step_ms) for n in range(len(texts) + 1)]
    return [_Piece(text, *time) for text, time in zip(texts, pairwise(times), strict=True)]


def _fits(pieces: Sequence[_Piece], space: str) -> bool:
    short = pieces[-1].end_ms - pieces[0].start_ms <= LONGEST_MS
    return short and len(_lines(_joined(pieces, space))) <= LINES


def _best_break(pieces: Sequence[_Piece]) -> int:
    """How many pieces to show now: up to the last sentence's end past the first third, else clause's, else all."""
    for marks in (_SENTENCE_END, _CLAUSE_END):
        for count in range(len(pieces), len(pieces) // 3, -1):
            if pieces[count - 1].text.endswith(marks):
                return count
    return len(pieces)


def _cue(caption: Caption, pieces: Sequence[_Piece], space: str) -> Cue:
    return Cue(
        track_id=caption.track_id,
        speaker=clean(caption.speaker),
        start_ms=pieces[0].start_ms,
        end_ms=pieces[-1].end_ms,
        lines=_lines(_joined(pieces, space)),
    )


def _joined(pieces: Sequence[_Piece], space: str) -> str:
    return space.join(piece.text for piece in pieces)


def _lines(text: str) -> tuple[str, ...]:
    """Wrap, and balance two lines so that neither is a single word where that can be helped."""
    greedy = textwrap.wrap(text, LINE_CHARS)
    if len(greedy) != LINES:
        return tuple(greedy)
    balanced = textwrap.wrap(text, max(LINE_CHARS * 2 // 3, len(text) // 2 + 4))
    return tuple(balanced if len(balanced) == LINES and max(map(len, balanced)) <= LINE_CHARS else greedy)


def _timed(track: list[Cue]) -> Iterator[Cue]:
    """Give each cue of a track the time to be read, the shortest at least, and none into the next."""
    free_ms = 0
    for cue, following in zip(track, [*track[1:], None], strict=True):
        start_ms = max(cue.start_ms, free_ms)
        read_ms = start_ms + sum(map(len, cue.lines)) * 1000 // READ_CHARS_PER_S
        room_ms = following.start_ms - GAP_MS if following else start_ms + LONGEST_MS
        end_ms = max(min(max(cue.end_ms, read_ms), room_ms), start_ms + SHORTEST_MS)
        end_ms = min(end_ms, start_ms + LONGEST_MS)
        free_ms = end_ms + GAP_MS
        yield replace(cue, start_ms=start_ms, end_ms=end_ms)
