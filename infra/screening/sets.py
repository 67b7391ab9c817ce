"""The public sets in a folder in, examples out; each file's digest is checked first.

Labels are those of the sets' authors, read as this project's categories. What a set does not judge stays open: a
tweet that is "not sexist" may still hate somebody else, so it counts less.
"""

import csv
import hashlib
import html
import random
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from examples import Example

DIGESTS = {
    "davidson.csv": "fcb8bc7c68120ae4af04a5b9acd58585513ede11e1548ebf36a5c2040b6f6281",
    "edos.csv": "607bdbb766e1803a28f0eb8fc21c14b6b9dfa20039f726ba6767438584b47f9b",
    "hatemoji_train.csv": "2255818a5b10153876320068451be582ed876a2eefb22a250bd2f6478d1815e5",
    "hatemoji_val.csv": "721094d44fceb923a0b3897935126a654bbb1f092b1fed6a74d80e4a845c6f43",
    "madlibs.csv": "aac542254cf158415ec74623d54fa76176f26a7e7d8ef20788e1748a05ba5b4c",
    "surge.csv": "3bfcdd54ab90c8bab232235226a00e28b0d457c3c19e87230f73dde1880e6c44",
    "toxigen_prompts.csv": "f21f9acc8d63a7afa9256a8660170a5939d31a5e812ad0d3c899ebdfa26962f8",
    "tweeteval_train_labels.txt": "4e8fde025a453a25c94632794254131dedeac4e57228ad64157c41571cc88f71",
    "tweeteval_train_text.txt": "6572bb3a42143128a5dfa99af8debeb0668e637c34b2d1e3140dac47316fe2c2",
    "tweeteval_val_labels.txt": "5092badf1a0e70036ea6264bcd0b78afc07d0f4a512fa6af34c2c4973600656b",
    "tweeteval_val_text.txt": "1ff78b1ed4c5ce43284b9eba32eb7d60c6d45d0d1b3b4d6df456ae01640764f1",
    "vicomtech.csv": "35cda3890a797b8c7c539e7588d4c552ba574eb4a0c14a7f4acde03230f23ac7",
}
"""SHA-256 of each file as it was when the shipped model was trained."""

MOST = {"davidson_offensive": 4_500, "edos_not": 6_000, "tweeteval": 6_000, "vicomtech_not": 3_500, "madlibs": 5_000}
"""How many of the large and noisy parts are taken (seeded): a two-core machine, and no set should drown the others."""

MADLIBS_GROUPS = {
    "women": "female",
    "men": "male",
    "trans": "trans transgender nonbinary",
    "gay": "gay lesbian bisexual homosexual queer lgbt lgbtq",
    "black": "black african",
    "white": "white",
    "asian": "asian chinese japanese",
    "latino": "hispanic latino latina latinx mexican",
    "arab": "arab",
    "muslim": "muslim",
    "jewish": "jewish",
    "christian": "christian catholic protestant",
    "other_belief": "hindu sikh buddhist taoist",
    "disabled": "deaf blind paralyzed",
    "elderly": "old older elderly",
    "immigrant": "migrant immigrant",
    "nationality": "american canadian european indian",
}
HATEMOJI_GROUPS = {
    "bla": "black",
    "mus": "muslim",
    "wom": "women",
    "dis": "disabled",
    "jew": "jewish",
    "gay": "gay",
    "lgb": "gay",
    "bis": "gay",
    "tra": "trans",
    "gen": "trans",
    "asi": "asian",
    "ara": "arab",
    "imm": "immigrant",
    "ref": "immigrant",
    "for": "immigrant",
    "his": "latino",
    "ind": "indigenous",
    "abo": "indigenous",
    "nat": "nationality",
    "old": "elderly",
}
TOXIGEN_GROUPS = {
    "lgbtq": "gay",
    "bisexual": "gay",
    "trans": "trans",
    "immigrant": "immigrant",
    "physical_disability": "disabled",
    "mental_disability": "disabled",
    "middle_east": "arab",
    "women": "women",
    "mexican": "latino",
    "latino": "latino",
    "muslim": "muslim",
    "black": "black",
    "chinese": "asian",
    "asian": "asian",
    "jewish": "jewish",
    "native_american": "indigenous",
}


def read_sets(folder: Path, seed: int) -> list[Example]:
    """All public examples, in a fixed order. Raises `SystemExit` naming the first file that is not the one known."""
    for name, digest in DIGESTS.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise SystemExit(f"{folder / name} is not the file this model was trained on")
    draw = random.Random(seed)
    parts = (_davidson, _edos, _hatemoji, _tweeteval, _vicomtech, _surge, _madlibs, _toxigen)
    found = [one for part in parts for one in _fewer(list(part(folder)), draw)]
    return [one for one in found if len(one.text.split()) > 1]


def plain(text: str) -> str:
    """A post as it might be said: no handles, links or hash signs; an emoji by its name."""
    text = html.unescape(text)
    text = re.sub(r"\[(USER|URL)\]|https?://\S+|@\w+|\bRT\b|``|''", " ", text).replace("#", " ")
    named = "".join(_named(letter) for letter in text)
    return " ".join(named.strip(" !:\"'").split())


def _named(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "So":
        return f" {unicodedata.name(letter, '').lower()} "
    return " " if kind in {"Cc", "Cf", "Mn", "Sk"} and ord(letter) > 127 else letter


def _fewer(found: list[Example], draw: random.Random) -> list[Example]:
    """Cut the parts that `MOST` names down to their size."""
    kept: list[Example] = []
    for source in dict.fromkeys(one.source for one in found):
        part = [one for one in found if one.source == source]
        most = MOST.get(source, len(part))
        kept += part if len(part) <= most else draw.sample(part, most)
    return kept


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _davidson(folder: Path) -> Iterator[Example]:
    kinds = {"0": ("hate", 1, 0.6), "1": ("offensive", 0, 0.3), "2": ("neither", 0, 0.8)}
    for row in _rows(folder / "davidson.csv"):
        name, hate, weight = kinds[row["class"]]
        labels = {"hate": hate} if name != "neither" else {"hate": 0, "self_harm": 0}
        yield Example(text=plain(row["tweet"]), labels=labels, weight=weight, source=f"davidson_{name}")


def _edos(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "edos.csv"):
        sexist = row["label_sexist"] == "sexist"
        threat = row["label_category"].startswith("1.")
        labels = {"hate": int(sexist), **({"threat": int(threat)} if sexist else {})}
        weight = 0.6 if row["label_category"].startswith("3.") or not sexist else 0.9
        yield Example(
            text=plain(row["text"]),
            labels=labels,
            group="women" if sexist else None,
            weight=weight,
            source="edos" if sexist else "edos_not",
        )


def _hatemoji(folder: Path) -> Iterator[Example]:
    for name in ("train", "val"):
        for row in _rows(folder / f"hatemoji_{name}.csv"):
            hate = int(row["label_gold"])
            target = row["target"].strip("[]'").split("'")[0]
            labels = {"hate": hate, "self_harm": 0}
            if hate:
                labels["threat"] = int(row["type"] == "threateninglanguage")
            yield Example(
                text=plain(row["text"]),
                labels=labels,
                group=HATEMOJI_GROUPS.get(target[:3]) if hate and target != "trav" else None,
                source="hatemoji",
            )


def _tweeteval(folder: Path) -> Iterator[Example]:
    for name in ("train", "val"):
        texts = (folder / f"tweeteval_{name}_text.txt").read_text("utf-8").split("\n")
        labels = (folder / f"tweeteval_{name}_labels.txt").read_text("utf-8").split("\n")
        for text, label in zip(texts, labels, strict=False):
            if label:
                yield Example(text=plain(text), labels={"hate": int(label)}, weight=0.4, source="tweeteval")


def _vicomtech(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "vicomtech.csv"):
        if row["label"] in ("hate", "noHate"):
            hate = int(row["label"] == "hate")
            source = "vicomtech" if hate else "vicomtech_not"
            yield Example(text=plain(row["text"]), labels={"hate": hate}, weight=0.7, source=source)


def _surge(folder: Path) -> Iterator[Example]:
    """Toxic of some kind teaches nothing here; what is not toxic is nothing of ours either."""
    for row in _rows(folder / "surge.csv"):
        if row["is_toxic"] == "Not Toxic":
            labels = {"hate": 0, "threat": 0, "harassment": 0, "self_harm": 0}
            yield Example(text=plain(row["text"]), labels=labels, source="surge")


def _madlibs(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "madlibs.csv"):
        hate = int(row["Label"] == "BAD")
        group = next((name for name, words in MADLIBS_GROUPS.items() if row["Text"].split()[-1] in words.split()), None)
        yield Example(
            text=row["Text"], labels={"hate": hate}, group=group if hate else None, weight=0.6, source="madlibs"
        )


def _toxigen(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "toxigen_prompts.csv"):
        hate = int(row["label"] == "hate")
        group = TOXIGEN_GROUPS.get(row["group"]) if hate else None
        yield Example(text=plain(row["text"]), labels={"hate": hate, "self_harm": 0}, group=group, source="toxigen")
