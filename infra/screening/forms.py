"""An example in, the same example in one of the forms that speech takes out; its labels stay what they are."""

import dataclasses
import random
import re
from pathlib import Path

from examples import Example

FILLERS = ("um", "uh", "you know", "like", "I mean", "well", "so", "er", "right")
MISHEARD = {
    "their": "there",
    "there": "their",
    "they're": "there",
    "to": "two",
    "too": "to",
    "are": "our",
    "our": "are",
    "for": "four",
    "should": "shut",
    "whole": "hole",
    "than": "then",
    "of": "off",
    "your": "you're",
    "you're": "your",
    "right": "write",
    "and": "in",
    "would": "wood",
    "we": "he",
    "is": "as",
}
"""Words that a recogniser takes for each other in running English."""

CONTEXT = tuple(
    line
    for line in Path(__file__).with_name("context.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)


def spoken(example: Example, draw: random.Random) -> Example:
    """Each form comes by its own chance; about a quarter of all texts stay as written."""
    text = example.text
    for chance, form in ((0.1, _misspelt), (0.1, _misheard), (0.12, _restarted), (0.2, _filled), (0.06, _split)):
        if draw.random() < chance:
            text = form(text, draw)
    if draw.random() < 0.22 and len(text.split()) < 40:
        text = _surrounded(text, draw)
    return dataclasses.replace(example, text=_unpunctuated(text) if draw.random() < 0.5 else text)


def _unpunctuated(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]+", " ", text).lower().split())


def _filled(text: str, draw: random.Random) -> str:
    words = text.split()
    for _ in range(draw.choice((1, 1, 2))):
        words.insert(draw.randrange(len(words) + 1), draw.choice(FILLERS))
    return " ".join(words)


def _restarted(text: str, draw: random.Random) -> str:
    words = text.split()
    begun = words[: draw.choice((1, 2, 3))]
    return " ".join((*begun, *words))


def _misheard(text: str, draw: random.Random) -> str:
    return " ".join(
        MISHEARD[word.lower()] if word.lower() in MISHEARD and draw.random() < 0.3 else word for word in text.split()
    )


def _misspelt(text: str, draw: random.Random) -> str:
    """One longer word with two letters swapped, one dropped, one doubled, or spaced out."""
    words = text.split()
    long = [n for n, word in enumerate(words) if len(word) > 4]
    if not long:
        return text
    chosen = draw.choice(long)
    word = words[chosen]
    at = draw.randrange(1, len(word) - 2)
    words[chosen] = draw.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + " " + word[at:],
        )
    )
    return " ".join(words)


def _split(text: str, draw: random.Random) -> str:
    """A full stop in the middle, where an utterance was cut."""
    words = text.split()
    at = draw.randrange(1, len(words)) if len(words) > 3 else 0
    return " ".join((*words[:at], ".", *words[at:])) if at else text


def _surrounded(text: str, draw: random.Random) -> str:
    other = draw.choice(CONTEXT)
    return draw.choice((f"{other} {text}", f"{text} {other}", f"{other} {text} {draw.choice(CONTEXT)}"))


def flattened(example: Example, draw: random.Random) -> Example:
    """A written post, four times of ten without case and punctuation."""
    return dataclasses.replace(example, text=_unpunctuated(example.text)) if draw.random() < 0.4 else example
