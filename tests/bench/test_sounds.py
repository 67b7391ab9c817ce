"""Sounds without speech: loud enough to be heard, the same each time, and no captions where there is nothing."""

import numpy as np
import pytest

from bench.quiet import invented
from bench.sounds import MINUTE, SOUNDS, minute_of
from processors.engines.scripted import ScriptedEngine
from tests.speech import speech

LOUDNESS = {
    "silence": (0, 0.001),
    "hum": (0.05, 0.2),
    "white": (0.03, 0.1),
    "music": (0.02, 0.4),
    "applause": (0.01, 0.4),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_a_minute_of_each_sound_is_as_loud_as_it_should_be(name: str) -> None:
    sound = minute_of(name, 0)
    assert (sound.shape, sound.dtype) == ((MINUTE,), np.float32)
    assert np.abs(sound).max() <= 1
    least, most = LOUDNESS[name]
    assert least <= np.sqrt(np.mean(sound**2)) <= most


@pytest.mark.parametrize("name", SOUNDS)
def test_minutes_differ_and_each_comes_again(name: str) -> None:
    assert np.array_equal(minute_of(name, 3), minute_of(name, 3))
    assert not np.array_equal(minute_of(name, 3), minute_of(name, 4))


def test_the_bench_would_see_words_if_there_were_any() -> None:
    seen = invented([speech(9)], 0.15, ScriptedEngine())
    assert seen["utterances"] >= 1
    assert min(seen["drafts"], seen["words"], seen["words_of_drafts"]) > 0
    assert seen["words_per_10_min"] == round(seen["words"] * 10 / 0.15, 2)


def test_nothing_is_seen_in_a_minute_of_silence() -> None:
    assert invented([minute_of("silence", 0)], 1, ScriptedEngine())["words_per_10_min"] == 0
