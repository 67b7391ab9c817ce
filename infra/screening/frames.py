"""Frames we wrote in, examples out: each frame is a sentence with choices and slots, filled for many groups alike.

A frame file holds comments (`#`), headings that name the labels of what follows (`[hate threat]`, `[none]`), and one
frame a line: `(a|b|)` is a choice, `{groups}` a slot of slots.toml. A frame is held out, or not, by its own digest, so
that a held-out sentence shares no frame with a learned one.
"""

import hashlib
import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from examples import CATEGORIES, GROUPS, Example

HERE = Path(__file__).parent
GROUP_FILLS = 24
PLAIN_FILLS = 16
"""Sentences made of a frame about a group (each time another one) and of one without."""

HELD_OUT_OF_TEN = 1
"""Frames of ten that are never learned from: calibration and thresholds are chosen on them."""

_CHOICE = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")


def read_frames(seed: int) -> list[Example]:
    """All sentences of all frame files, in a fixed order."""
    slots = tomllib.loads((HERE / "slots.toml").read_text("utf-8"))
    found: list[Example] = []
    for path in sorted((HERE / "frames").glob("*.txt")):
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


def filled(
    frame: str,
    labels: frozenset[str],
    place: str,
    slots: dict[str, dict[str, dict[str, list[str]]]],
    draw: random.Random,
) -> Iterator[Example]:
    """One example per fill; groups take turns, so that every frame is about every group equally often."""
    held_out = int(hashlib.sha256(frame.encode()).hexdigest(), 16) % 10 < HELD_OUT_OF_TEN
    names = sorted(slots["slurs"] if "{slur_" in frame else slots["groups"])
    if "{slur_many_same}" in frame:
        names = sorted(set(slots["groups"]) & set(slots["slurs"]))
    about = re.search(r"\{(groups|one|adj|slur_\w+)\}", frame) is not None
    turns = [draw.sample(names, len(names)) for _ in range(3)]
    for n in range(GROUP_FILLS if about else PLAIN_FILLS):
        group = turns[n // len(names) % 3][n % len(names)] if about else "none"
        yield Example(
            text=fill(frame, group, slots, draw),
            labels={name: int(name in labels) for name in CATEGORIES},
            group=group if "hate" in labels and group in GROUPS else None,
            source=place,
            held_out=held_out,
        )


def fill(frame: str, group: str, slots: dict[str, dict[str, dict[str, list[str]]]], draw: random.Random) -> str:
    """Choose and fill, and begin with a capital."""
    while "(" in frame:
        frame = _CHOICE.sub(lambda found: draw.choice(found[1].split("|")), frame)
    text = _SLOT.sub(lambda found: _slot(found[1], group, slots, draw), frame)
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def _slot(name: str, group: str, slots: dict[str, dict[str, dict[str, list[str]]]], draw: random.Random) -> str:
    own = slots["groups"].get(group, slots["groups"]["women"])
    slurs = slots["slurs"].get(group) or slots["slurs"][draw.choice(sorted(slots["slurs"]))]
    kinds = {"groups": own["many"], "one": own["one"], "adj": own["adj"], "slur_one": slurs["one"]}
    kinds |= {"slur_many": slurs["many"], "slur_many_same": slurs["many"]}
    kinds["slur_bare"] = [word.split(" ", 1)[1] for word in slurs["one"]]
    if name == "who_c":
        said = draw.choice(slots["words"]["who"])
        return said[:1].upper() + said[1:]
    return draw.choice(kinds.get(name) or slots["words"][name])
