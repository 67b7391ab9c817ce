"""An example in, the same example in one of the forms that speech takes out; its labels stay what they are."""

import dataclasses
import random
import re
from functools import cache
from pathlib import Path

from examples import Example
from spelling import misspelt, run_together
from talk import said_in_conversations

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
    "afghan": "african",
    "agnostic": "a gnostic",
    "algerians": "algarians|al g reans",
    "amputees": "amputee|him please",
    "arab": "error|a rob",
    "arabs": "arab|arrows",
    "asians": "asian|agents|ages",
    "atheist": "a theist",
    "atheists": "a theist|atheist",
    "autistic": "artistic",
    "bangladeshi": "bang la desi|band ladashi",
    "bangladeshis": "bang look at shes",
    "baptists": "baptist",
    "bisexual": "by sexual",
    "bisexuals": "vice shows|buy she will",
    "black": "block|back",
    "blacks": "blocks|black",
    "bloke": "look",
    "boys": "boy is",
    "buddhist": "brutus",
    "buddhists": "brutus|buddhist",
    "catholics": "catholic",
    "churchgoer": "church go or",
    "churchgoers": "church goers|church doors",
    "cockroaches": "cockroach has|car croches",
    "cubans": "humans",
    "deaf": "death|jeff|depth|def",
    "deport": "to port|the port",
    "deported": "to port it|the ported|reported",
    "despise": "the spies|despised",
    "dirty": "thirty|pretty",
    "ethiopians": "ethiopian's",
    "evangelicals": "even gelicles|evangelical",
    "fathers": "father's|favours",
    "filth": "silk|fills|fill|felt",
    "filthy": "fill the",
    "foreigner": "furniture",
    "foreigners": "foreign is|four in us",
    "gassed": "guests|dust",
    "gay": "gain|day|k|game|gate",
    "gays": "days|gaze|case",
    "ghanaian": "gun i|denying",
    "ghanaians": "ganyans|the nions",
    "girl": "pearl",
    "guatemalans": "what i balance",
    "gypsies": "gypsy's|tipsy's",
    "handicapped": "handicap",
    "hang": "hand|him",
    "hanged": "hang|hand|end",
    "hate": "it|ate|hey",
    "hindu": "into|him to",
    "hindus": "him do|hindu|him dues",
    "hispanic": "his panic",
    "hispanics": "his panic",
    "homosexuals": "homosexual|homosexuality",
    "hondurans": "handerans|under and",
    "housewives": "house wives|house wife's",
    "husbands": "husband",
    "immigrants": "immigrant|emigrants|i'm a grants",
    "iranians": "irony and|iranian",
    "israelis": "his ray lee",
    "jain": "giant|china",
    "jains": "chains|james",
    "jamaican": "to make an",
    "jew": "two|you",
    "jews": "choose|juice|use|dews",
    "kill": "gil",
    "korean": "quarry and",
    "kurd": "curve|current",
    "kurds": "cards|curds",
    "latina": "latin",
    "latino": "lot he no",
    "latinos": "latino|let you knows",
    "leeches": "leach is",
    "lesbians": "less bins|less spins|less vins",
    "loathe": "lows|those|load|loaf",
    "locked": "luck",
    "lynched": "lynch",
    "maggots": "medics|mag gets",
    "mexicans": "max cans|mexican",
    "migrant": "my grunt|my grant",
    "migrants": "my grand|migraines|my grants",
    "mormon": "more minute",
    "moroccans": "americans|moroccan",
    "mothers": "movers",
    "muslim": "muscle",
    "muslims": "muslim|muscles|muslin",
    "nigerian": "nigeria",
    "nonbeliever": "non believer",
    "nonbelievers": "non believers",
    "nonbinary": "non binary",
    "old": "gold|all|cold",
    "pagan": "pain and",
    "pagans": "parkinson's|poggins",
    "parasites": "parasite|pair of sites",
    "pensioner": "pension or",
    "pensioners": "pensions|pension is",
    "plague": "play",
    "pole": "pearl",
    "poles": "polls|pauls|pulls",
    "queer": "square|clear|choir",
    "rapists": "rapist",
    "refugees": "refugee|refuge is",
    "roma": "roman|romeo|romo|aroma|rome",
    "romanian": "romani and",
    "schoolgirl": "school girl",
    "scots": "scott's|cards",
    "scum": "come|scam|some",
    "senior": "scene you",
    "serbs": "serb is",
    "shoot": "shoe",
    "sikh": "seek|seat",
    "sikhs": "seeks|each|six",
    "sinti": "cindy|city",
    "somali": "sim not only",
    "somalis": "some olives|symbol is|small ease|somali",
    "swine": "why",
    "syrians": "serious|syrian",
    "thais": "ties",
    "trans": "transit|trends|trance",
    "transgender": "trans gender|transgendered",
    "travellers": "travelers",
    "turk": "dirk|trick",
    "turks": "dirks|turk|tucks",
    "unbeliever": "and believe her",
    "venezuelans": "venezuelan's|venice waylands",
    "vermin": "for a minute|berman|firm in",
    "wives": "wife has",
    "woman": "women",
    "women": "woman|when men",
}
"""Names and hard words with what a small recogniser made of them: `tiny.en`, of flite's voices slt, rms and awb in two
sentences each, or of what was spoken to it before."""

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
    (0.1, _misheard),
    (0.06, _garbled),
    (0.12, _restarted),
    (0.18, _filled),
    (0.06, _split),
)
"""Each form with its chance."""
