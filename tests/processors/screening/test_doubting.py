"""A rule's hit is a note where the model sees nothing in the same words, and counts in full in every other case."""

import pytest
from msgspec.structs import replace

from processors.screening.classifier import Classifier, NoClassifier
from processors.screening.engine import DOUBTED_BELOW, Mark, screen
from processors.screening.policy import Term, shipped_policy
from processors.screening.rules import RULES
from tests.listeners import Scripted
from tests.talk import captions

POLICY = shipped_policy()
VERMIN = "Immigrants are vermin."
SAYS_NO, UNSURE, SAYS_YES = DOUBTED_BELOW - 0.01, DOUBTED_BELOW, 0.9


def ruled(said: tuple[str, ...], classifier: Classifier) -> Mark:
    """What the rules make of the last of the captions."""
    (mark,) = (one for one in screen(captions(*said), POLICY, classifier) if one.source.startswith("rule:"))
    return mark


def seeing(score: float) -> Scripted:
    return Scripted({"": {"hate": score, "threat": score}})


@pytest.mark.parametrize(
    ("classifier", "meaning", "effect"),
    [
        pytest.param(seeing(SAYS_NO), "doubted", "log", id="says no"),
        pytest.param(seeing(UNSURE), "direct", "queue", id="unsure"),
        pytest.param(seeing(SAYS_YES), "direct", "queue", id="says yes"),
        pytest.param(NoClassifier(), "direct", "queue", id="abstains"),
        pytest.param(Scripted({"": {"threat": 0.0}}), "direct", "queue", id="says nothing of this category"),
    ],
)
def test_only_a_clear_no_makes_a_note(classifier: Classifier, meaning: str, effect: str) -> None:
    mark = ruled((VERMIN,), classifier)
    assert (mark.meaning, mark.effect) == (meaning, effect)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("This is a screening drill.", id="drill"),
        pytest.param("I will kill you tonight.", id="imminent harm"),
        pytest.param("Her phone number is double five one two three four six seven.", id="doxxing"),
    ],
)
def test_what_the_model_has_not_learned_it_may_not_doubt(text: str) -> None:
    classifier = Scripted({"": dict.fromkeys(POLICY.categories, 0.0)})
    sure = [one for one in screen(captions(text), POLICY, NoClassifier()) if one.effect != "log"]
    assert sure
    assert set(sure) <= set(screen(captions(text), POLICY, classifier))


def test_a_customers_term_is_never_doubted() -> None:
    own = replace(POLICY, terms=(Term(term="leek soup", category="hate"),))
    (mark,) = (one for one in screen(captions("Leek soup."), own, seeing(0.0)) if one.effect != "log")
    assert mark.meaning == "direct"


def test_harmless_talk_around_a_bad_sentence_is_no_excuse() -> None:
    window = ("The beans are fine.", VERMIN)
    diluted = Diluted()
    assert ruled(window, diluted).meaning == "direct"
    assert diluted.asked == [" ".join(window), VERMIN]


class Diluted:
    """A model that sees hate only in a short text, and remembers what it was asked."""

    name = "diluted@1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, texts: list[str]) -> list[dict[str, float]]:
        self.asked += texts
        return [{"hate": 0.9 if text == VERMIN else 0.0} for text in texts]


def test_one_outburst_is_a_note_whoever_found_it() -> None:
    (mark,) = screen(captions("The beans are fine."), POLICY, Scripted({"": {"harassment": 1.0}}))
    assert (mark.effect, mark.score) == ("log", 0.65)


def test_doubt_and_a_quotation_do_not_multiply() -> None:
    objected = ruled(("Somebody wrote that immigrants are vermin, and I find that shameful.",), seeing(SAYS_NO))
    assert objected.meaning == "objected"
    assert objected.score == pytest.approx(0.9 * POLICY.factor("hate", "objected"))
    reported = ruled(("Somebody wrote that immigrants are vermin.",), seeing(SAYS_NO))
    assert reported.score == pytest.approx(0.9 * POLICY.factor("hate", "doubted"))


def test_only_rules_of_hate_heed_the_model() -> None:
    assert {rule.category for rule in RULES if rule.heeds_model} == {"hate"}


def test_the_surest_hit_that_is_doubted_is_a_note_in_the_shipped_policy() -> None:
    assert POLICY.effect("hate", POLICY.factor("hate", "doubted")) == "log"
