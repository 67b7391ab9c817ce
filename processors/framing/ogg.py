"""Ogg in, its pages with their true durations out.

Source of the page layout: RFC 3533; of granule positions at 48 kHz and the pre-skip: RFC 7845 (Opus in Ogg); of the
identification header that names a rate: the Vorbis I specification, 4.2.2.
"""

from processors.framing.base import Atom, Framer

SYNC = b"OggS"
HEADER = 27
OPUS_HZ = 48_000
NO_PACKET_ENDS = -1
LONGEST_STEP_MS = 60_000
"""A page that ends over a minute after the one before it has a foreign or a broken clock, and no duration."""


class OggFramer(Framer):
    """Pages of a stream; one that begins anew (a chained stream) goes on in time."""

    def __init__(self) -> None:
        super().__init__()
        self._serial = b""
        self._rate_hz = 0
        self._granule = 0

    def next_atom(self) -> Atom | None:
        start = self.buffer.find(SYNC)
        if start != 0:
            return self.until(start, kept=len(SYNC) - 1)
        if len(self.buffer) < HEADER or len(self.buffer) < HEADER + self.buffer[26]:
            return None
        body = HEADER + self.buffer[26]
        size = body + sum(self.buffer[HEADER:body])
        if len(self.buffer) < size:
            return None
        self._begin(bytes(self.buffer[14:18]), bytes(self.buffer[body : body + 16]))
        return self.atom(size, self._lasts_ms())

    def _begin(self, serial: bytes, body: bytes) -> None:
        """Learn the clock from the first page of a stream that we know."""
        if body.startswith(b"OpusHead"):
            self._rate_hz, self._granule = OPUS_HZ, int.from_bytes(body[10:12], "little")  # the pre-skip is not heard
            self._serial = serial
        elif body.startswith(b"\x01vorbis"):
            self._rate_hz, self._granule = int.from_bytes(body[12:16], "little"), 0
            self._serial = serial

    def _lasts_ms(self) -> float:
        granule = int.from_bytes(self.buffer[6:14], "little", signed=True)
        if not self._rate_hz or self.buffer[14:18] != self._serial or granule == NO_PACKET_ENDS:
            return 0.0
        lasts_ms = (granule - self._granule) * 1000 / self._rate_hz
        if lasts_ms < 0:
            return 0.0  # a header page, or a clock that goes back
        self._granule = granule
        return lasts_ms if lasts_ms <= LONGEST_STEP_MS else 0.0
