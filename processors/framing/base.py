"""What all framers share: a buffer, bytes that are passed on, and bytes in which no frame begins.

A framer never refuses: evidence is kept as it came, and whether it is audio is judged elsewhere. It holds back no more
than one frame, and no frame is larger than `LARGEST_ATOM`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

LARGEST_ATOM = 65_536
"""An Ogg page has at most 65,307 bytes (RFC 3533); what is longer in other formats is passed on in pieces."""


@dataclass(frozen=True)
class Atom:
    """Some whole frames, or bytes without a time; `ends_ms` counts from the stream's beginning and never falls."""

    data: bytes = field(repr=False)
    ends_ms: float


class Framer(ABC):
    """Takes one stream's bytes; `next_atom` of a format says what the next atom is."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.time_ms = 0.0
        self.passing = 0

    def feed(self, data: bytes) -> Iterator[Atom]:
        """Take the next bytes; yield all that is whole now."""
        self.buffer += data
        while (atom := self._passed() if self.passing else self.next_atom()) is not None:
            yield atom

    def finish(self) -> Atom:
        """What was held back: the stream has ended."""
        return self.atom(len(self.buffer))

    @abstractmethod
    def next_atom(self) -> Atom | None:
        """Take the next atom off the buffer; `None` where more bytes are needed."""

    def atom(self, size: int, lasts_ms: float = 0.0) -> Atom:
        """Take `size` bytes, which last so long."""
        self.time_ms += lasts_ms
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return Atom(data, self.time_ms)

    def until(self, at: int, kept: int = 0) -> Atom | None:
        """Take the bytes before `at`; where that is -1 all but the last `kept`, which may be the begin of something."""
        size = min(at if at >= 0 else len(self.buffer) - kept, LARGEST_ATOM)
        return self.atom(size) if size > 0 else None

    def _passed(self) -> Atom | None:
        size = min(self.passing, len(self.buffer), LARGEST_ATOM)
        self.passing -= size
        return self.atom(size) if size else None
