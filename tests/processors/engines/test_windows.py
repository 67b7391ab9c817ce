"""Utterances go through together only when they are alike, and never without the silence they need."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.engines.base import SAMPLE_RATE, Speech
from processors.engines.windows import (
    FINAL_PADDING_S,
    LONGEST_S,
    batches,
    encoded_s,
    second_window_s,
    window_s,
)


def speech(seconds: float, *, final: bool = True, language: str = "") -> Speech:
    return Speech(samples=np.zeros(round(seconds * SAMPLE_RATE), np.float32), final=final, language=language)


@pytest.mark.parametrize(
    ("seconds", "final", "expected"),
    [
        pytest.param(1.0, True, 4, id="a word"),
        pytest.param(5.0, True, 8, id="a sentence"),
        pytest.param(5.1, True, 10, id="a little more"),
        pytest.param(3.0, False, 4, id="a draft needs less silence"),
        pytest.param(1.2, False, 2, id="a draft is cut closer"),
        pytest.param(6.2, False, 8, id="a long draft too"),
        pytest.param(29.0, True, 30, id="never longer than the model takes"),
    ],
)
def test_windows(seconds: float, final: bool, expected: int) -> None:
    assert window_s(speech(seconds, final=final)) == expected


@pytest.mark.parametrize(
    ("seconds", "final", "expected"),
    [
        pytest.param(5.1, True, 7, id="a final and some silence"),
        pytest.param(3.4, False, 4, id="a draft and less"),
        pytest.param(29.8, True, 30, id="never more than the model takes"),
    ],
)
def test_only_a_part_of_the_window_is_encoded(seconds: float, final: bool, expected: int) -> None:
    assert encoded_s(speech(seconds, final=final)) == expected


def test_a_second_hearing_has_more_silence() -> None:
    assert second_window_s(speech(5.2)) == 10
    assert second_window_s(speech(28.0)) == LONGEST_S


ANY_SPEECH = st.builds(
    lambda seconds, final, language: speech(seconds, final=final, language=language),
    st.floats(0.1, 27),
    st.booleans(),
    st.sampled_from(["en", "de"]),
)


@given(st.lists(ANY_SPEECH, max_size=40), st.integers(1, 32))
def test_batches_hold_each_utterance_once_among_its_like(utterances: list[Speech], most: int) -> None:
    found = list(batches(utterances, most))
    assert sorted(position for _, positions in found for position in positions) == list(range(len(utterances)))
    for length_s, positions in found:
        group = [utterances[position] for position in positions]
        assert len(group) <= most
        assert len({(one.final, one.language, window_s(one)) for one in group}) == 1
        padding_s = FINAL_PADDING_S if group[0].final else 0
        assert all(one.seconds + padding_s <= length_s or length_s == LONGEST_S for one in group)
