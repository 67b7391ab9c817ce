"""Captions with word times in; cues out, broken as people read: by sentence, clause and pause, within the norms.

One timeline for the whole room: two people who speak at once are shown one after the other, because nobody reads two
captions at a time and no norm allows it. Who speaks faster than can be read is shown late until the next silence.
"""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from processors.norms import ALL, Norms
from schemas.captions import Caption

PAUSE_MS = 1_000
"""A silence within an utterance that ends a cue."""
BREATH_MS = 300
"""A silence at which a cue that is too long for one may be broken, where no sentence and no clause ends."""

CORRECTED = "[corrected]"
"""Stands behind what a person corrected in the formats that have no markup for it."""

_SENTENCE_END, _CLAUSE_END = (".", "!", "?", "…", "。"), (",", ";", ":", "、")
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})


@dataclass(frozen=True, kw_only=True)
class Cue:
    """What is shown at once: `lines` of one speaker, from `start_ms` to `end_ms` of room time.

    `corrected`: a person wrote them, not the engine.
    """

    track_id: str
    speaker: str
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    corrected: bool = False


@dataclass(frozen=True)
class _Piece:
    text: str
    start_ms: int
    end_ms: int


def cues(captions: Sequence[Caption], norms: Norms = ALL, *, labelled: bool = False) -> list[Cue]:
    """Break captions in time order into cues in time order that never overlap.

    `labelled` puts the speaker's name before the words where the speaker changes, and `CORRECTED` behind those that a
    person wrote, for formats that cannot say it.
    """
    broken: list[Cue] = []
    speaker = ""
    for caption in captions:
        label = f"{caption.speaker}:" if labelled and caption.speaker != speaker else ""
        mark = CORRECTED if labelled and caption.corrected_by else ""
        broken += _broken(caption, (label, mark), norms)
        speaker = caption.speaker
    return list(_timed(sorted(broken, key=lambda cue: (cue.start_ms, cue.track_id)), norms))


def clean(text: str) -> str:
    """One line, single spaces, nothing that cannot be printed."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _broken(caption: Caption, around: tuple[str, str], norms: Norms) -> Iterator[Cue]:
    space = "" if caption.language in _UNSPACED else " "
    waiting: list[_Piece] = []
    for piece in _pieces(caption, around, norms):
        while waiting and not _fits([*waiting, piece], space, norms):
            kept = _best_break(waiting)
            yield _cue(caption, waiting[:kept], space, norms)
            waiting = waiting[kept:]
        if waiting and piece.start_ms - waiting[-1].end_ms >= PAUSE_MS:
            yield _cue(caption, waiting, space, norms)
            waiting = []
        waiting.append(piece)
    if waiting:
        yield _cue(caption, waiting, space, norms)


def _pieces(caption: Caption, around: tuple[str, str], norms: Norms) -> Iterator[_Piece]:
    """The words with their times and what stands before and behind them, none longer than a line."""
    label, mark = around
    words = [_Piece(word.text, word.start_ms, word.end_ms) for word in caption.words] or _spread(caption)
    first = [_Piece(label, words[0].start_ms, words[0].start_ms)] if label and words else []
    last = [_Piece(mark, words[-1].end_ms, words[-1].end_ms)] if mark and words else []
    for word in (*first, *words, *last):
        for part in textwrap.wrap(clean(word.text), norms.line_chars):
            yield replace(word, text=part)


def _spread(caption: Caption) -> list[_Piece]:
    """Words without times of their own share the caption's."""
    texts = caption.text.split()
    step_ms = (caption.end_ms - caption.start_ms) / max(1, len(texts))
    times = [caption.start_ms + round(n * step_ms) for n in range(len(texts) + 1)]
    return [_Piece(text, *time) for text, time in zip(texts, pairwise(times), strict=True)]


def _fits(pieces: Sequence[_Piece], space: str, norms: Norms) -> bool:
    lines = _lines(_joined(pieces, space), norms)
    said_ms = pieces[-1].end_ms - pieces[0].start_ms
    return len(lines) <= norms.lines and max(said_ms, norms.reading_ms(lines)) <= norms.longest_ms


def _best_break(pieces: Sequence[_Piece]) -> int:
    """How many to show now: up to the last sentence's end past the first third, or clause's, or breath, or all."""
    counts = range(len(pieces), len(pieces) // 3, -1)
    for marks in (_SENTENCE_END, _CLAUSE_END):
        for count in counts:
            if pieces[count - 1].text.endswith(marks):
                return count
    breaths = (n for n in counts if n < len(pieces) and pieces[n].start_ms - pieces[n - 1].end_ms >= BREATH_MS)
    return next(breaths, len(pieces))


def _cue(caption: Caption, pieces: Sequence[_Piece], space: str, norms: Norms) -> Cue:
    return Cue(
        track_id=caption.track_id,
        speaker=clean(caption.speaker),
        start_ms=pieces[0].start_ms,
        end_ms=pieces[-1].end_ms,
        lines=_lines(_joined(pieces, space), norms),
        corrected=bool(caption.corrected_by),
    )


def _joined(pieces: Sequence[_Piece], space: str) -> str:
    return space.join(piece.text for piece in pieces)


def _lines(text: str, norms: Norms) -> tuple[str, ...]:
    """Wrap, and balance two lines so that neither is a single word where that can be helped."""
    most = norms.line_chars
    greedy = textwrap.wrap(text, most)
    if len(greedy) != norms.lines:
        return tuple(greedy)
    balanced = textwrap.wrap(text, max(most * 2 // 3, len(text) // 2 + 4))
    return tuple(balanced if len(balanced) == norms.lines and max(map(len, balanced)) <= most else greedy)


def _timed(ordered: list[Cue], norms: Norms) -> Iterator[Cue]:
    """Give each cue the time to be read, the shortest at least, and none into the next."""
    free_ms = 0
    for cue, following in zip_longest(ordered, ordered[1:]):
        start_ms = max(cue.start_ms, free_ms)
        least_ms = start_ms + max(norms.shortest_ms, norms.reading_ms(cue.lines))
        most_ms = following.start_ms - norms.gap_ms if following else start_ms + norms.longest_ms
        end_ms = min(max(min(cue.end_ms, most_ms), least_ms), start_ms + norms.longest_ms)
        free_ms = end_ms + norms.gap_ms
        yield replace(cue, start_ms=start_ms, end_ms=end_ms)
