"""Of a published transcript only what was said is left; each episode is taken once, and the same ones every time."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "infra" / "screening"))

import podcasts

CHANGELOG = "**Ada:** \\[04:10\\] Beans grow, see https://beans.example.\n\n**Tom Lee:** They do. [laughter]\n"
VIDEO = (
    "---\nLength: 12s\n---\n# Beans\n**Show:** [May](https://v.example)\n"
    "*  Beans grow. [[00:01](https://v.example)]\n* They do.\n"
)


def test_names_times_and_addresses_are_not_said() -> None:
    assert podcasts._said_in_changelog(CHANGELOG).split() == ["Beans", "grow,", "see", "They", "do."]
    assert podcasts._said_in_videos(VIDEO).split() == ["Beans", "grow.", "They", "do."]


def test_the_same_episodes_are_taken_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = tmp_path / "clone"
    for n in range(5):
        episode = clone / "_Transcripts" / "Bean Talk" / f"{n}.md"
        episode.parent.mkdir(parents=True, exist_ok=True)
        episode.write_text(f"# Beans\n* Number {n} is said.\n" if n else "* Short.\n", "utf-8")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(clone), *command], check=True)
    monkeypatch.setattr(podcasts, "VIDEOS", "HEAD")
    monkeypatch.setattr(podcasts, "FEWEST_WORDS", 3)
    monkeypatch.setattr(podcasts, "SHOWS", {"one": {"Bean Talk": 2}, "other": {"Bean Talk": 9}})
    texts = []
    for out in (tmp_path / "a", tmp_path / "b"):
        podcasts.main(clone, clone, out)
        texts.append([path.read_text("utf-8").strip() for path in sorted(out.rglob("*.txt"))])
    assert texts[0] == texts[1]
    assert sorted(texts[0]) == [f"Number {n} is said." for n in range(1, 5)]
