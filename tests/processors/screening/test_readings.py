"""What the model sees in one cut of a passage only is chance; what holds in fewer captions too is for a moderator."""

import pytest

from processors.screening.engine import Mark, screen
from processors.screening.policy import shipped_policy
from processors.screening.readings import held, shorter
from tests.listeners import Scripted
from tests.talk import captions

POLICY = shipped_policy()
SAID = ("We sang.", "Poles came.", "They left.")


class Read:
    """A model whose score of threat depends on how many sentences it reads; remembers what it was asked."""

    name = "read@1"

    def __init__(self, *by_sentences: float) -> None:
        self.asked: list[str] = []
        self._scores = by_sentences

    def score(self, texts: list[str]) -> list[dict[str, float]]:
        self.asked += texts
        return [{"threat": self._scores[text.count(".") - 1]} for text in texts]


def threats(model: Read, said: tuple[str, ...] = SAID) -> list[Mark]:
    return [mark for mark in screen(captions(*said), POLICY, model) if mark.category == "threat"]


def test_what_is_there_in_one_cut_only_asks_nobody() -> None:
    (mark,) = threats(Read(0.05, 0.5, 0.8))
    assert mark.effect == "log"


def test_what_is_there_in_every_cut_asks_somebody() -> None:
    (mark,) = threats(Read(0.9, 0.9, 0.8))
    assert (mark.effect, mark.score) == ("queue", 0.8)


def test_a_passage_that_asks_nobody_is_read_once() -> None:
    model = Read(0.9, 0.9, 0.5)
    (mark,) = threats(model)
    assert (mark.score, model.asked) == (0.5, [" ".join(SAID)])


def test_one_caption_is_read_once() -> None:
    model = Read(0.9)
    assert threats(model, ("They left.",))
    assert model.asked == ["They left."]


def test_a_cut_that_the_model_abstains_from_says_nothing() -> None:
    (mark,) = screen(captions("Poles came.", "Oh."), POLICY, Scripted({"poles": {"threat": 0.8}}))
    assert mark.score == pytest.approx(0.8)


def test_shorter_readings_end_where_the_passage_ends() -> None:
    assert shorter(SAID) == ("They left.", "Poles came. They left.")
    assert shorter(SAID[:1]) == ("We sang.", "We sang.")


@pytest.mark.parametrize(
    ("whole", "again", "expected"),
    [
        (0.8, [0.8, 0.8], 0.8),
        (0.8, [1.0, 1.0], 0.8),
        (0.5, [0.2, 0.8], 0.5),
        (0.9, [0.5], 0.75),
        (0.9, [], 0.9),
        (1.0, [0.0], 0.5),
    ],
)
def test_the_readings_count_alike_and_never_add(whole: float, again: list[float], expected: float) -> None:
    assert held(whole, again) == pytest.approx(expected)
