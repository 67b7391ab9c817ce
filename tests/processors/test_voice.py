"""Where somebody speaks: begun by sureness, ended by silence, cut at the quietest place, forgotten when too short."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.voice import (
    FRAME,
    FRAME_MS,
    LIVE,
    Segment,
    Span,
    VoiceModel,
    VoicePolicy,
    flush,
    fresh_memory,
    quietest,
    segment,
)
from tests.speech import silence, speech

POLICY = VoicePolicy(least_ms=96, silence_ms=160, long_ms=640, long_silence_ms=64, longest_ms=960)
"""3 frames of speech, 5 of silence; from 20 frames on 2 of silence; 30 frames at most."""

YES, MAYBE, NO = 0.9, 0.4, 0.1


def spans(probabilities: list[float], loudness: list[float] | None = None) -> list[Span]:
    state, found = Segment(), []
    for probability, loud in zip(probabilities, loudness or probabilities, strict=True):
        state, span = segment(state, probability, loud, POLICY)
        found += [span] if span else []
    state, span = flush(state, POLICY)
    return found + ([span] if span else [])


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        pytest.param([NO] * 50, [], id="silence is nothing"),
        pytest.param([NO] * 5 + [YES] * 10 + [NO] * 9, [Span(start=5, end=15)], id="speech between silences"),
        pytest.param([YES] * 2 + [NO] * 9, [], id="a click is forgotten"),
        pytest.param([MAYBE] * 20, [], id="maybe does not begin it"),
        pytest.param([YES] * 5 + [MAYBE] * 9 + [NO] * 9, [Span(start=0, end=14)], id="maybe holds it"),
        pytest.param([YES] * 5 + [NO] * 4 + [YES] * 5, [Span(start=0, end=14)], id="a short pause is bridged"),
        pytest.param(
            [YES] * 5 + [NO] * 5 + [YES] * 5, [Span(start=0, end=5), Span(start=10, end=15)], id="a long one ends it"
        ),
        pytest.param(
            [YES] * 22 + [NO] * 2 + [YES] * 5, [Span(start=0, end=22), Span(start=24, end=29)], id="a breath, when long"
        ),
    ],
)
def test_spans(probabilities: list[float], expected: list[Span]) -> None:
    assert spans(probabilities) == expected


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    loudness = [1.0] * 20 + [0.1] * 5 + [1.0] * 20
    first, second = spans([YES] * 45, loudness)
    assert first == Span(start=0, end=22, cut=True)
    assert (second.start, second.end) == (22, 45)


def test_the_quietest_place_is_looked_for_in_the_second_half() -> None:
    assert quietest((0.0,) * 5 + (1.0,) * 10 + (0.2,) * 5 + (1.0,) * 5) == 17


@given(st.lists(st.floats(0, 1), max_size=300))
def test_spans_rise_never_overlap_and_never_grow_past_the_longest(probabilities: list[float]) -> None:
    found = spans(probabilities)
    bounds = [bound for span in found for bound in (span.start, span.end)]
    assert bounds == sorted(bounds)
    assert all(0 < (span.end - span.start) * FRAME_MS <= POLICY.longest_ms + FRAME_MS for span in found)


def test_listening_in_pieces_gives_what_listening_at_once_gives() -> None:
    model, sound = VoiceModel(), speech(4)[: 120 * FRAME]
    _, at_once = model.probabilities(fresh_memory(), sound)
    memory, pieces = fresh_memory(), []
    for piece in np.split(sound, [FRAME, 8 * FRAME, 50 * FRAME]):
        memory, found = model.probabilities(memory, piece)
        pieces.append(found)
    assert np.concatenate(pieces) == pytest.approx(at_once, abs=1e-4)


def test_speech_is_told_from_silence_and_noise() -> None:
    model = VoiceModel()
    noise = np.random.default_rng(1).normal(0, 0.05, 60 * FRAME).astype(np.float32)
    heard = {
        name: float(np.mean(model.probabilities(fresh_memory(), sound)[1] > LIVE.begins_at))
        for name, sound in {
            "speech": speech(3)[40 * FRAME : 80 * FRAME],
            "noise": noise,
            "none": silence(2)[:-128],
        }.items()
    }
    assert heard["speech"] > 0.8
    assert heard["noise"] == heard["none"] == 0
