"""Samples become utterances with stable ids, whole, in order, wherever the samples were cut."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.engines.base import SAMPLE_RATE, Samples
from processors.utterances import Listening, Utterance, finish, step
from processors.voice import FRAME, LIVE, VoiceMemory, VoicePolicy

FOUR_UTTERANCES = ((1.0, 3.0), (4.0, 4.1), (5.0, 9.0), (9.3, 11.0), (12.0, 40.0))
"""Seconds of tone; the second is too short, the third and fourth belong together, the last is cut."""


class Loudness:
    """Hears speech where it is loud."""

    def probabilities(self, memory: VoiceMemory, samples: Samples) -> tuple[VoiceMemory, Samples]:
        frames = samples.reshape(-1, FRAME)
        return memory, np.where(np.abs(frames).mean(axis=1) > 0.05, np.float32(0.95), np.float32(0.05))


def tone(*spoken: tuple[float, float], seconds: float) -> Samples:
    samples = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    for start, end in spoken:
        samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = 0.3
    return samples


def said(
    pieces: Sequence[tuple[int, Samples]], policy: VoicePolicy = LIVE
) -> tuple[list[Utterance], list[Utterance], Listening]:
    """The drafts, the finals and the state after the pieces (sample number, samples)."""
    state, drafts, finals = Listening(track_id="t", policy=policy), list[Utterance](), list[Utterance]()
    for start, samples in pieces:
        state, new_drafts, new_finals = step(state, Loudness(), start, samples)
        drafts += new_drafts
        finals += new_finals
    state, last = finish(state)
    return drafts, finals + last, state


def cut(samples: Samples, *places: int) -> list[tuple[int, Samples]]:
    bounds = [0, *places, len(samples)]
    return [(start, samples[start:end]) for start, end in pairwise(bounds)]


def seconds(samples: Samples) -> list[tuple[int, Samples]]:
    return cut(samples, *range(SAMPLE_RATE, len(samples), SAMPLE_RATE))


def test_an_utterance_carries_its_room_time_and_some_padding() -> None:
    _, (only,), _ = said(seconds(tone((1.0, 3.0), seconds=5)))
    assert only.utterance_id == f"t-{only.start_ms}"
    assert only.start_ms == pytest.approx(1000, abs=33)
    assert only.end_ms == pytest.approx(3000, abs=33)
    assert only.first_ms == pytest.approx(only.start_ms - LIVE.padding_ms, abs=1)
    assert len(only.samples) == (only.end_ms + LIVE.padding_ms) * 16 - only.first


def test_drafts_grow_under_the_id_of_their_final() -> None:
    drafts, (only,), _ = said(seconds(tone((1.0, 6.0), seconds=8)))
    assert {draft.utterance_id for draft in drafts} == {only.utterance_id}
    lengths = [len(draft.samples) for draft in drafts]
    assert len(lengths) >= 4
    assert lengths == sorted(lengths)
    assert not any(draft.final for draft in drafts)


def test_a_short_burst_is_neither_draft_nor_final() -> None:
    assert said(seconds(tone((1.0, 1.1), seconds=4)))[:2] == ([], [])


def test_speech_without_end_comes_in_pieces_that_join_without_a_gap() -> None:
    _, finals, _ = said(seconds(tone((0.5, 60.0), seconds=60)))
    assert len(finals) >= 5
    assert all(len(final.samples) <= (LIVE.longest_ms + 500) * 16 for final in finals)
    assert all(a.first + len(a.samples) == b.first for a, b in pairwise(finals))
    assert len({final.utterance_id for final in finals}) == len(finals)


def test_a_jump_of_room_time_ends_the_utterance_before_it() -> None:
    samples = tone((0.0, 2.0), seconds=2)
    _, finals, _ = said([(0, samples), (10 * SAMPLE_RATE, samples)])
    assert [final.start_ms for final in finals] == [0, 10_000]


def test_what_is_needed_begins_with_the_open_utterance_or_with_the_next_sample() -> None:
    state = Listening(track_id="t", policy=LIVE)
    state, *_ = step(state, Loudness(), 0, tone(seconds=2))
    assert state.needed_from == state.end == 2 * SAMPLE_RATE
    state, *_ = step(state, Loudness(), 2 * SAMPLE_RATE, tone((1.0, 2.0), seconds=2))
    assert 2 * SAMPLE_RATE < state.needed_from < 3 * SAMPLE_RATE


def test_silence_for_an_hour_keeps_nothing() -> None:
    state = Listening(track_id="t", policy=LIVE)
    for minute in range(60):
        state, *_ = step(state, Loudness(), minute * 60 * SAMPLE_RATE, tone(seconds=60))
    assert len(state.kept) < SAMPLE_RATE


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 42 * SAMPLE_RATE), max_size=30))
def test_wherever_samples_are_cut_the_same_finals_come(places: list[int]) -> None:
    samples = tone(*FOUR_UTTERANCES, seconds=42)
    _, expected, _ = said(cut(samples))
    _, finals, _ = said(cut(samples, *sorted(places)))
    assert [(f.utterance_id, f.end_ms, f.first) for f in finals] == [
        (f.utterance_id, f.end_ms, f.first) for f in expected
    ]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(finals, expected, strict=True))
