"""FLAC in, its frames out: a frame ends where the next one begins, and that is known by its position and its check.

Source: RFC 9639, sections 8 (metadata) and 9.1 (frame header).
"""

from typing import NamedTuple

from processors.framing.base import LARGEST_ATOM, Atom, Framer
from processors.media import RATES_HZ

MARK = b"fLaC"
MARKS = (MARK + b"\x00\x00\x00\x22", MARK + b"\x80\x00\x00\x22")
"""A stream begins with its mark and the head of its STREAMINFO (34 bytes), which may be its only metadata."""
STREAMINFO = 0
BLOCK_HEADER, STREAMINFO_BYTES = 4, 34
LARGEST_HEADER = 16


def _crc_table() -> tuple[int, ...]:
    """Of x^8 + x^2 + x + 1 (RFC 9639, 9.1.8)."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value << 1 ^ (0x07 if value & 0x80 else 0)) & 0xFF
        table.append(value)
    return tuple(table)


_CRC = _crc_table()
_COMMON_SAMPLES = {1: 192, 2: 576, 3: 1152, 4: 2304, 5: 4608} | {code: 256 << code - 8 for code in range(8, 16)}


class Frame(NamedTuple):
    """Where a frame begins in its stream and how many samples it holds."""

    begins: int
    samples: int


class FlacFramer(Framer):
    def __init__(self) -> None:
        super().__init__()
        self._rate_hz = 0
        self._largest_block = 0
        self._in_metadata = False
        self._frame: Frame | None = None

    def next_atom(self) -> Atom | None:
        if len(self.buffer) < len(MARKS[0]):
            return None
        if self.buffer.startswith(MARKS):
            self._in_metadata, self._frame = True, None
            return self.atom(len(MARK))
        if self._in_metadata:
            return self._metadata()
        return self._frames() if self._rate_hz else self.until(len(self.buffer))

    def finish(self) -> Atom:
        return self.atom(len(self.buffer), self._lasts_ms())

    def _metadata(self) -> Atom | None:
        if len(self.buffer) < BLOCK_HEADER + STREAMINFO_BYTES:
            return None
        kind, size = self.buffer[0], int.from_bytes(self.buffer[1:4], "big")
        if kind & 0x7F == STREAMINFO:
            self._largest_block = int.from_bytes(self.buffer[6:8], "big")
            told_hz = int.from_bytes(self.buffer[14:17], "big") >> 4
            self._rate_hz = told_hz if told_hz in RATES_HZ else 0
        self._in_metadata = not kind & 0x80
        self.passing = size
        return self.atom(BLOCK_HEADER)

    def _frames(self) -> Atom | None:
        """All up to the next header that continues the stream, or to the next stream; past broken bytes, to any."""
        again = min((at for mark in MARKS if (at := self.buffer.find(mark)) > 0), default=-1)
        at, found = self._next_header(again if again > 0 else len(self.buffer))
        if found is None and again < 0:
            return self._broken() if len(self.buffer) > LARGEST_ATOM else None
        atom = self.atom(again if found is None else at, self._lasts_ms())
        self._frame = found
        return atom

    def _next_header(self, end: int) -> tuple[int, Frame | None]:
        at = 0 if self._frame is None else 1
        while 0 <= (at := self.buffer.find(b"\xff", at, end)) <= len(self.buffer) - LARGEST_HEADER:
            found = self._header(bytes(self.buffer[at : at + LARGEST_HEADER]))
            if found is not None and self._continues(found):
                return at, found
            at += 1
        return end, None

    def _broken(self) -> Atom | None:
        self._frame = None
        return self.until(LARGEST_ATOM - LARGEST_HEADER)

    def _continues(self, found: Frame) -> bool:
        return self._frame is None or found.begins == self._frame.begins + self._frame.samples

    def _lasts_ms(self) -> float:
        return self._frame.samples * 1000 / self._rate_hz if self._frame else 0.0

    def _header(self, data: bytes) -> Frame | None:
        if data[1] & 0xFE != 0xF8 or data[3] & 1:
            return None
        number, at = _coded_number(data, 4)
        samples, more = _samples(data, at)
        at += more + {12: 1, 13: 2, 14: 2}.get(data[2] & 15, 0)
        if number < 0 or not samples or _crc(data[:at]) != data[at]:
            return None
        return Frame(number if data[1] & 1 else number * self._largest_block, samples)


def _samples(data: bytes, at: int) -> tuple[int, int]:
    """Samples of the block, and the bytes at `at` that it took to say so."""
    code = data[2] >> 4
    if code == 6:
        return data[at] + 1, 1
    if code == 7:
        return int.from_bytes(data[at : at + 2], "big") + 1, 2
    return _COMMON_SAMPLES.get(code, 0), 0


def _coded_number(data: bytes, at: int) -> tuple[int, int]:
    """A number as UTF-8 would code it (up to seven bytes), and where it ends; -1 where it is none."""
    first = data[at]
    more = 0
    while more < 8 and first & 0x80 >> more:
        more += 1
    if more in (1, 8):
        return -1, at + 1
    number = first & (0x7F >> more)
    for byte in data[at + 1 : at + max(more, 1)]:
        number = number << 6 | byte & 0x3F
    return number, at + max(more, 1)


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = _CRC[crc ^ byte]
    return crc
