"""Uncompressed samples in, tenths of a second out: raw L16 and WAV."""

from processors.framing.base import LARGEST_ATOM, Atom, Framer
from processors.media import RATES_HZ

BLOCKS_PER_SECOND = 10
LARGEST_WAV_HEADER = 4096
"""Where no `data` has begun by then it is no WAV that we can time: its bytes are passed on."""


class PcmFramer(Framer):
    """Sample frames of `frame_bytes` at `rate_hz`; half a frame at the end is nothing that could be heard."""

    def __init__(self, rate_hz: int, frame_bytes: int) -> None:
        super().__init__()
        self._clock(rate_hz, frame_bytes)

    def _clock(self, rate_hz: int, frame_bytes: int) -> None:
        self._rate_hz = rate_hz
        self._frame_bytes = frame_bytes
        frames = max(1, min(rate_hz // BLOCKS_PER_SECOND, LARGEST_ATOM // frame_bytes))
        self._block = frames * frame_bytes

    def next_atom(self) -> Atom | None:
        return self._samples(self._block) if len(self.buffer) >= self._block else None

    def finish(self) -> Atom:
        return self._samples(len(self.buffer) // self._frame_bytes * self._frame_bytes)

    def _samples(self, size: int) -> Atom:
        return self.atom(size, size * 1000 / self._frame_bytes / self._rate_hz)


class WavFramer(PcmFramer):
    """A WAV file: its header as one atom, then its samples. Source of the layout: RIFF WAVE, `fmt ` chunk."""

    def __init__(self) -> None:
        super().__init__(rate_hz=1, frame_bytes=1)
        self._begun = False

    def next_atom(self) -> Atom | None:
        if self._begun:
            return super().next_atom()
        samples = self.buffer.find(b"data", 12)
        if samples < 0 or len(self.buffer) < samples + 8:
            return self.until(-1) if len(self.buffer) > LARGEST_WAV_HEADER else None
        self._begun = True
        told = self.buffer.find(b"fmt ", 12, samples)
        rate_hz = int.from_bytes(self.buffer[told + 12 : told + 16], "little")
        frame_bytes = int.from_bytes(self.buffer[told + 20 : told + 22], "little")
        if told < 0 or rate_hz not in RATES_HZ or not 0 < frame_bytes <= LARGEST_ATOM:
            self.passing = 1 << 62  # it does not say how long its samples last, or lies
        else:
            self._clock(rate_hz, frame_bytes)
        return self.atom(samples + 8)

    def finish(self) -> Atom:
        return super().finish() if self._begun and not self.passing else self.atom(len(self.buffer))
