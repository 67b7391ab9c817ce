"""A customer's terms are found however the recogniser wrote them, and their homophones are left alone."""

import pytest

from processors.screening.classifier import NoClassifier
from processors.screening.engine import screen
from processors.screening.passage import say
from processors.screening.policy import Policy, load_policy, shipped_policy
from processors.screening.rule import Hit
from processors.screening.rules.policy_terms import NEAR, SOUND, rules_of
from tests.talk import caption

HEAD = 'version: "t"\ncategories: {hate: {log: 0.2, queue: 0.6}}\nterms:\n'


def policy(*lines: str) -> Policy:
    return load_policy(HEAD + "\n".join(f"  - {line}" for line in lines) + "\n")


def hits(text: str, *lines: str) -> list[Hit]:
    return [hit for rule in rules_of(policy(*lines).terms) for hit in rule.find(say(text))]


@pytest.mark.parametrize(
    ("match", "heard", "share"),
    [
        ("exact", "those grimblers again", 1.0),
        ("exact", "those grimbler again", 0.0),
        ("near", "those grimblers again", 1.0),
        ("near", "those grimplers again", NEAR),
        ("near", "those grim blers again", 1.0),
        ("near", "those gardeners again", 0.0),
        ("near", "those krymblorz again", 0.0),
        ("sounds", "those grymblors again", SOUND),
        ("sounds", "those grim bloors again", SOUND),
        ("sounds", "those gardeners again", 0.0),
        ("sounds", "the grim. Blers is his name", 0.0),
    ],
)
def test_a_term_is_found_as_its_match_allows(match: str, heard: str, share: float) -> None:
    scores = [hit.score for hit in hits(heard, f"{{term: Grimblers, category: hate, score: 0.8, match: {match}}}")]
    assert max(scores, default=0.0) == pytest.approx(0.8 * share)


def test_a_term_of_several_words_is_one_hit_in_its_place() -> None:
    (hit,) = hits("go home river folk now", '{term: "river folk", category: hate}')
    assert (hit.start, hit.end) == (8, 18)


def test_an_innocent_word_that_is_near_is_left_alone() -> None:
    line = "{term: grimblers, category: hate, unless: [gribblers]}"
    assert hits("the gribblers won", line.replace(", unless: [gribblers]", ""))
    assert not hits("the gribblers won", line)


@pytest.mark.parametrize(
    ("unless", "heard"), [("Gribblers", "gribblers"), ("gri bblers", "gri bblers"), ("gribb-lers", "gribblers")]
)
def test_an_innocent_word_may_be_written_as_people_write(unless: str, heard: str) -> None:
    assert not hits(f"the {heard} won", f"{{term: grimblers, category: hate, unless: [{unless}]}}")


def test_a_short_term_is_found_only_as_it_is() -> None:
    assert not hits("the cat sat", "{term: bat, category: hate}")
    assert hits("the bat sat", "{term: bat, category: hate}")


def test_a_term_is_judged_by_context_and_carries_the_rule_s_name() -> None:
    terms = policy("{term: grimblers, category: hate, score: 0.9}")
    (said,) = screen([caption("Look at those grimblers.")], terms, NoClassifier())
    (quoted,) = screen([caption("He wrote that we are grimblers. That is shameful.")], terms, NoClassifier())
    assert (said.effect, said.source) == ("queue", "rule:policy_terms_hate@1")
    assert (quoted.effect, quoted.meaning) == ("log", "objected")


def test_terms_of_another_script_are_found_too() -> None:
    assert hits("вот гримблеры", "{term: гримблеры, category: hate}")


def test_the_shipped_policy_names_nobody() -> None:
    assert shipped_policy().terms == ()
