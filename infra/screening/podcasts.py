"""Clones of two public collections of transcripts in; the podcasts by which alarms were counted, as text, out.

    python3 infra/screening/podcasts.py CHANGELOG VIDEOS OUT
    earwitness bench alarms OUT/looked-at      # episodes whose alarms we read
    earwitness bench alarms OUT/unseen         # episodes of which nobody looked at anything but the number

CHANGELOG is a clone of github.com/thechangelog/transcripts (CC BY-SA 4.0, written down by people), VIDEOS one of
github.com/rahim-hashim/video_transcripts (Whisper's, of public shows; no licence, so it is only measured by). Read at
the commits below. Nothing is learned from either.
"""

import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

CHANGELOG = "44a0e16c5919d332e05de481919fbfca90a2c90b"
VIDEOS = "59531372e5e70b1dad862b2fe22709b25300e47a"
SEED = 5
FEWEST_WORDS = 3_000
"""Shorter ones are trailers."""

SHOWS = {
    "looked-at": {
        "Joe Rogan Experience": 2,
        "Theo Von - This Past Weekend": 2,
        "Lex Fridman": 2,
        "Pod Save America": 2,
        "Bill Simmons NBA": 2,
        "Andrew Huberman": 1,
        "New York Times - The Daily": 4,
        "Conversation with Tyler": 2,
        "podcast": 2,
        "gotime": 2,
        "friends": 2,
    },
    "unseen": {
        "HasanAbi": 2,
        "Joe Rogan Experience": 2,
        "All In Podcast": 2,
        "New York Times - Ezra Klein": 2,
        "Mindscape Podcast": 2,
        "The Megyn Kelly Show": 2,
        "Pod Save the World": 2,
        "Bill Simmons NFL": 2,
        "Cognitive Revolution": 2,
        "Theo Von - This Past Weekend": 2,
        "jsparty": 2,
        "practicalai": 2,
        "brainscience": 2,
        "podcast": 2,
    },
}
"""Episodes of each show; those in lower case are the Changelog's."""


def main(changelog: Path, videos: Path, out: Path) -> None:
    draw, taken = random.Random(SEED), set[str]()
    for part, shows in SHOWS.items():
        (out / part).mkdir(parents=True, exist_ok=True)
        for show, most in shows.items():
            if show.islower():
                texts = _texts(changelog, f"{CHANGELOG}:{show}", _said_in_changelog, draw)
            else:
                texts = _texts(videos, f"{VIDEOS}:_Transcripts/{show}", _said_in_videos, draw)
            for n, (path, text) in enumerate(_first(texts, most, taken)):
                taken.add(path)
                (out / part / f"{re.sub('[^A-Za-z0-9]+', '_', show)}-{n}.txt").write_text(text, "utf-8")


def _texts(clone: Path, tree: str, said: Callable[[str], str], draw: random.Random) -> Iterator[tuple[str, str]]:
    """What is said in each file of a folder (`commit:path`), as far as somebody asks for it, in an order by chance."""
    listed = _git(clone, "-c", "core.quotepath=off", "ls-tree", "-r", "--name-only", tree)
    paths = [f"{tree}/{name}" for name in listed.splitlines() if name.endswith(".md")]
    draw.shuffle(paths)
    return ((path, said(_git(clone, "show", path))) for path in paths)


def _first(texts: Iterator[tuple[str, str]], most: int, taken: set[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path, text in texts:
        if path not in taken and len(text.split()) >= FEWEST_WORDS:
            found.append((path, text))
            if len(found) == most:
                break
    return found


def _said_in_changelog(text: str) -> str:
    """Without speakers' names, stage directions and addresses."""
    plain = re.sub(r"^\*\*.*?:\*\*", "", text, flags=re.MULTILINE)
    return re.sub(r"\\?\[.*?\\?\]|https?://\S+", "", plain)


def _said_in_videos(text: str) -> str:
    """The lines of a list that the transcript is, without the links to their times."""
    lines = [line.lstrip("* ") for line in text.splitlines() if line.startswith("*") and not line.startswith("**")]
    return "\n".join(re.sub(r"\[?\[[^\]]*\]\([^)]*\)\]?|\(https?:\S+\)|\[\d[^\]]*\]", "", line) for line in lines)


def _git(clone: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(clone), *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
