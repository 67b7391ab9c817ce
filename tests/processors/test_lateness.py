"""A word is late from its end to the first caption that showed it where it stayed."""

from functools import reduce

import pytest

from processors.lateness import Shown, lateness_ms, show
from schemas.captions import Word

OPENED_MS = 10_000


def words(*ends_ms: int) -> list[Word]:
    return [Word(text="w", start_ms=end_ms, end_ms=end_ms, probability=1.0) for end_ms in ends_ms]


def shown(*texts: tuple[str, int]) -> Shown:
    return reduce(lambda state, one: show(state, one[0], OPENED_MS + one[1]), texts, Shown())


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param([("one two three", 900)], [800, 700, 600], id="only a final"),
        pytest.param([("one", 300), ("one two three", 900)], [200, 700, 600], id="a draft showed the first"),
        pytest.param([("One,", 300), ("one two three.", 900)], [200, 700, 600], id="case and marks change nothing"),
        pytest.param([("on", 300), ("one two three", 900)], [800, 700, 600], id="a wrong word does not count"),
        pytest.param([("two", 250), ("one two three", 900)], [800, 50, 600], id="a word put before it"),
        pytest.param([("one", 150), ("", 200), ("one two three", 900)], [800, 700, 600], id="taken back in between"),
    ],
)
def test_words_are_late_until_they_stand_in_their_place(texts: list[tuple[str, int]], expected: list[int]) -> None:
    assert lateness_ms(shown(*texts), words(100, 200, 300), OPENED_MS) == expected


def test_a_final_without_word_times_says_nothing() -> None:
    assert lateness_ms(shown(("one two", 900)), [], OPENED_MS) == []
