"""What the screener learns from is balanced over groups, and never meets a suite nor a sentence apart."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "infra" / "screening"
sys.path.insert(0, str(FOLDER))

from examples import GROUPS, Example  # noqa: E402 - the folder is no package: it runs where torch is
from forms import spoken  # noqa: E402
from frames import Filling, read_apart, read_frames, read_slots, tidied  # noqa: E402
from heard import read_heard  # noqa: E402
from recipe import SHIPPED  # noqa: E402
from suite import SUITE_GROUPS, cases  # noqa: E402

SUITES = [list(cases((FOLDER / name).read_text("utf-8"))) for name in ("suite.txt", "exam.txt")]


@pytest.fixture(scope="module")
def sentences() -> list[Example]:
    return read_frames(7)


def test_the_same_seed_makes_the_same_sentences(sentences: list[Example]) -> None:
    assert read_frames(7) == sentences
    assert read_frames(8) != sentences


def test_every_slot_and_choice_is_filled(sentences: list[Example]) -> None:
    assert not [one.source for one in sentences if set("{}()|") & set(one.text)]


@pytest.fixture(scope="module")
def learned() -> set[str]:
    """Every sentence that any pass of the shipped recipe fills, and all that was heard."""
    seeds = range(SHIPPED.seed, SHIPPED.seed + len(SHIPPED.rounds) * SHIPPED.passes)
    filled = {one.text.casefold() for seed in seeds for one in read_frames(seed)}
    return filled | {one.text.casefold() for one in read_heard()}


@pytest.mark.parametrize("suite", SUITES)
def test_no_sentence_of_a_suite_is_learned(suite: list[dict[str, str]], learned: set[str]) -> None:
    assert not learned & {case["text"].casefold() for case in suite}


def test_no_sentence_apart_is_learned(learned: set[str]) -> None:
    assert not learned & {one.text.casefold() for one in read_apart(SHIPPED.seed)}


def test_a_phrase_may_hold_choices_slots_and_other_phrases() -> None:
    slots = read_slots()
    slots.phrases["outer"] = ["I say (that |){inner}"]
    slots.phrases["inner"] = ["{groups} sing"]
    slots.groups["women"]["many"][:] = ["women"]
    text = Filling(slots, "women", random.Random(1)).fill("{outer}, (always|often).")
    assert text in {f"I say {that}women sing, {often}." for that in ("that ", "") for often in ("always", "often")}


def test_hate_is_about_every_group_equally_often(sentences: list[Example]) -> None:
    about = Counter(one.group for one in sentences if one.group and not one.source.startswith(("reclaimed", "slurs")))
    assert set(about) == set(GROUPS) - {"none"}
    assert max(about.values()) < 1.25 * min(about.values())


def test_harmless_and_hateful_sentences_are_about_as_many(sentences: list[Example]) -> None:
    hateful = sum(one.labels["hate"] for one in sentences)
    assert 0.4 < hateful / len(sentences) < 0.6


def test_a_form_of_speech_keeps_labels_and_group(sentences: list[Example]) -> None:
    draw = random.Random(1)
    for one in sentences[::50]:
        said = spoken(one, draw)
        assert (said.labels, said.group, said.source) == (one.labels, one.group, one.source)
        assert said.text


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_asks_about_each_group_alike(suite: list[dict[str, str]]) -> None:
    groups = Counter(case["group"] for case in suite)
    assert len({groups[name] for name in SUITE_GROUPS}) == 1


@pytest.mark.parametrize(
    ("filled", "clean"),
    [
        ("all the the French  , a idiot", "All the French, an idiot"),
        ("that that was a one-off , a unit", "That was a one-off, a unit"),
        ("to a friend of the man", "To a friend of the man"),
    ],
)
def test_what_filling_leaves_behind_is_tidied(filled: str, clean: str) -> None:
    assert tidied(filled) == clean
