"""Every rule flags and passes what it says it does, judged by the shipped policy."""

import pytest

from processors.screening.classifier import NoClassifier
from processors.screening.engine import screen
from processors.screening.policy import shipped_policy
from processors.screening.rule import Rule
from processors.screening.rules import RULES
from tests.talk import caption

POLICY = shipped_policy()
NOTES_ONLY = frozenset({"profanity", "harassment"})
"""Categories in which one outburst is a note; in all others an example that flags has to reach a person."""


def effects(rule: Rule, text: str) -> set[str]:
    marks = screen([caption(text)], POLICY, NoClassifier())
    return {mark.effect for mark in marks if mark.source == rule.mark}


def examples(kind: str) -> list[object]:
    return [pytest.param(rule, text, id=f"{rule.name}: {text}") for rule in RULES for text in getattr(rule, kind)]


@pytest.mark.parametrize(("rule", "text"), examples("flags"))
def test_an_example_that_flags_is_marked(rule: Rule, text: str) -> None:
    assert effects(rule, text) & ({"log"} if rule.category in NOTES_ONLY else {"queue", "urgent"})


@pytest.mark.parametrize(("rule", "text"), examples("passes"))
def test_an_example_that_passes_reaches_nobody(rule: Rule, text: str) -> None:
    found = effects(rule, text)
    assert not found if rule.category in NOTES_ONLY else not found - {"log"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_why_and_has_ten_examples_each_way(rule: Rule) -> None:
    assert rule.reason
    assert min(len(rule.flags), len(rule.passes)) >= 10
    assert POLICY.categories[rule.category]


def test_names_of_rules_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


FRIENDLY = (
    "The Muslim families on our street run a lovely shop.",
    "My neighbour is a gay man and he makes wonderful cake.",
    "Refugees from Syria play in our orchestra.",
    "We celebrated Hanukkah with our Jewish friends.",
    "Trans people are part of our community, and they are welcome.",
    "Black women wrote some of my favourite books.",
    "Deaf children learn sign language at this school.",
    "The Roma band played until midnight.",
    "Immigrants built this railway, and they are proud of it.",
    "I am a lesbian and I love gardening.",
    "Chinese students asked about the bus.",
    "The disabled parking spaces are behind the school.",
    "Poles and Turks have worked here for decades.",
    "Women are leading the choir this year.",
    "My mother came here as a refugee from Vietnam.",
)


@pytest.mark.parametrize("text", FRIENDLY)
def test_a_friendly_mention_of_a_group_gives_nothing(text: str) -> None:
    assert screen([caption(text)], POLICY, NoClassifier()) == ()
