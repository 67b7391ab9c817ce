"""What carried a finding is named, what was heard again is measured, and what a policy changes is listed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.screening.attribution import MOST_OCCLUDED, carrying
from processors.screening.classifier import NoClassifier
from processors.screening.listening import reread
from processors.screening.policy import Quotas, load_policy, shipped_policy
from processors.screening.quotas import HELD_BACK, HOUR_MS, Asked, within_quota
from processors.screening.second_listen import CONFIRMED, LONGEST_MS, came_back, carried_by, refuted, stretch
from processors.screening.trying import NOTHING, counted, differences
from schemas.evidence import SecondListen
from schemas.findings import Finding, Reason
from tests.listeners import Scripted
from tests.talk import captions, finding

POLICY = shipped_policy()
SAID = captions("You know, immigrants are vermin.", "See you on Saturday.", pass_name="final")


def found(*texts: str, model: Scripted | None = None) -> Finding:
    (one,) = reread(captions(*texts, pass_name="final"), POLICY, model or NoClassifier())
    return one


def heaviest(weights: dict[str, float]) -> set[str]:
    return {word for word, weight in weights.items() if weight == 1}


def test_a_rule_s_words_carry_its_score() -> None:
    words = carrying(found(SAID[0].text), SAID[:1], NoClassifier())
    assert heaviest({word.text: word.weight for word in words}) == {"immigrants", "are", "vermin."}


def test_a_model_s_words_are_found_by_leaving_each_out() -> None:
    model = Scripted({"onions": {"hate": 0.9}})
    said = captions("We have too many onions here.", pass_name="final")
    words = carrying(found(said[0].text, model=model), said, model)
    assert {word.text: word.weight for word in words} == {
        "We": 0, "have": 0, "too": 0, "many": 0, "onions": 1, "here.": 0
    }  # fmt: skip


def test_a_model_that_is_away_leaves_the_words_without_weight() -> None:
    model = Scripted({"onions": {"hate": 0.9}})
    said = captions("We have onions.", pass_name="final")
    one = found(said[0].text, model=model)
    model.away = True
    assert {word.weight for word in carrying(one, said, model)} == {0}


class Counting(Scripted):
    texts = 0

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        self.texts += len(texts)
        return super().score(texts)


def test_in_a_long_passage_the_words_that_were_judged_are_left_out_once_each() -> None:
    model = Counting({"onions": {"hate": 0.9}})
    long = "We plant them in rows by the wall and we water them. " * 4
    said = captions(*(f"{long}onions for the Poles" for _ in range(3)), pass_name="final")
    one = found(*(caption.text for caption in said), model=model)
    model.texts = 0
    words = carrying(one, said, model)
    assert len(words) > MOST_OCCLUDED
    assert model.texts <= MOST_OCCLUDED + 1


def test_of_a_long_passage_the_words_inside_the_reason_carry() -> None:
    model = Scripted({"onions": {"hate": 0.9}})
    said = captions("bean " * MOST_OCCLUDED, "onions for the Poles", pass_name="final")
    reason = Reason(
        source="model:scripted@1",
        category="hate",
        score=0.9,
        meaning="direct",
        start_ms=said[1].start_ms,
        end_ms=said[1].end_ms,
    )
    words = carrying(finding(reasons=(reason,)), said, model)
    assert [word.text for word in words if word.weight == 1] == ["onions"]


@pytest.mark.parametrize(
    ("heard", "share"),
    [
        ("Immigrants are vermin, he said.", 1.0),
        ("immigrant's a vermine", 0.6667),
        ("in the garden", 0.0),
        ("", 0.0),
        ("women and children", 0.0),
    ],
)
def test_words_come_back_misspelled_too(heard: str, share: float) -> None:
    words = carried_by(found(SAID[0].text), SAID[:1])
    assert words == ("immigrants", "are", "vermin")
    assert came_back(words, heard) == share


@pytest.mark.parametrize(("share", "no"), [(None, False), (CONFIRMED, False), (0.59, True), (0.0, True)])
def test_only_what_was_heard_and_not_there_is_refuted(share: float | None, no: bool) -> None:
    assert refuted(SecondListen(came_back=share)) is no


@given(st.integers(0, 10**7), st.integers(1, 10**6))
def test_what_is_heard_again_fits_into_one_pass(start_ms: int, length_ms: int) -> None:
    reason = Reason(
        source="r", category="hate", score=1, meaning="direct", start_ms=start_ms, end_ms=start_ms + length_ms
    )
    start, end = stretch(finding(reasons=(reason,)))
    assert 0 <= start <= start_ms < end <= start + LONGEST_MS


@given(st.lists(st.tuples(st.integers(0, 3 * HOUR_MS), st.sampled_from(["queue", "urgent", "log"])), max_size=40))
def test_no_room_asks_for_more_than_its_quota_but_for_what_is_urgent(said: list[tuple[int, str]]) -> None:
    asked, let_through = Asked(), []
    for n, (at_ms, effect) in enumerate(sorted(said)):
        one = finding(finding_id=f"f{n}", start_ms=at_ms, end_ms=at_ms, effect=effect)
        asked, may = within_quota(asked, one, Quotas(cases_per_room_and_hour=3))
        assert (HELD_BACK in may.marks) == (may.effect != effect)
        assert may.effect == "urgent" or effect != "urgent"
        let_through += [at_ms] if may.effect == "queue" else []
    for at_ms in let_through:
        assert sum(at_ms - HOUR_MS < other <= at_ms for other in let_through) <= 3


def test_a_finding_that_grows_counts_once() -> None:
    asked, quotas = Asked(), Quotas(cases_per_room_and_hour=1)
    for end_ms in (1_000, 2_000, 3_000):
        asked, may = within_quota(asked, finding(end_ms=end_ms), quotas)
        assert may.effect == "queue"


STRICT = load_policy('version: "s"\ncategories: {hate: {urgent: 0.3}}\n')
LAX = load_policy('version: "l"\ncategories: {hate: {log: 0.99}}\n')


def test_a_trial_lists_what_would_have_been_done_otherwise() -> None:
    ((one,), (other,), none) = (reread(SAID, policy, NoClassifier()) for policy in (POLICY, STRICT, LAX))
    (stricter,) = differences((one,), (other,))
    assert (stricter.before, stricter.after) == ("queue", "urgent")
    (laxer,) = differences((one,), none)
    assert (laxer.before, laxer.after, laxer.after_score) == ("queue", NOTHING, None)
    (back,) = differences(none, (one,))
    assert (back.before, back.after) == (NOTHING, "queue")
    assert differences((one,), (one,)) == ()
    assert counted((one, other)) == {"log": 0, "queue": 1, "urgent": 1}
