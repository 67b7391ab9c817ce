"""What a listener was shown and when in; how long words, first words and finals took, ms, out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from schemas.base import Record
from schemas.captions import Caption


class Shown(Record, frozen=True, kw_only=True):
    """A caption as a client was shown it at `at_ms` (Unix time)."""

    caption: Caption
    at_ms: float


class Delays(Record, frozen=True, kw_only=True):
    """Of each word, of each utterance's first words and of each final: from being said to being shown, ms."""

    word_ms: tuple[float, ...]
    first_ms: tuple[float, ...]
    final_ms: tuple[float, ...]


def delays(rooms: Iterable[tuple[int, Sequence[Shown]]]) -> Delays:
    """All delays of rooms, each (opened at, Unix ms; what its listener was shown, in order)."""
    words, firsts, finals = list[float](), list[float](), list[float]()
    for opened_ms, shown in rooms:
        for said in _by_caption(shown).values():
            final = said[-1].caption
            if final.status == "final" and final.text:
                words += _word_delays(opened_ms, said)
                firsts.append(next(one.at_ms for one in said if one.caption.text) - opened_ms - final.start_ms)
                finals.append(said[-1].at_ms - opened_ms - final.end_ms)
    return Delays(word_ms=tuple(words), first_ms=tuple(firsts), final_ms=tuple(finals))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the values lie (nearest rank), or None where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def _by_caption(shown: Sequence[Shown]) -> dict[str, list[Shown]]:
    said = defaultdict[str, list[Shown]](list)
    for one in shown:
        said[f"{one.caption.track_id}/{one.caption.caption_id}"].append(one)
    return said


def _word_delays(opened_ms: int, said: Sequence[Shown]) -> list[float]:
    """From a word's end, by the time it got in its final, to the first time that it was shown in its place."""
    final = said[-1].caption
    wanted = [_plain(word.text) for word in final.words]
    at_ms = [said[-1].at_ms] * len(wanted)
    for one in reversed(said[:-1]):
        matcher = SequenceMatcher(a=[_plain(word) for word in one.caption.text.split()], b=wanted, autojunk=False)
        for block in matcher.get_matching_blocks():
            at_ms[block.b : block.b + block.size] = [one.at_ms] * block.size
    return [at - opened_ms - word.end_ms for at, word in zip(at_ms, final.words, strict=True)]


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())
