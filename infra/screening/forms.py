"""An example in, the same example in one of the forms that speech takes out; its labels stay what they are."""

import dataclasses
import random
import re
from functools import cache
from pathlib import Path

from examples import Example
from heard import taken_for
from spelling import AT_WHAT_MATTERS, HARD, bare, misspelt, run_together
from talk import said_in_conversations

FILLERS = ("um", "uh", "you know", "like", "I mean", "well", "so", "er", "right")
CONTEXT = tuple(
    line
    for line in Path(__file__).with_name("context.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)


def spoken(example: Example, draw: random.Random) -> Example:
    """Each form of `FORMS` comes by its own chance; about a fifth of all texts stay as written."""
    text = example.text
    for chance, form in FORMS:
        if draw.random() < chance:
            text = form(text, draw)
    return in_a_room(dataclasses.replace(example, text=text), draw)


def in_a_room(example: Example, draw: random.Random) -> Example:
    """The text among other talk two times of ten, without case and punctuation half of the time."""
    text = example.text
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
    """One to three words as a recogniser took them, mostly names and hard words where there are any."""
    words, known = text.split(), taken_for()
    able = [n for n, word in enumerate(words) if bare(word) in known]
    matter = [n for n in able if bare(words[n]) in HARD]
    chosen = matter if matter and draw.random() < AT_WHAT_MATTERS else able
    for n in draw.sample(chosen, min(len(chosen), draw.choice((1, 1, 2, 3)))):
        words[n] = draw.choice(known[bare(words[n])])
    return " ".join(words)


def _split(text: str, draw: random.Random) -> str:
    """A full stop in the middle, where an utterance was cut."""
    words = text.split()
    at = draw.randrange(1, len(words)) if len(words) > 3 else 0
    return " ".join((*words[:at], ".", *words[at:])) if at else text


def _surrounded(text: str, draw: random.Random) -> str:
    lines = draw.choice((CONTEXT, _conversations()))
    other = draw.choice(lines)
    return draw.choice((f"{other} {text}", f"{text} {other}", f"{other} {text} {draw.choice(lines)}"))


@cache
def _conversations() -> list[str]:
    return said_in_conversations()


def flattened(example: Example, draw: random.Random) -> Example:
    """A written post, four times of ten without case and punctuation."""
    return dataclasses.replace(example, text=_unpunctuated(example.text)) if draw.random() < 0.4 else example


FORMS = (
    (0.18, misspelt),
    (0.05, run_together),
    (0.16, _misheard),
    (0.12, _restarted),
    (0.18, _filled),
    (0.06, _split),
)
"""Each form with its chance."""
