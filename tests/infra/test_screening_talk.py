"""Ordinary talk teaches and chooses, each conversation one of the two; caution is the least that talk allows."""

import math
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "infra" / "screening"))

import talk as module
from calibration import expected_error, reliability, said
from suite import cases
from talk import (
    BAR,
    CAUTIONS,
    CONVERSATIONS,
    UNNAMED,
    WINDOW,
    cautions,
    conversations,
    least,
    said_in_conversations,
    talk,
)

from processors.screening.policy import shipped_policy

PLAIN = (1.0, 0.0)
AT_THE_BAR = math.log(BAR / (1 - BAR))


def test_talk_that_raises_nothing_needs_no_caution() -> None:
    assert least([[-5.0, AT_THE_BAR - 0.01]], PLAIN, 0) == 0.0


def test_caution_is_the_least_that_is_enough() -> None:
    high = AT_THE_BAR + 0.95
    assert least([[high], [-5.0]], PLAIN, 0) == 1.0
    assert least([[high], [-5.0]], PLAIN, 1) == 0.0


def test_neighbours_are_one_alarm_and_rooms_are_counted_apart() -> None:
    high = AT_THE_BAR + 0.95
    assert least([[high, high, high]], PLAIN, 1) == 0.0
    assert least([[high], [high]], PLAIN, 1) == 1.0
    assert least([[high, -5.0, high]], PLAIN, 1) == 1.0


def test_where_no_caution_is_enough_it_is_the_greatest() -> None:
    assert least([[100.0]], PLAIN, 0) == CAUTIONS[-1]


def test_other_calls_than_those_known_neither_teach_nor_choose(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Good morning.\n", "utf-8")
    with pytest.raises(SystemExit, match="other transcripts"):
        talk(tmp_path)
    with pytest.raises(SystemExit, match="other transcripts"):
        cautions(lambda texts: [[0.0]] * len(texts), {"hate": PLAIN}, tmp_path)


def test_a_conversation_is_turns_of_somebody() -> None:
    files = sorted(CONVERSATIONS.rglob("*.txt"))
    assert len(files) > len(list(CONVERSATIONS.glob("*.txt"))) > 0
    for path in files:
        turns = path.read_text("utf-8").splitlines()
        assert [n for n, turn in enumerate(turns, 1) if not re.match(r"[A-Z]: \S", turn)] == [], path.name


def test_no_conversation_that_chooses_is_learned_and_no_case_of_a_suite_is_said() -> None:
    learned = " ".join(said_in_conversations()).casefold()
    for path in (CONVERSATIONS / "choosing").glob("*.txt"):
        longest = max(path.read_text("utf-8").splitlines(), key=len)
        assert longest[3:].casefold() not in learned
    suites = [list(cases((CONVERSATIONS.parent / name).read_text("utf-8"))) for name in ("suite.txt", "exam.txt")]
    assert not [case["text"] for suite in suites for case in suite if case["text"].casefold() in learned]


def test_passages_go_over_turns_and_along_each_speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.txt").write_text("A: First. Second.\nB: Third.\nA: Fourth.\n", "utf-8")
    monkeypatch.setattr(module, "CONVERSATIONS", tmp_path)
    texts = [one.text for one in conversations()]
    assert texts == ["First.", "Second.", "Third.", "Fourth.", "First.", "Second.", "Fourth.", "Third."]
    assert {label for one in conversations() for label in one.labels.values()} == {0}


def test_hate_that_names_no_group_asks_for_less_caution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "choosing").mkdir()
    monkeypatch.setattr(module, "CONVERSATIONS", tmp_path)
    monkeypatch.setattr(module, "_calls", lambda folder: [])
    lines, chooses = {"hate": PLAIN, "threat": PLAIN}, tmp_path / "choosing" / "one.txt"
    needed = {}
    for words in ("Those people.", "Those Poles."):
        chooses.write_text(f"A: {words}\n", "utf-8")
        needed[words] = cautions(lambda texts: [[AT_THE_BAR + 1.95] * 2 for _ in texts], lines, tmp_path)
    assert needed["Those Poles."] == {"hate": 2.0, "threat": 2.0}
    surer = math.log(BAR / (UNNAMED["hate"] - BAR)) - AT_THE_BAR
    assert needed["Those people."]["hate"] == pytest.approx(2.0 - surer, abs=0.1)
    assert needed["Those people."]["threat"] == 2.0


def test_caution_is_chosen_with_what_the_policy_says() -> None:
    policy = shipped_policy()
    assert {name: bars.unnamed for name, bars in policy.categories.items() if bars.unnamed < 1} == UNNAMED
    assert {policy.categories[name].queue for name in ("hate", "threat", "self_harm")} == {BAR}
    assert policy.context.captions == WINDOW


def test_what_is_said_as_often_as_it_is_so_is_no_error() -> None:
    told = [(said(0.0, PLAIN), label) for label in (0, 1)] * 10
    assert expected_error(reliability(told)) == 0.0
    assert expected_error(reliability([(0.9, 0)] * 4)) == pytest.approx(0.9)
