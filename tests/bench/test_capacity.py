"""The largest number of rooms within a bound, and the queue of a plain worker."""

from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pytest

from bench.capacity import MOST_ROOMS, largest
from bench.clips import Clip, Cue
from bench.plain import Call, queue_delays
from bench.scoring import score


@pytest.mark.parametrize(
    ("capacity", "first", "exactly", "found"),
    [
        pytest.param(37, 1, True, 37, id="exactly"),
        pytest.param(0, 8, True, 0, id="not-even-one"),
        pytest.param(37, 8, False, 36, id="within-an-eighth"),
        pytest.param(10_000, 64, True, MOST_ROOMS, id="as-far-as-the-search-goes"),
    ],
)
def test_the_search_finds_the_capacity(capacity: int, first: int, exactly: bool, found: int) -> None:
    assert largest(lambda rooms: float(rooms > capacity), 0.5, first, exactly=exactly) == found


def test_a_search_that_runs_out_of_time_says_what_it_has_seen() -> None:
    steps = chain([True] * 3, repeat(False))
    tried: list[int] = []
    found = largest(
        lambda rooms: tried.append(rooms) or float(rooms > 37), 0.5, 8, exactly=False, may_go_on=lambda: next(steps)
    )
    assert (found, tried) == (32, [8, 16, 32])


def test_a_plain_worker_takes_one_utterance_after_the_other() -> None:
    path = Path("a")
    cue = Cue(clip=Clip(path=path, text="", samples=np.zeros(16, np.float32)), starts_ms=1_000, ends_ms=9_000)
    calls = {path: (Call(end_ms=2_000, known_ms=2_500, took_ms=400.0),)}
    assert queue_delays([[cue], [cue], [cue]], calls) == [900.0, 1_300.0, 1_700.0]


@pytest.mark.parametrize(
    ("said", "heard", "wer", "missing"),
    [
        pytest.param(["Mr. Brown has twenty-one dogs."], ["mister brown has 21 dogs"], 0.0, 0, id="normalised"),
        pytest.param(["the cat sat down", "here"], ["the sat down", "there"], 0.4, 1, id="one-corpus"),
    ],
)
def test_words_are_scored_after_whispers_normaliser(
    said: list[str], heard: list[str], wer: float, missing: int
) -> None:
    found = score(said, heard)
    assert found is not None
    assert (found.wer, found.missing) == (wer, missing)


def test_without_a_reference_there_is_no_score() -> None:
    assert score(["", ""], ["something", ""]) is None
