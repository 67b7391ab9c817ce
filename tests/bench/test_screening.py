"""The figures of a judge follow from its answers, whoever it is."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.cli import JUDGES
from bench.f1 import macro_f1
from bench.judges import MAKERS, Foretold
from bench.screening import Case, measured, read_cases
from schemas.errors import Invalid
from tests.listeners import Scripted

CSV = """functionality,test_case,label_gold,target_ident
plain,"I hate onions, truly",hateful,women
plain,I hate leeks,hateful,men
kind,I love onions,non-hateful,women
kind,I love leeks,non-hateful,men
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "cases.csv"
    made.write_text(CSV, "utf-8")
    return made


def onions(texts: Sequence[str]) -> list[bool]:
    return ["onions" in text for text in texts]


def test_cases_are_read_by_the_columns_named(path: Path) -> None:
    cases = read_cases(path, "test_case", "label_gold", "hateful", "functionality")
    assert cases[0] == Case(text="I hate onions, truly", positive=True, group="plain")
    assert [case.positive for case in cases] == [True, True, False, False]


def test_usual_labels_need_no_naming(path: Path) -> None:
    assert sum(case.positive for case in read_cases(path, "test_case", "label_gold", None, None)) == 2


@pytest.mark.parametrize(
    ("text", "label", "positive", "reason"),
    [
        pytest.param("words", "label_gold", None, "column_missing", id="no-such-column"),
        pytest.param("test_case", "label_gold", "awful", "labels_one_sided", id="no-such-label"),
    ],
)
def test_a_wrong_column_or_label_is_refused(
    path: Path, text: str, label: str, positive: str | None, reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_cases(path, text, label, positive, None)
    assert refused.value.reason == reason


def test_the_figures_of_a_judge_who_knows_only_onions(path: Path) -> None:
    report = measured("onions", onions, read_cases(path, "test_case", "label_gold", None, "target_ident"))
    assert (report.cases, report.accuracy, report.macro_f1) == (4, 0.5, 0.5)
    assert (report.recall_positive, report.recall_negative) == (0.5, 0.5)
    assert report.per_group == {"men": 0.5, "women": 0.5}
    assert report.false_positives == {"men": 0.0, "women": 1.0}
    assert report.sentences_per_s_per_core > 0


@pytest.mark.parametrize(
    ("wanted", "found", "score"),
    [
        pytest.param([True, False], [True, False], 1.0, id="all-right"),
        pytest.param([True, False], [False, True], 0.0, id="all-wrong"),
        pytest.param([True, True, True, False], [True] * 4, 0.4286, id="always-yes"),
    ],
)
def test_macro_f1_is_the_mean_over_both_classes(wanted: list[bool], found: list[bool], score: float) -> None:
    assert macro_f1(wanted, found) == score


def test_every_judge_that_the_command_offers_is_there() -> None:
    assert tuple(MAKERS) == JUDGES


def test_a_text_that_nobody_foretold_is_scored_when_it_is_asked_for() -> None:
    model = Scripted({"onions": {"hate": 0.9}}, name="onions@1")
    foretold = Foretold.of(model, ["beans"])
    model.away = True
    assert (foretold.name, foretold.score(["beans"])) == ("onions@1", [{}])
    model.away = False
    assert foretold.score(["beans", "beans and onions"]) == [{}, {"hate": 0.9}]
