"""WebM in, its elements out, with the time at which each block begins.

Source: RFC 8794 (EBML: variable-size integers, unknown sizes) and RFC 9559 (Matroska: the elements named below).
"""

from processors.framing.base import Atom, Framer

EBML, SEGMENT, CLUSTER, INFO, BLOCK_GROUP = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1549A966, 0xA0
TIMESTAMP, SCALE, SIMPLE_BLOCK, BLOCK = 0xE7, 0x2AD7B1, 0xA3, 0xA1
ENTERED = frozenset({SEGMENT, CLUSTER, INFO, BLOCK_GROUP})
"""Elements whose children are looked at; all others are passed on whole."""
NUMBERS = frozenset({TIMESTAMP, SCALE})
SYNCS = (EBML.to_bytes(4, "big"), CLUSTER.to_bytes(4, "big"))
DEFAULT_SCALE_NS = 1_000_000
LONGEST_HEADER = 12
LONGEST_STEP_MS = 60_000
"""A block over a minute behind the one before it has a broken clock, and no duration."""


class WebmFramer(Framer):
    def __init__(self) -> None:
        super().__init__()
        self._scale_ns = DEFAULT_SCALE_NS
        self._cluster = 0
        self._before_ms: float | None = None
        self._step_ms = 0.0

    def next_atom(self) -> Atom | None:
        if len(self.buffer) < LONGEST_HEADER:
            return None
        kind, at = _vint(self.buffer, 0, marker=True)
        size, at = _vint(self.buffer, at, marker=False)
        if kind < 0 or size < -1:
            return self.until(self._next_sync(), kept=LONGEST_HEADER)
        if kind in ENTERED:
            return self.atom(at)
        if kind in NUMBERS and size <= 8:
            return self._number(kind, at, at + size)
        if kind in (SIMPLE_BLOCK, BLOCK):
            return self._block(at, size)
        if kind == EBML:
            self._before_ms, self._scale_ns = None, DEFAULT_SCALE_NS
        self.passing = max(size, 0)
        return self.atom(at)

    def finish(self) -> Atom:
        return self.atom(len(self.buffer), self._step_ms)  # the last block lasts about as long as the one before

    def _number(self, kind: int, at: int, end: int) -> Atom | None:
        if len(self.buffer) < end:
            return None
        value = int.from_bytes(self.buffer[at:end], "big")
        if kind == SCALE:
            self._scale_ns = value or DEFAULT_SCALE_NS
        else:
            self._cluster = value
        return self.atom(end)

    def _block(self, at: int, size: int) -> Atom | None:
        """The block's header (track, then its time within the cluster); its packets are passed on behind it."""
        _, time = _vint(self.buffer, at, marker=False)
        if len(self.buffer) < time + 2:
            return None
        ticks = self._cluster + int.from_bytes(self.buffer[time : time + 2], "big", signed=True)
        self.passing = max(at + size - time - 2, 0)
        return self.atom(time + 2, self._step(ticks * self._scale_ns / 1e6))

    def _step(self, begins_ms: float) -> float:
        """How long the block before this one lasted."""
        step_ms = 0.0 if self._before_ms is None else begins_ms - self._before_ms
        self._before_ms = begins_ms
        if not 0 < step_ms <= LONGEST_STEP_MS:
            return 0.0
        self._step_ms = min(step_ms, 120.0)  # the longest Opus packet (RFC 6716)
        return step_ms

    def _next_sync(self) -> int:
        found = (self.buffer.find(sync, 1) for sync in SYNCS)
        return min((at for at in found if at > 0), default=-1)


def _vint(data: bytearray, at: int, *, marker: bool) -> tuple[int, int]:
    """A variable-size integer and where it ends: -1 is the unknown size, -2 none at all."""
    first = data[at] if at < len(data) else 0
    if not first:
        return -2, at + 1
    length = 9 - first.bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    if marker:
        return value, at + length
    value &= (1 << 7 * length) - 1
    return (-1 if value == (1 << 7 * length) - 1 else value), at + length
