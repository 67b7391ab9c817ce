"""What was heard is put beside what was said word by word, and teaches under the label of what was said."""

import random
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "infra" / "screening"))

from examples import CATEGORIES, GROUPS, Example
from forms import spoken
from hear import lines, noisy, sentences
from heard import denials, names_misheard, read_heard, swapped, taken_for
from talk import said_in_conversations

from processors.engines.base import SAMPLE_RATE
from processors.screening.classifier_reading import reading
from processors.screening.named import MISHEARD, named, written


@pytest.mark.parametrize(
    ("said", "heard", "pairs"),
    [
        pytest.param("The lesbians came.", "the less bins came", [("lesbians", "less bins")], id="one-word-as-two"),
        pytest.param("Jews, women", "juice when men", [], id="two-in-a-row-are-not-told-apart"),
        pytest.param("a b c", "a b c", [], id="the-same"),
        pytest.param("a b c", "a c", [], id="a-word-lost"),
        pytest.param("a c", "a b c", [], id="a-word-too-many"),
        pytest.param("a foreigner c", "a four in the air c", [], id="too-many-to-know"),
        pytest.param("", "a", [], id="nothing-said"),
    ],
)
def test_words_stand_beside_what_was_heard_in_their_place(said: str, heard: str, pairs: list[tuple[str, str]]) -> None:
    assert list(swapped(said, heard)) == pairs


def test_no_word_is_misheard_as_itself() -> None:
    assert not [said for said, heard in taken_for().items() if said in heard]


def test_names_of_every_kind_are_misheard() -> None:
    assert {"muslims", "lesbians", "immigrants", "gay", "deaf", "jews"} <= set(taken_for())


def test_the_screener_knows_what_was_heard_in_the_place_of_names() -> None:
    assert names_misheard() == sorted(MISHEARD)


def test_of_ordinary_talk_little_is_taken_for_a_name() -> None:
    talk = [reading(line) for line in said_in_conversations()]
    unnamed = [line for line in talk if not written(line)]
    assert sum(map(named, unnamed)) < 0.015 * len(unnamed)


def test_what_was_heard_keeps_its_labels() -> None:
    found = read_heard()
    assert len(found) > 3_000
    assert all(set(one.labels) == set(CATEGORIES) for one in found)
    assert {one.group for one in found} - {None} <= set(GROUPS)
    hateful = sum(one.labels["hate"] for one in found)
    assert 0.3 < hateful / len(found) < 0.7


def test_a_name_is_misheard_now_and_then() -> None:
    said = Example(text="Lesbians moved in next door", labels={"hate": 0}, source="test")
    told = [spoken(said, random.Random(seed)).text.casefold() for seed in range(400)]
    assert 4 < sum("less bins" in text for text in told) < 100


def test_a_frame_of_something_is_spoken_twice() -> None:
    said = sentences()
    times = Counter(one.source for one in said)
    assert {times[one.source] for one in said if any(one.labels.values())} == {2}
    assert {times[one.source] for one in said if not any(one.labels.values())} == {1}


def test_what_says_the_opposite_is_not_learned() -> None:
    assert not [one for one in read_heard() if one.text.startswith("I would ever say that Evangelicals")]
    assert not list(swapped("I can't stand leeks", "I can stand leeks"))
    assert denials("nobody isn't there without cannot") == 4


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        pytest.param("Beans and leeks grow well here.", False, id="the-same-but-for-a-comma"),
        pytest.param("beans and leaks  grow well here", True, id="otherwise"),
        pytest.param("being sand leaks go well", False, id="lost"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_what_was_heard_otherwise_is_a_line(heard: str, kept: bool) -> None:
    said = Example(text="Beans, and leeks grow well here.", labels=dict.fromkeys(CATEGORIES, 0), source="test")
    found = list(lines([said], [heard]))
    assert found == ([f"\t\t{said.text}\tbeans and leaks grow well here"] if kept else [])


def test_noise_is_under_every_other_sentence() -> None:
    tone = np.sin(np.arange(SAMPLE_RATE, dtype=np.float32) / 10)
    voice = noisy(lambda text: tone, np.random.default_rng(1))
    rest = [float(np.std(voice("") - tone)) for _ in range(200)]
    loud = [one for one in rest if one > 0]
    assert 70 < len(loud) < 130
    assert 0.05 < min(loud) < max(loud) < 0.3
