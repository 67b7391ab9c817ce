"""What a rule is: a passage in, hits out; with its reason and the examples that prove it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from processors.screening.lexicon import pattern
from processors.screening.passage import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """Characters `start..end` of a passage's text, and how sure the rule is (0..1)."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason to look at a passage.

    `heeds_context` is off for what no quotation excuses. `heeds_model` is on where the model has learned what the rule
    looks for, and may doubt a hit. Each of `flags` must be hit and none of `passes`;
    the tests run them through the shipped policy.
    """

    name: str
    version: int
    category: str
    reason: str
    find: Callable[[Passage], Iterable[Hit]]
    flags: tuple[str, ...]
    passes: tuple[str, ...]
    heeds_context: bool = True
    heeds_model: bool = False

    @property
    def mark(self) -> str:
        return f"rule:{self.name}@{self.version}"


def matches(*scored: tuple[float, re.Pattern[str]]) -> Callable[[Passage], Iterator[Hit]]:
    """A finder of patterns, each with its score."""

    def find(passage: Passage) -> Iterator[Hit]:
        for score, wanted in scored:
            for found in wanted.finditer(passage.text):
                yield Hit(found.start(), found.end(), score)

    return find


def either(*finders: Callable[[Passage], Iterable[Hit]]) -> Callable[[Passage], Iterator[Hit]]:
    """All hits of several finders."""

    def find(passage: Passage) -> Iterator[Hit]:
        for finder in finders:
            yield from finder(passage)

    return find


_GROUP = pattern("<group>")


def of_a_group(*scored: tuple[float, re.Pattern[str]]) -> Callable[[Passage], Iterator[Hit]]:
    """A finder of patterns about "them", counted only where a group was named in this or the two sentences before."""

    def find(passage: Passage) -> Iterator[Hit]:
        for hit in matches(*scored)(passage):
            before = " . ".join(passage.text[: hit.start].split(" . ")[-3:])
            if _GROUP.search(before):
                yield hit

    return find
