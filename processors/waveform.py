"""Blocks of a recording in; its outline as audiowaveform's JSON, version 2, out, for players to draw.

Format: github.com/bbc/audiowaveform, doc/DataFormat.md: pairs of lowest and highest sample per pixel.
"""

import msgspec
import numpy as np

from processors.decoding import Samples

SAMPLES_PER_PIXEL = 4_800
"""A tenth of a second at 48 kHz: three hours are 108,000 pixels, under 1 MB of JSON."""

_FULL = 127  # 8 bits, signed


class Outline:
    """Takes a recording block by block, keeps two numbers for every tenth of a second."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._rest: Samples = np.zeros(0, np.float32)
        self._pairs: list[Samples] = []

    def add(self, block: Samples) -> None:
        samples = np.concatenate((self._rest, block))
        whole = samples.size - samples.size % SAMPLES_PER_PIXEL
        self._rest = samples[whole:]
        self._take(samples[:whole].reshape(-1, SAMPLES_PER_PIXEL))

    def json(self) -> bytes:
        """The outline of everything added; the loudest sample reaches full height (audiowaveform's scale `auto`)."""
        if self._rest.size:
            self._take(self._rest.reshape(1, -1))
            self._rest = self._rest[:0]
        pairs = np.concatenate(self._pairs) if self._pairs else np.zeros((0, 2), np.float32)
        loudest = float(np.abs(pairs).max(initial=0.0))
        data = np.round(pairs.ravel() * (_FULL / loudest if loudest else 0)).astype(int)
        return msgspec.json.encode(
            {
                "version": 2,
                "channels": 1,
                "sample_rate": self._rate_hz,
                "samples_per_pixel": SAMPLES_PER_PIXEL,
                "bits": 8,
                "length": len(pairs),
                "data": data.tolist(),
            }
        )

    def _take(self, pixels: Samples) -> None:
        self._pairs.append(np.stack((pixels.min(axis=1), pixels.max(axis=1)), axis=1))
