"""A clock that runs fast or slow moves nothing: each sound stays where it was captured, and is stretched, not cut."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.drift import MOST_PPM, Drift, stretched
from processors.timeline import TrackTimeline
from schemas.audio import AudioChunk
from tests.audio import OPENED_MS

RATE = 8_000
TYPE = f"audio/L16;rate={RATE};channels=1"
EVERY_S = 7


def chunks(seconds: int, ppm: float, chunk_ms: int, jitter_ms: list[int]) -> Iterator[AudioChunk]:
    """What a card whose clock is `ppm` fast sends: more samples than time, a click at each full seven real seconds."""
    count = round(seconds * RATE * (1 + ppm / 1e6))
    samples = np.zeros(count, ">i2")
    samples[[round(n * RATE * (1 + ppm / 1e6)) for n in range(EVERY_S, seconds, EVERY_S)]] = 20_000
    size = chunk_ms * RATE // 1000
    for n in range(count // size):
        captured_ms = n * size * 1000 / RATE / (1 + ppm / 1e6) + jitter_ms[n % len(jitter_ms)]
        yield AudioChunk(
            room_id="r", track_id="t", sequence=n, captured_ms=OPENED_MS + max(0, round(captured_ms)),
            duration_ms=chunk_ms, content_type=TYPE, data=samples[n * size : (n + 1) * size].tobytes(),
        )  # fmt: skip


def line(sent: Iterator[AudioChunk], seconds: int) -> np.ndarray:
    track = TrackTimeline(OPENED_MS, rate=RATE)
    line, end = np.zeros((seconds + 2) * RATE, np.float32), 0
    runs = [run for chunk in sent for run in track.take(chunk)] + list(track.finish())
    for start, samples in runs:
        end = end or start
        assert start == end, "a continuous track has no hole and no overlap"
        end = start + samples.size
        line[start:end] = samples
    return line


def clicks_ms(sound: np.ndarray, seconds: int) -> list[float]:
    """By how many ms each click is away from its place."""
    away = []
    for n in range(EVERY_S, seconds - EVERY_S, EVERY_S):
        window = np.abs(sound[(n - 3) * RATE : (n + 3) * RATE])
        assert window.max() > 0.2, "the click is gone"
        away.append((int(window.argmax()) - 3 * RATE) * 1000 / RATE)
    return away


@pytest.mark.parametrize(("seconds", "chunk_ms"), [(3600, 1000), (300, 100)], ids=["an hour", "short chunks"])
@pytest.mark.parametrize("ppm", [-500, -120, 0, 60, 500])
def test_the_sound_of_a_wrong_clock_stays_within_20_ms(ppm: int, seconds: int, chunk_ms: int):
    away = clicks_ms(line(chunks(seconds, ppm, chunk_ms, [0]), seconds), seconds)
    assert max(abs(ms) for ms in away) < 20
    assert ppm or max(abs(ms) for ms in away) == 0


@settings(max_examples=10, deadline=None)
@given(
    ppm=st.floats(-500, 500),
    chunk_ms=st.sampled_from([250, 1000]),
    jitter_ms=st.lists(st.integers(-15, 15), min_size=3, max_size=40),
)
def test_whatever_the_clock_and_its_jitter_nothing_ends_up_elsewhere(ppm: float, chunk_ms: int, jitter_ms: list[int]):
    away = clicks_ms(line(chunks(200, ppm, chunk_ms, jitter_ms), 200), 200)
    assert max(away) - min(away) < 40  # 15 ms of jitter either way, and what the median has not seen yet
    assert max(abs(ms) for ms in away) < 40


def test_a_clock_that_is_set_back_by_a_minute_does_not_pull_the_sound_along():
    drift = Drift(RATE)
    for second in range(60):
        drift.observe(second * RATE, second * RATE)
    for second in range(60, 120):
        drift.observe((second - 60) * RATE, second * RATE)
        assert drift.stretch(RATE) == 0


@given(st.integers(-40_000, 40_000), st.integers(1, 3_000))
def test_a_track_is_never_stretched_faster_than_allowed(late: int, size: int):
    drift = Drift(RATE)
    for second in range(60):
        drift.observe(second * RATE + (late if second > 20 else 0), second * RATE)
    longer = [drift.stretch(size) for _ in range(200)]
    assert abs(sum(longer)) <= 200 * size * MOST_PPM / 1e6 + 1
    assert all(abs(each) <= max(1, 200 * size * MOST_PPM / 1e6) for each in longer)


@pytest.mark.parametrize("more", [-48, -1, 0, 1, 48])
def test_a_stretched_tone_is_the_same_tone(more: int):
    t = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * 1000 * t).astype(np.float32)
    made = stretched(tone, tone.size + more)
    expected = np.sin(2 * np.pi * 1000 * np.linspace(0, t[-1], made.size))
    assert made.size == tone.size + more
    assert np.abs(made - expected).max() < 2e-4


@pytest.mark.parametrize("samples", [0, 1])
def test_what_is_too_short_to_be_stretched_is_left_alone(samples: int):
    assert stretched(np.ones(samples, np.float32), 5).size == samples
