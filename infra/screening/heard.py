"""What a recogniser made of our sentences in; examples, and what it takes for what, out.

`heard/` has a file a voice (hear.py made them): labels, group, what was said and what was heard, with tabs between; and
`words.txt`, names and hard words with what was heard of them when they were asked for one by one.

    PYTHONPATH=. python infra/screening/heard.py

writes what was heard in the place of names to where the screener looks for it (`processors/screening/named.py`).
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from examples import CATEGORIES, Example
from talk import said_in_conversations

from processors.screening import named
from processors.screening.named import written

HEARD = Path(__file__).with_name("heard")
WORDS = HEARD / "words.txt"
LONGEST = 3
"""Words that one word may have become; in more it is not known which was which."""

_DENIAL = re.compile(r"\b(?:not|no|never|no ?body|no ?one|none|nothing|nor|neither|without|cannot)\b|n't\b")

_PLAIN = re.compile(r"(?=.{3})[a-z]+(?: [a-z]+){0,2}")

COMMON = 10
"""Times in half a million words of ordinary talk; what is said more often is mostly just that ("two" for Jew)."""

NAMES = Path(named.__file__).with_name("misheard_names.txt")


class Misheard(NamedTuple):
    labels: str
    group: str
    said: str
    heard: str


def read_heard() -> list[Example]:
    """Sentences as they were heard, where that is not how they were said, with the labels of what was said."""
    return [
        Example(
            text=one.heard,
            labels={name: int(name in one.labels.split()) for name in CATEGORIES},
            group=one.group or None,
            source="heard",
        )
        for one in _lines()
    ]


@cache
def taken_for() -> Mapping[str, Sequence[str]]:
    """A word in lower case, with what was heard of it, each time once: what is often heard stands there often."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in WORDS.read_text("utf-8").splitlines():
        said, heard = line.split(": ")
        found[said] += heard.split("|")
    for one in _lines():
        for said, heard in swapped(one.said, one.heard):
            found[said].append(heard)
    return dict(found)


def swapped(said: str, heard: str) -> Iterator[tuple[str, str]]:
    """Each word of what was said in whose place other words were heard, with those."""
    before, after = _words(said), _words(heard)
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, became = " ".join(before[a:b]), " ".join(after[c:d])
        if kind == "replace" and b - a == 1 and d - c <= LONGEST and denials(was) == denials(became):
            yield was, became


def names_misheard() -> list[str]:
    """What was heard in the place of a name, up to three words, but for what our conversations say anyway."""
    heard = {words for said, found in taken_for().items() if written(said) for words in found}
    talked = f" {' '.join(word for line in said_in_conversations() for word in _words(line))} "
    return sorted(
        words
        for words in heard
        if _PLAIN.fullmatch(words) and not written(words) and talked.count(f" {words} ") <= COMMON
    )


def _lines() -> Iterator[Misheard]:
    """What keeps its meaning: without its "not" a sentence says the opposite, and its label is another's."""
    for path in sorted(HEARD.glob("*.txt")):
        if path != WORDS:
            found = (Misheard(*line.split("\t")) for line in path.read_text("utf-8").splitlines())
            yield from (one for one in found if denials(one.said) == denials(one.heard))


def denials(text: str) -> int:
    return len(_DENIAL.findall(text.casefold()))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'*-]+", text.casefold())


if __name__ == "__main__":
    NAMES.write_text("".join(f"{words}\n" for words in names_misheard()), "ascii")
