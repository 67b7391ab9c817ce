"""Which bytes are wanted: a `Range` header and a size in, a span out (RFC 9110, section 14)."""

import re
from typing import NamedTuple

from schemas.errors import Invalid

_SPAN = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


class Span(NamedTuple):
    """Bytes `start` up to and with `last`, as `Content-Range` counts them."""

    start: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.start + 1


class Unsatisfiable(Invalid):
    """The range lies outside of the object, which is `size` bytes long (416)."""

    def __init__(self, size: int) -> None:
        super().__init__("range_not_satisfiable", f"the recording has {size} bytes", field="Range")
        self.size = size


def wanted(header: str | None, size: int) -> Span | None:
    """The one span that `header` asks for, or `None` where all of it is to be sent.

    A header that is not understood, or asks for several spans, is ignored, as the RFC allows.
    Raises `Unsatisfiable` when no byte of the object lies inside.
    """
    found = _SPAN.fullmatch(header.strip()) if header else None
    if found is None or found.groups() == ("", ""):
        return None
    span = _span(found[1], found[2], size)
    if span is None:
        return None
    if span.start >= size or span.length < 1:
        raise Unsatisfiable(size)
    return span


def _span(first: str, last: str, size: int) -> Span | None:
    if not first:
        return Span(max(0, size - int(last)), size - 1)
    if last and int(last) < int(first):
        return None
    return Span(int(first), min(int(last), size - 1) if last else size - 1)
