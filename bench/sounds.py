"""A name, a minute and a seed in; a minute of a sound in which nobody speaks, out: mono float32 at 16 kHz, -1..1."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from processors.engines.base import SAMPLE_RATE, Samples

MINUTE = 60 * SAMPLE_RATE
_RNG = np.random.Generator
_Sound = npt.NDArray[np.float64]
_CHORDS_HZ = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (261.6, 329.6, 392.0))
_BEAT_S = 0.5


def minute_of(name: str, minute: int, seed: int = 0) -> Samples:
    """The same name, minute and seed always give the same sound."""
    rng = np.random.default_rng([seed, minute, len(name)])
    return SOUNDS[name](rng).astype(np.float32)


def _silence(rng: _RNG) -> _Sound:
    """What a quiet microphone sends: its own noise at -75 dBFS."""
    return rng.normal(0.0, 1.8e-4, MINUTE)


def _hum(rng: _RNG) -> _Sound:
    """Mains at 50 Hz with harmonics that fall by a half each, at -20 dBFS."""
    t = np.arange(MINUTE) / SAMPLE_RATE
    waves = [0.5**n * np.sin(2 * np.pi * 50 * (n + 1) * t + rng.uniform(0, 6.28)) for n in range(6)]
    mains: _Sound = 0.1 * np.sum(waves, axis=0)
    return mains


def _white(rng: _RNG) -> _Sound:
    return rng.normal(0.0, 0.05, MINUTE)


def _music(rng: _RNG) -> _Sound:
    """Chords of plucked strings, one every half second, each with eight harmonics that die away."""
    sound = np.zeros(MINUTE + 2 * SAMPLE_RATE)
    t = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    for start in range(0, MINUTE, round(_BEAT_S * SAMPLE_RATE)):
        for hz in _CHORDS_HZ[rng.integers(len(_CHORDS_HZ))]:
            pitch = hz * 2.0 ** rng.integers(-1, 2)
            note = [np.sin(2 * np.pi * pitch * n * t) * np.exp(-t * (1.5 + n)) / n for n in range(1, 9)]
            sound[start : start + len(t)] += 0.06 * np.sum(note, axis=0)
    return np.clip(sound[:MINUTE], -1, 1)


def _applause(rng: _RNG) -> _Sound:
    """Bursts of 4 to 9 s, hundreds of claps a second, each a few milliseconds of noise, with pauses between."""
    claps = np.zeros(MINUTE)
    begins = 0
    while begins < MINUTE:
        length = round(rng.uniform(4, 9) * SAMPLE_RATE)
        many = rng.integers(0, length, length // 50)
        places = begins + many[begins + many < MINUTE]
        np.add.at(claps, places, rng.uniform(0.1, 0.6, len(places)))
        begins += length + round(rng.uniform(1, 4) * SAMPLE_RATE)
    clap = rng.normal(0.0, 0.3, 80) * np.exp(-np.arange(80) / 20)
    return np.clip(np.convolve(claps, clap, mode="same"), -1, 1)


SOUNDS: dict[str, Callable[[_RNG], _Sound]] = {
    "silence": _silence,
    "hum": _hum,
    "white": _white,
    "music": _music,
    "applause": _applause,
}
