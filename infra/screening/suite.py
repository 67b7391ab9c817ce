"""A suite of functional tests in, the same as a CSV out: `functionality,text,label,group`.

    python infra/screening/suite.py suite.txt build/screening/suite.csv

Both suites here were written apart from the training frames and are never learned from. suite.txt serves to look at
while developing (the model is calibrated on sentences apart instead); exam.txt is asked once, when a version is fixed.
"""

import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

SUITE_GROUPS = {
    "women": ("women", "a woman"),
    "trans": ("transgender people", "a trans woman"),
    "gay": ("lesbians", "a gay man"),
    "black": ("Black people", "a Black woman"),
    "muslim": ("Muslims", "a Muslim"),
    "jewish": ("Jews", "a Jew"),
    "disabled": ("disabled people", "a disabled person"),
    "immigrant": ("immigrants", "a refugee"),
    "asian": ("Asians", "a Chinese man"),
    "elderly": ("old people", "an old woman"),
    "roma": ("Roma", "a Roma"),
    "latino": ("Mexicans", "a Latina"),
}


def cases(text: str) -> Iterator[dict[str, str]]:
    """Each frame about a group once per group, the others once."""
    functionality, label = "", ""
    for line in text.splitlines():
        if line.startswith("="):
            functionality, _, label = (part.strip() for part in line.strip("= ").partition("|"))
        elif line and not line.startswith("#"):
            for group in SUITE_GROUPS if "{" in line else ("none",):
                yield {"functionality": functionality, "text": _filled(line, group), "label": label, "group": group}


def _filled(frame: str, group: str) -> str:
    many, one = SUITE_GROUPS.get(group, ("", ""))
    draw = random.Random(frame + group)
    misspelt, spaced = many, " ".join(".".join(word) for word in many.split())
    if many:
        longest = max(many.split(), key=len)
        at = draw.randrange(1, len(longest) - 2)
        misspelt = many.replace(longest, longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :])
    text = frame.format(groups=many, one=one, groups_misspelt=misspelt, groups_spaced=spaced)
    return text[:1].upper() + text[1:]


def main(suite: str, target: Path) -> None:
    found = list(cases(Path(__file__).with_name(suite).read_text("utf-8")))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=("functionality", "text", "label", "group"))
        writer.writeheader()
        writer.writerows(found)
    print(f"{len(found)} cases -> {target}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
