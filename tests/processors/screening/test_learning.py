"""Decisions become labels and figures; a candidate is compared where it would have acted otherwise."""

from typing import Any

import pytest

from processors.screening.learning import LEAST_FOR_DRIFT, Labelled, evaluated, stability, weight
from processors.screening.policy import shipped_policy
from processors.screening.shadow import Agreement, compared, summed
from tests.listeners import Scripted

POLICY = shipped_policy()


def case(**changes: Any) -> Labelled:
    fields: dict[str, Any] = {
        "room_id": "r",
        "case_id": "r-case-1",
        "text": "words",
        "category": "hate",
        "violation": True,
        "weight": 1.0,
        "source": "screening",
        "score": 0.8,
        "marks": (),
        "policy_version": "1",
        "decided_ms": 0,
    }
    return Labelled(**fields | changes)


def test_an_overturned_case_weighs_more() -> None:
    assert (
        weight("screening", violation=False) > weight("screening", violation=True) == weight("report", violation=False)
    )


def test_precision_and_the_overturn_rate_are_of_the_screener_s_cases() -> None:
    cases = [case(), case(), case(violation=False), case(category="threat"), case(source="report")]
    found = evaluated(cases, 0)
    assert {name: one.precision for name, one in found.categories.items()} == {"hate": 0.6667, "threat": 1.0}
    assert (found.overturn_rate, found.reported_violations, found.decided) == (0.25, 1, 5)


def test_nothing_decided_is_no_figure() -> None:
    found = evaluated([], 0)
    assert (found.overturn_rate, found.categories, found.drift) == (None, {}, None)


@pytest.mark.parametrize("newer", [LEAST_FOR_DRIFT - 1, LEAST_FOR_DRIFT])
def test_drift_is_said_only_of_enough_cases(newer: int) -> None:
    older = [case() for _ in range(LEAST_FOR_DRIFT)]
    recent = [case(violation=False, score=0.61, decided_ms=2) for _ in range(newer)]
    drift = evaluated([*older, *recent], 1).drift
    assert (drift is not None) == (newer == LEAST_FOR_DRIFT)
    if drift is not None:
        assert (drift.older_precision, drift.newer_precision) == (1.0, 0.0)
        assert drift.score_psi > 0.25


def test_alike_scores_are_stable() -> None:
    assert stability([0.5, 0.7, 0.95] * 9, [0.95, 0.7, 0.5] * 9) == pytest.approx(0)


def test_a_labelled_case_shows_no_words_in_its_repr() -> None:
    assert "grimblers" not in repr(case(text="the grimblers won"))


LIVE = Scripted({"onion": {"hate": 0.9}, "leek": {"hate": 0.3}}, name="live@1")
CANDIDATE = Scripted({"onion": {"hate": 0.7}, "leek": {"hate": 0.8}}, name="candidate@1")


def test_two_models_are_compared_where_a_case_would_have_been_asked_for() -> None:
    found = compared(["Poles: onion", "Poles: leek", "bean"], LIVE, CANDIDATE, POLICY)
    assert (found.live, found.candidate) == ("live@1", "candidate@1")
    assert found.categories == {"hate": Agreement(texts=3, both=1, candidate_alone=1, apart=0.7)}


def test_a_text_that_names_no_group_asks_for_no_case() -> None:
    (hate,) = compared(["leek", "leek"], LIVE, CANDIDATE, POLICY).categories.values()
    assert hate == Agreement(texts=2, apart=1.0)


def test_comparisons_of_rooms_add_up() -> None:
    one = compared(["Poles: onion"], LIVE, CANDIDATE, POLICY)
    other = compared(["Poles: leek"] * 100, LIVE, CANDIDATE, POLICY)
    (total,) = summed([one, other])
    assert (total.categories["hate"].texts, total.categories["hate"].candidate_alone) == (101, 100)
