"""Wrong spelling hits what a sentence turns on, in every way it is meant to, and spoils nothing else."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "infra" / "screening"))

from spelling import HARD, PLAIN, WAYS, Way, misspelt, run_together, wrongly

SENTENCE = "yesterday afternoon several Muslims travelled through another village"


@pytest.mark.parametrize("word", ["muslims", "women", "jew", "filthy", "hate", "kind", "elderly", "rats"])
def test_names_and_words_of_judgement_are_known(word: str) -> None:
    assert word in HARD


@pytest.mark.parametrize("word", ["people", "the", "with", "is", "yesterday"])
def test_words_that_name_nobody_are_not(word: str) -> None:
    assert word not in HARD


def test_no_plain_word_is_hard() -> None:
    assert not PLAIN & HARD


def test_the_name_is_hit_two_times_of_three_and_seldom_spared_otherwise() -> None:
    hit = sum("Muslims" not in misspelt(SENTENCE, random.Random(seed)) for seed in range(600))
    assert 0.6 < hit / 600 < 0.85


def test_what_has_no_hard_word_is_misspelt_as_well() -> None:
    said = "yesterday another parcel came through"
    assert sum(misspelt(said, random.Random(seed)) != said for seed in range(200)) > 180


def test_what_stands_around_a_word_stays() -> None:
    for seed in range(100):
        written = wrongly('"Muslims",', random.Random(seed))
        assert written.startswith('"')
        assert written.endswith('",')


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
@pytest.mark.parametrize("word", ["gas", "Jew", "Turks", "immigrants", "half-wits", "Mmm"])
def test_each_way_writes_any_word(way: Way, word: str) -> None:
    written = {way(word, random.Random(seed)) for seed in range(30)}
    assert all(text.strip() for text in written)


@pytest.mark.parametrize(
    ("of", "seen"),
    [
        pytest.param("Muslims", "Mus lims", id="a space inside"),
        pytest.param("Muslims", "Mulims", id="a letter missing"),
        pytest.param("Muslims", "Muslimms", id="a letter twice"),
        pytest.param("Muslims", "Mulsims", id="two letters swapped"),
        pytest.param("Muslims", "Mu5lims", id="a digit for a letter"),
        pytest.param("Muslims", "M u s l i m s", id="spaced out"),
    ],
)
def test_the_usual_disguises_come_up(of: str, seen: str) -> None:
    written = {wrongly(of, random.Random(seed)) for seed in range(6000)}
    assert seen in written


def test_words_run_together_where_it_matters() -> None:
    run = [run_together(SENTENCE, random.Random(seed)) for seed in range(300)]
    assert all(len(text.split()) == len(SENTENCE.split()) - 1 for text in run)
    assert sum("severalMuslims" in text or "Muslimstravelled" in text for text in run) > 150


@pytest.mark.parametrize("said", ["", "kill", "hate them", "a, b"])
def test_short_sentences_come_through(said: str) -> None:
    assert run_together(said, random.Random(1)) == said
    assert misspelt(said, random.Random(1)).strip() or not said
