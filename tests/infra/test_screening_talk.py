"""Caution is the least that keeps ordinary talk within what it may cost, and only the known calls choose it."""

import math
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "infra" / "screening"))

from calibration import expected_error, reliability, said
from talk import BAR, CAUTIONS, cautions, least, talk

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


def test_what_is_said_as_often_as_it_is_so_is_no_error() -> None:
    told = [(said(0.0, PLAIN), label) for label in (0, 1)] * 10
    assert expected_error(reliability(told)) == 0.0
    assert expected_error(reliability([(0.9, 0)] * 4)) == pytest.approx(0.9)
