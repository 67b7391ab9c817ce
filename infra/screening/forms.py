"""An example in, the same example in one of the forms that speech takes out; its labels stay what they are."""

import dataclasses
import random
import re
from pathlib import Path

from examples import Example
from spelling import misspelt, run_together

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

HEARD_AS = {
    "lesbians": "less bins|less spins|less vins",
    "asians": "agents|ages|asian",
    "jews": "juice|use|choose|dews",
    "old": "all|cold",
    "gays": "gaze|days|case",
    "gay": "game|gate|day",
    "muslims": "muscles|muslin|muslim",
    "roma": "romo|aroma|rome",
    "refugees": "refugee|refuge is",
    "migrants": "migraines|my grants",
    "immigrants": "emigrants|immigrant|i'm a grants",
    "mexicans": "max cans|mexican",
    "latinos": "let you knows|latino",
    "blacks": "blocks|black",
    "black": "block|back",
    "trans": "trance|trends|transit",
    "transgender": "trans gender|transgendered",
    "sikhs": "seeks|six",
    "hindus": "hindu|him dues",
    "arabs": "arab|arrows",
    "turks": "turk|tucks",
    "poles": "polls|pulls",
    "women": "woman|when men",
    "deaf": "death|def",
    "gypsies": "gypsy's|tipsy's",
    "foreigners": "foreign is|four in us",
    "somalis": "small ease|somali",
    "syrians": "serious|syrian",
    "pensioners": "pensions|pension is",
    "queer": "clear|choir",
    "vermin": "berman|firm in",
    "scum": "scam|some",
    "filth": "fill|felt",
    "parasites": "pair of sites|parasite",
    "despise": "the spies|despised",
    "loathe": "load|loaf",
    "hate": "ate|hey",
    "deported": "the ported|reported",
    "jewish": "dewish|jew ish|you wish",
    "jew": "due|chew|you",
    "muslim": "muslin|moslem|muzzle him",
    "asian": "agent|a shin|eight john",
    "mexican": "max can|mexico",
    "refugee": "refuge|ref you gee",
    "immigrant": "emigrant|immigrate",
    "migrant": "my grant|migrate",
    "foreigner": "for inner|foreign",
    "disabled": "this abled|disable",
    "autistic": "artistic|art is stick",
    "elderly": "alderley|elder lee",
    "indians": "in dions|idioms",
    "nigerians": "nigeria ends|the jerians",
    "romanians": "remains|romania ends",
    "russians": "rations|rush ins",
    "christians": "christian's|kristen's",
    "catholics": "cat licks|catholic",
    "atheists": "a theists|ages",
    "palestinians": "palestine ian's|palace tinians",
    "girls": "curls|gals",
    "feminists": "famine lists|feminist",
    "homosexuals": "home of sexuals|homosexual",
    "wheelchair": "wheel chair|we'll share",
    "rats": "wraps|rants",
    "cockroaches": "cock roaches|coaches",
    "disgusting": "discussing|this gusting",
    "inferior": "interior|in fear of",
    "worthless": "worth less|wordless",
    "filthy": "fill the|healthy",
    "killed": "build|kilt",
    "kill": "keel|kiln",
    "shoot": "chute|shoe",
    "deport": "the port|report",
    "hang": "hand|hung",
}
"""Names and hard words with what a small recogniser may make of them: the first half seen when cases were spoken or by
sound, all from "jewish" on by sound alone."""

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


def _garbled(text: str, draw: random.Random) -> str:
    """One name or hard word as a recogniser that does not know it may write it."""
    words = text.split()
    known = [n for n, word in enumerate(words) if word.strip(".,?!").lower() in HEARD_AS]
    if known:
        chosen = draw.choice(known)
        words[chosen] = draw.choice(HEARD_AS[words[chosen].strip(".,?!").lower()].split("|"))
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


FORMS = (
    (0.18, misspelt),
    (0.05, run_together),
    (0.1, _misheard),
    (0.06, _garbled),
    (0.12, _restarted),
    (0.18, _filled),
    (0.06, _split),
)
"""Each form with its chance."""
