"""Frames we wrote in, examples out: each frame is a sentence with choices and slots, filled for many groups alike.

A frame file holds comments (`#`), headings that name the labels of what follows (`[hate threat]`, `[none]`), and one
frame a line: `(a|b|)` is a choice, `{groups}` a slot of slots.toml, `{badly}` a list of phrases.txt, whose phrases may
hold choices and slots of their own. All frames are learned from: a frame held out has a twin in nearly the same words
with the other label, so it would only punish learning. What is judged by comes from other writers (decision 0037).
"""

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from examples import CATEGORIES, GROUPS, Example

HERE = Path(__file__).parent
GROUP_FILLS = 13
PLAIN_FILLS = 10
"""Sentences made of a frame about a group (each time another one) and of one without."""

_CHOICE = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_SPACE_BEFORE = re.compile(r" (?=[,.?!;])")
_DOUBLED = re.compile(r"\b(this|that|to) \1\b", re.IGNORECASE)
_ARTICLES = re.compile(r"\b(the|an?)(?: (?:the|an?))+\b", re.IGNORECASE)
_BEFORE_A_VOWEL = re.compile(r"\b([Aa])(?= (?:[aeio]|un(?!i)|ug)(?!ne\b|nce\b|uro))")
_ABOUT = re.compile(r"\{(groups|one|adj|slur_\w+)\}")


@dataclass(frozen=True, slots=True)
class Slots:
    """`groups` and `slurs`: names by group and `many`, `one` or `adj`; `words` and `phrases`: texts by list."""

    groups: dict[str, dict[str, list[str]]]
    slurs: dict[str, dict[str, list[str]]]
    words: dict[str, list[str]]
    phrases: dict[str, list[str]]


def read_slots() -> Slots:
    words = tomllib.loads((HERE / "slots.toml").read_text("utf-8"))
    phrases: dict[str, list[str]] = {}
    for line in (HERE / "phrases.txt").read_text("utf-8").splitlines():
        if line.startswith("= "):
            phrases[line[2:]] = []
        elif line and not line.startswith("#"):
            phrases[next(reversed(phrases))].append(line)
    return Slots(words["groups"], words["slurs"], words["words"], phrases)


def read_frames(seed: int) -> list[Example]:
    """All sentences of all frame files, in a fixed order."""
    return _read(HERE / "frames", seed)


def read_apart(seed: int) -> list[Example]:
    """Sentences of writers who saw no frame: never learned from; the model is calibrated on them (decision 0037)."""
    return _read(HERE / "apart", seed)


def _read(folder: Path, seed: int) -> list[Example]:
    slots = read_slots()
    found: list[Example] = []
    for path in sorted(folder.glob("*.txt")):
        for place, labels, frame in frames_of(path):
            found += filled(frame, labels, place, slots, random.Random(f"{seed}:{place}"))
    return found


def frames_of(path: Path) -> Iterator[tuple[str, frozenset[str], str]]:
    """Each frame's place (`file:line`), labels and text. Raises `SystemExit` at an unknown label."""
    labels: frozenset[str] = frozenset()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("["):
            labels = frozenset(line.strip("[]").split()) - {"none"}
            if labels - set(CATEGORIES):
                raise SystemExit(f"{path.name}:{number}: no category {sorted(labels - set(CATEGORIES))}")
        elif line and not line.startswith("#"):
            yield f"{path.stem}:{number}", labels, line


def filled(frame: str, labels: frozenset[str], place: str, slots: Slots, draw: random.Random) -> Iterator[Example]:
    """One example per fill, equal ones once; groups take turns, so every frame is about every group equally often."""
    names = sorted(slots.slurs if "{slur_" in frame else slots.groups)
    if "{slur_many_same}" in frame:
        names = sorted(set(slots.groups) & set(slots.slurs))
    about = _names_a_group(frame, slots)
    turns = [draw.sample(names, len(names)) for _ in range(3)]
    told = set[str]()
    for n in range(GROUP_FILLS if about else PLAIN_FILLS):
        group = turns[n // len(names) % 3][n % len(names)] if about else "none"
        text = Filling(slots, group, draw).fill(frame)
        if text in told:
            continue
        told.add(text)
        yield Example(
            text=text,
            labels={name: int(name in labels) for name in CATEGORIES},
            group=group if "hate" in labels and about and group in GROUPS else None,
            source=place,
        )


def _names_a_group(frame: str, slots: Slots) -> bool:
    parts = [frame, *(text for name in _SLOT.findall(frame) for text in slots.phrases.get(name, ()))]
    return any(map(_ABOUT.search, parts))


@dataclass(frozen=True, slots=True)
class Filling:
    """How the slots of one sentence are filled, and about which group."""

    slots: Slots
    group: str
    draw: random.Random

    def fill(self, frame: str) -> str:
        """Choose and fill, and begin with a capital."""
        while any(name in self.slots.phrases for name in _SLOT.findall(frame)):
            frame = _SLOT.sub(self._phrase, frame)
        while "(" in frame:
            frame = _CHOICE.sub(lambda found: self.draw.choice(found[1].split("|")), frame)
        return tidied(_SLOT.sub(lambda found: self._word(found[1]), frame))

    def _phrase(self, found: re.Match[str]) -> str:
        phrases = self.slots.phrases.get(found[1])
        return self.draw.choice(phrases) if phrases else found[0]

    def _word(self, name: str) -> str:
        slots, draw = self.slots, self.draw
        if name == "who_c":
            said = draw.choice(slots.words["who"])
            return said[:1].upper() + said[1:]
        own = slots.groups.get(self.group, slots.groups["women"])
        slurs = slots.slurs.get(self.group) or slots.slurs[draw.choice(sorted(slots.slurs))]
        kinds = {"groups": own["many"], "one": own["one"], "adj": own["adj"], "slur_one": slurs["one"]}
        kinds |= {"slur_many": slurs["many"], "slur_many_same": slurs["many"]}
        kinds["slur_bare"] = [word.split(" ", 1)[1] for word in slurs["one"]]
        return draw.choice(kinds.get(name) or slots.words[name])


def tidied(text: str) -> str:
    """Mend what filling leaves: spaces of empty choices, doubled articles, "a" before a vowel, a small beginning."""
    text = _SPACE_BEFORE.sub("", " ".join(text.split()))
    text = _BEFORE_A_VOWEL.sub(r"\1n", _ARTICLES.sub(r"\1", _DOUBLED.sub(r"\1", text)))
    return text[:1].upper() + text[1:]
