"""Where chunks were captured and where their samples stand in; by how much to stretch a track's sound out.

A sound card's clock runs up to some hundred millionths fast or slow: in twelve hours 500 ppm are 21.6 s. What is
measured is how much further capture has come than the samples, as a median over seconds, since single capture times
jitter; what a decoder holds back is in all of them alike and falls out. It is made good by stretching, never by a jump.
"""

from dataclasses import dataclass, field
from statistics import median

import numpy as np

from processors.demuxing import Samples

DRIFT_MS = 500
"""A smaller difference between capture time and samples is jitter or drift, a larger one a pause or a broken clock."""

MOST_PPM = 1_000
"""How fast a track is stretched: twice the drift that is to be followed, a sixtieth of a semitone."""

_LEAST_S, _LEAST_CHUNKS = 10, 8  # for a median: ten seconds span the pages of a container, eight chunks the jitter
_LEAST_MS = 2  # less is rounding: capture times are whole ms


@dataclass
class Drift:
    """What has been observed since a track was anchored; all in samples at `rate` Hz."""

    rate: int
    _seen: list[int] = field(default_factory=list)
    _began: int = 0
    _usual: float | None = None  # how far capture was ahead in the beginning: what the decoder holds back
    _missing: float = 0.0
    _made_good: int = 0
    _since: int = 0

    def observe(self, captured: int, placed: int) -> None:
        """A chunk was captured at `captured`, and the track's samples so far reach to `placed`, on room time."""
        if not self._seen:
            self._began = captured
        self._seen.append(captured - placed + self._made_good)
        if captured - self._began < _LEAST_S * self.rate or len(self._seen) < _LEAST_CHUNKS:
            return
        ahead = median(self._seen)
        self._seen.clear()
        self._judge(ahead)

    def _judge(self, ahead: float) -> None:
        missing = 0.0 if self._usual is None else ahead - self._usual - self._made_good
        if self._usual is None or abs(missing) > DRIFT_MS * self.rate / 1000:  # a clock was set: it begins anew
            self._usual, missing = ahead - self._made_good, 0.0
        self._missing = missing if abs(missing) > _LEAST_MS * self.rate / 1000 else 0.0

    def stretch(self, size: int) -> int:
        """By how many samples the next `size` samples become longer (or shorter)."""
        self._since += size
        most = self._since * MOST_PPM / 1e6
        made_good = int(min(max(self._missing, -most), most))
        if made_good:
            self._since = 0
            self._missing -= made_good
            self._made_good += made_good
        elif not self._missing:
            self._since = 0
        return made_good


def stretched(samples: Samples, size: int) -> Samples:
    """The same sound in `size` samples: cubic interpolation (Catmull and Rom, 1974), first and last sample kept."""
    if size == samples.size or size < 2 or samples.size < 2:
        return samples
    at = np.linspace(0, samples.size - 1, size)
    whole = np.minimum(at.astype(np.int64), samples.size - 2)
    t = (at - whole).astype(np.float32)
    padded = np.concatenate((samples[:1], samples, samples[-1:]))
    a, b, c, d = (padded[whole + n] for n in range(4))
    curve: Samples = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return curve
