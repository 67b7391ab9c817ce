"""Chapters begin where somebody else takes over, are long enough to be found, and say who speaks."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.chapters import MOST, SHORTEST_S, Loudness, chapters
from processors.timeline import RATE_HZ


def speakers(turns: list[tuple[str, int]]) -> list[Loudness]:
    """Who speaks for how many seconds, one after the other; `-` is a pause."""
    found: dict[str, Loudness] = {name: Loudness(name) for name, _ in turns if name != "-"}
    second = 0
    for name, seconds in turns:
        if name != "-":
            loudness = found[name].seconds
            loudness += [0.0] * (second - len(loudness)) + [1.0 * RATE_HZ] * seconds
        second += seconds
    return list(found.values())


def told(turns: list[tuple[str, int]]) -> list[tuple[int, int, str]]:
    made = chapters(speakers(turns), 1000 * sum(seconds for _, seconds in turns))
    return [(c.start_ms // 1000, c.end_ms // 1000, c.title) for c in made]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        pytest.param([("Anna", 60), ("Tom", 60)], [(0, 60, "Anna"), (60, 120, "Tom")], id="two speeches"),
        pytest.param([("Anna", 300)], [], id="one speaker alone"),
        pytest.param([("-", 300)], [], id="nobody"),
        pytest.param([("Anna", 40), ("-", 20), ("Anna", 40)], [], id="a pause is no chapter"),
        pytest.param([("Anna", 10), ("Tom", 10), ("Anna", 5)], [], id="too short for two"),
        pytest.param([("Anna", 60), ("Tom", 5)], [], id="a last word is no chapter"),
        pytest.param(
            [("Anna", 20), ("Tom", 15), ("Eve", 60)], [(0, 35, "Anna, Tom"), (35, 95, "Eve")], id="short turns are one"
        ),
    ],
)
def test_chapters_follow_the_speakers(turns: list[tuple[str, int]], expected: list[tuple[int, int, str]]):
    assert told(turns) == expected


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C", "-"]), st.integers(1, 90)), max_size=60))
def test_chapters_cover_the_recording_without_a_hole_and_none_is_short(turns: list[tuple[str, int]]):
    made = told(turns)
    if not made:
        return
    assert len(made) > 1
    assert (made[0][0], made[-1][1]) == (0, sum(seconds for _, seconds in turns))
    assert all(one[1] == other[0] for one, other in pairwise(made))
    assert all(end - start >= SHORTEST_S for start, end, _ in made)


def test_a_day_of_short_speeches_has_no_more_chapters_than_an_m4a_can_list():
    assert 200 < len(told([(name, 31) for _ in range(1400) for name in ("Anna", "Tom")])) <= MOST


def test_runs_pass_through_unchanged_and_their_loudness_is_noted():
    def runs() -> Iterator[tuple[int, np.ndarray]]:
        yield 2 * RATE_HZ, np.full(RATE_HZ, 0.5, np.float32)

    loudness = Loudness("Anna")
    ((start, samples),) = loudness.heard(runs())
    assert (start, samples.size) == (2 * RATE_HZ, RATE_HZ)
    assert loudness.seconds == [0.0, 0.0, 0.25 * RATE_HZ]
