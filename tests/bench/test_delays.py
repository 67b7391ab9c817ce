"""Delays are counted from when it was said to when a client was first shown it."""

import msgspec
import pytest

from bench.delays import Shown, delays, percentile
from schemas.captions import Caption
from tests.talk import WORD_MS, caption

OPENED_MS = 1_000_000


def shown(at_ms: int, text: str, n: int = 0, *, status: str = "final") -> Shown:
    return Shown(caption=caption(text, n, status=status), at_ms=OPENED_MS + at_ms)


def began_ms(n: int = 0) -> int:
    return caption("x", n).start_ms


def test_a_word_counts_from_its_end_to_the_first_time_it_stood_in_its_place() -> None:
    first = began_ms()
    told = [
        shown(first + 2_000, "the cat", status="draft"),
        shown(first + 3_000, "The cut sat", status="draft"),
        shown(first + 5_000, "The cat sat."),
    ]
    found = delays([(OPENED_MS, told)])
    ends = [WORD_MS * (n + 1) for n in range(3)]
    assert found.word_ms == (2_000 - ends[0], 2_000 - ends[1], 3_000 - ends[2])
    assert found.first_ms == (2_000,)
    assert found.final_ms == (5_000 - ends[2],)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param([], id="nothing"),
        pytest.param([shown(5_000, "the", status="draft")], id="a-draft-without-its-final"),
        pytest.param([shown(5_000, "the", status="draft"), shown(6_000, "")], id="a-draft-that-was-taken-back"),
    ],
)
def test_what_never_became_a_final_has_no_delay(told: list[Shown]) -> None:
    found = delays([(OPENED_MS, told)])
    assert (found.word_ms, found.first_ms, found.final_ms) == ((), (), ())


def test_captions_of_one_id_in_two_tracks_are_two() -> None:
    other = Shown(caption=_on_track(caption("one", 0), "b"), at_ms=OPENED_MS + 9_000)
    assert len(delays([(OPENED_MS, [shown(5_000, "one"), other])]).final_ms) == 2


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.95, None), ([3.0], 0.5, 3.0), ([float(n) for n in range(100)], 0.95, 95.0), ([2.0, 1.0], 0.5, 2.0)],
)
def test_percentiles_are_values_that_were_measured(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def _on_track(said: Caption, track_id: str) -> Caption:
    return msgspec.structs.replace(said, track_id=track_id)
