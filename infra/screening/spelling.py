"""A sentence in, the same sentence written wrongly out, on purpose or in haste; most of it where it matters.

A misspelt word of no weight teaches nothing: the sentence is found by its others. So two times of three the name of
the group or the word of judgement is hit (`HARD`), where a sentence has one, and praise as often as abuse. A sentence
that has none is misspelt elsewhere and as often, or a wrong letter would itself become a sign of hate.
"""

import random
import re
from collections.abc import Callable, Sequence

from frames import Slots, read_slots

NEIGHBOURS = {
    "a": "sq",
    "e": "wr",
    "i": "uo",
    "o": "ip",
    "u": "yi",
    "s": "ad",
    "t": "ry",
    "n": "bm",
    "m": "n",
    "r": "et",
    "l": "k",
    "k": "lj",
    "g": "fh",
    "h": "gj",
    "d": "sf",
}
"""Letters beside each other on a keyboard."""

SIGNS = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "g": "9", "l": "1", "b": "8"}
"""Digits and signs that stand in for letters."""

SOUNDS = {"ck": "k", "ph": "f", "ee": "ea", "ie": "ei", "s": "z", "er": "a", "c": "k", "y": "i", "i": "y"}
"""Letters with others that sound about alike."""

JUDGING = ("bad", "good", "vermin", "crime", "kill", "killed", "removed", "detest", "love", "insult")
"""Lists of slots.toml whose words decide what a sentence says of somebody."""

PLAIN = frozenset(
    {"the", "and", "with", "without", "from", "for", "people", "person", "somebody", "folks", "families", "kids"}
)
"""Words inside the names of groups that name none by themselves."""

AT_WHAT_MATTERS = 0.66
"""How often a name or a hard word is hit, where there is one."""

Way = Callable[[str, random.Random], str]
"""A word of three letters or more in, the same word wrongly written out."""

_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_VOWEL = re.compile(r"[aeiou]", re.IGNORECASE)


def hard_words(slots: Slots) -> frozenset[str]:
    """Every word of the groups' names and of the slurs, and each word of judgement that stands alone in its list."""
    kinds = [*slots.groups.values(), *slots.slurs.values()]
    names = [name for kind in kinds for many in kind.values() for name in many]
    alone = [text for name in JUDGING for text in slots.words[name] if " " not in text]
    words = {word.casefold() for text in (*names, *alone) for word in text.split()}
    return frozenset(word for word in words - PLAIN if len(word) > 2)


HARD = hard_words(read_slots())


def misspelt(text: str, draw: random.Random) -> str:
    """One to three words written wrongly, each in its own way."""
    words = text.split()
    able = _about(words, draw) or [n for n, word in enumerate(words) if len(bare(word)) > 3]
    for chosen in draw.sample(able, min(len(able), draw.choice((1, 1, 1, 2, 3)))):
        words[chosen] = wrongly(words[chosen], draw)
    return " ".join(words)


def run_together(text: str, draw: random.Random) -> str:
    """Two words written as one, mostly what matters with a word beside it; a short sentence sometimes all in one go."""
    words = text.split()
    if len(words) < 3:
        return text
    if len(words) < 8 and draw.random() < 0.2:
        return "".join(words)
    chosen = draw.choice(_about(words, draw) or range(len(words))) - draw.choice((0, 1))
    at = min(max(chosen, 0), len(words) - 2)
    return " ".join((*words[:at], words[at] + words[at + 1], *words[at + 2 :]))


def wrongly(word: str, draw: random.Random) -> str:
    """The word in one of `WAYS`; what stands around it (a comma, a quotation mark) stays where it was."""
    found = _EDGES.match(word)
    before, core, after = found.groups() if found else ("", word, "")
    return before + draw.choice(WAYS)(core, draw) + after if len(core) > 2 else word


def _about(words: Sequence[str], draw: random.Random) -> list[int]:
    """The places of what matters; none where nothing does or this time something else is to be hit."""
    return [n for n, word in enumerate(words) if bare(word) in HARD] if draw.random() < AT_WHAT_MATTERS else []


def bare(word: str) -> str:
    """The word in lower case without what stands around it."""
    return re.sub(r"^\W+|\W+$", "", word).casefold()


def _swapped(word: str, draw: random.Random) -> str:
    at = draw.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _dropped(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _doubled(word: str, draw: random.Random) -> str:
    at = draw.randrange(len(word))
    return word[:at] + word[at] * draw.choice((2, 2, 2, 4)) + word[at + 1 :]


def _beside(word: str, draw: random.Random) -> str:
    """A letter struck beside, or that one struck too."""
    at = draw.randrange(len(word))
    near = draw.choice(NEIGHBOURS.get(word[at].lower(), word[at]))
    return word[:at] + draw.choice((near, word[at] + near)) + word[at + 1 :]


def _parted(word: str, draw: random.Random) -> str:
    """A space, a hyphen or a dot inside the word."""
    at = draw.randrange(1, len(word))
    return word[:at] + draw.choice("   -.") + word[at:]


def _spaced_out(word: str, draw: random.Random) -> str:
    return draw.choice("  .-_*").join(word)


def _signed(word: str, draw: random.Random) -> str:
    """One letter as a digit or a sign, or every one that has any."""
    able = [n for n, letter in enumerate(word) if letter.lower() in SIGNS]
    chosen = able if draw.random() < 0.4 else draw.sample(able, min(len(able), 1))
    return "".join(draw.choice(SIGNS[letter.lower()]) if n in chosen else letter for n, letter in enumerate(word))


def _starred(word: str, draw: random.Random) -> str:
    """One letter behind a sign, or one vowel of each."""
    at = draw.randrange(1, len(word))
    sign = draw.choice("**#_")
    return word[:at] + sign + word[at + 1 :] if draw.random() < 0.6 else word[0] + _VOWEL.sub(sign, word[1:])


def _without_vowels(word: str, draw: random.Random) -> str:
    return word[0] + _VOWEL.sub("", word[1:]) if len(word) > 4 else _dropped(word, draw)


def _by_sound(word: str, draw: random.Random) -> str:
    able = [pair for pair in SOUNDS.items() if pair[0] in word[1:]]
    return word[0] + word[1:].replace(*draw.choice(able)) if able else _doubled(word, draw)


WAYS: tuple[Way, ...] = (
    _swapped,
    _dropped,
    _doubled,
    _beside,
    _parted,
    _parted,
    _spaced_out,
    _signed,
    _starred,
    _without_vowels,
    _by_sound,
)
"""A space inside a word counts twice: people read over it, the encoder sees two words that it does not know."""
