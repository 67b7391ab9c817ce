"""A customer's own terms: those of the policy in, one rule that finds them out, misheard and misspelled too.

A recogniser writes a rare word as the nearest words that it knows: with a letter off, cut in two, or by its sound.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import jellyfish
from rapidfuzz.distance import OSA

from processors.screening.passage import Passage, say
from processors.screening.policy import Term
from processors.screening.rule import Hit, Rule

NEAR, SOUND = 0.9, 0.8
"""What a near spelling and an equal sound leave of the term's score: they are often another word."""

SHORTEST_NEAR, SHORTEST_SOUND = 5, 6
"""Letters from which a near spelling or a sound says something: below, half the dictionary is near."""

LETTERS_AN_EDIT = 5
"""One edit is allowed for each so many letters, as a recogniser makes about one error in a long word."""

SAME_SOUND_WITHIN = 0.45
"""Share of the letters that may differ where the sound is the same (Metaphone drops all vowels but the first)."""


class _Wanted(NamedTuple):
    term: Term
    letters: str
    words: int
    sound: str
    unless: frozenset[str]


class _Stretch(NamedTuple):
    """Words of a passage written together: `start..end` of its text."""

    letters: str
    words: int
    start: int
    end: int


@cache
def rules_of(terms: tuple[Term, ...]) -> tuple[Rule, ...]:
    """One rule for each category that has terms; none without terms."""
    categories = dict.fromkeys(term.category for term in terms)
    return tuple(_rule(category, [term for term in terms if term.category == category]) for category in categories)


def _rule(category: str, terms: Iterable[Term]) -> Rule:
    wanted = [_wanted(term) for term in terms]

    def find(passage: Passage) -> Iterator[Hit]:
        longest = max(one.words for one in wanted) + 1
        for stretch in _stretches(passage.text, longest):
            yield from _hits(stretch, wanted)

    return Rule(
        name=f"policy_terms_{category}",
        version=1,
        category=category,
        reason="Each community knows words that nobody else minds; its policy names them.",
        find=find,
        flags=(),
        passes=(),
    )


def _wanted(term: Term) -> _Wanted:
    words = _words(term.term)
    letters = "".join(words)
    return _Wanted(term, letters, len(words), _sound(letters), frozenset("".join(_words(one)) for one in term.unless))


def _words(text: str) -> list[str]:
    """As a passage has them."""
    return [word for word in say(text).text.split() if word not in ".,"]


def _stretches(text: str, longest: int) -> Iterator[_Stretch]:
    """All runs of up to `longest` neighbouring words."""
    words, at = [], 0
    for word in text.split(" "):
        words.append((word, at))
        at += len(word) + 1
    for first, (_, start) in enumerate(words):
        letters = ""
        for n, (word, at) in enumerate(words[first : first + longest], start=1):
            if word in (".", ",", ""):
                break
            letters += word
            yield _Stretch(letters, n, start, at + len(word))


def _hits(stretch: _Stretch, wanted: Iterable[_Wanted]) -> Iterator[Hit]:
    for one in wanted:
        if abs(one.words - stretch.words) <= 1 and stretch.letters not in one.unless:
            share = _likeness(stretch, one)
            if share:
                yield Hit(stretch.start, stretch.end, one.term.score * share)


def _likeness(stretch: _Stretch, one: _Wanted) -> float:
    """1 for the term itself, less for what may be it, 0 for another word."""
    if stretch.letters == one.letters:
        return 1.0
    if one.term.match == "exact" or abs(len(stretch.letters) - len(one.letters)) > len(one.letters) // 2:
        return 0.0
    allowed = len(one.letters) // LETTERS_AN_EDIT if len(one.letters) >= SHORTEST_NEAR else 0
    edits = OSA.distance(stretch.letters, one.letters)
    if edits <= allowed:
        return NEAR
    by_sound = one.term.match == "sounds" and len(one.letters) >= SHORTEST_SOUND
    near = by_sound and edits <= SAME_SOUND_WITHIN * len(one.letters)
    return SOUND if near and _sound(stretch.letters) == one.sound else 0.0


def _sound(letters: str) -> str:
    """How the letters sound in English (Metaphone); themselves where they are of another script."""
    return jellyfish.metaphone(letters) if letters.isascii() else letters
