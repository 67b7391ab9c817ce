"""Where a group is named, in whatever spelling, the model's hate counts in full; where none is, it has to be surer."""

import pytest

from processors.screening.engine import Mark, screen
from processors.screening.named import named
from processors.screening.policy import load_policy, shipped_policy
from schemas.errors import Invalid
from tests.listeners import Scripted
from tests.talk import captions

POLICY = shipped_policy()


@pytest.mark.parametrize(
    "text",
    [
        "Those Muslims again.",
        "I work with a Pole and two Turks.",
        "gypsies and their caravans",
        "The wives stay at home.",
        "an old woman",
        "All Black people sing.",
        "That white guy over there.",
        "They are black, so what?",
        "people of colour",
        "She is a wonderful Jewish doctor.",
        "the mentally ill",
        "people with Down syndrome",
        "retards",
        "M.u.s.l.i.m.s everywhere",
        "The Jwes did it.",
        "Immigrnats, all of them.",
        "old poeple",
        "w0men drivers",
        "allimmigrantsout",
        "Having to sit with less bins.",
        "The muslin next door.",
        "even gelicles, all of them",
    ],
)
def test_a_group_is_known_in_many_forms(text: str) -> None:
    assert named(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "They folded, the whole lot of them.",
        "That black box on the white wall.",
        "This and the other thing, finish it.",
        "Pack your coat, he cuts it, and she wore blue.",
        "A transformation, for transparency.",
        "The fire is in the old kitchen.",
        "He is a moron.",
        "The colour is brown.",
    ],
)
def test_teams_and_things_are_no_group(text: str) -> None:
    assert not named(text)


def of_hate(*said: str, score: float = 0.75) -> Mark:
    (mark,) = screen(captions(*said), POLICY, Scripted({"": {"hate": score}}))
    return mark


def test_likely_hate_of_nobody_is_a_note() -> None:
    assert of_hate("Get rid of them all.").effect == "log"
    assert of_hate("Get rid of the immigrants.").effect == "queue"


def test_what_is_surely_hate_is_for_a_moderator_whoever_it_is_of() -> None:
    """Recognisers mishear names: "juice" may have been people."""
    assert of_hate("Get rid of the juice.", score=0.95).effect == "queue"


def test_the_group_may_be_named_in_what_was_said_just_before() -> None:
    assert of_hate("We had immigrants here.", "Get rid of them all.").effect == "queue"


def test_a_threat_needs_no_group() -> None:
    (mark,) = screen(captions("I will get you."), POLICY, Scripted({"": {"threat": 0.65}}))
    assert mark.effect == "queue"


def test_a_policy_says_what_is_left_where_nobody_is_named() -> None:
    text = 'version: "1"\ncategories:\n  hate: {queue: 0.6, by_model: 0.9, unnamed: 0.5}\n  threat: {queue: 0.6}\n'
    policy = load_policy(text)
    assert policy.by_model("hate", 1.0) == pytest.approx(0.9)
    assert policy.by_model("hate", 1.0, named=False) == pytest.approx(0.45)
    assert policy.by_model("threat", 1.0, named=False) == 1.0
    with pytest.raises(Invalid, match=r"line 3: 1\.5 is no factor"):
        load_policy(text.replace("0.5}", "1.5}"))
