"""The first chunk of a stream in; the bytes that let a decoder enter that stream anywhere, without any audio, out."""

from collections.abc import Iterator
from itertools import takewhile

from processors.media import media_of, reentry

_CLUSTER = b"\x1f\x43\xb6\x75"  # Matroska's element ID of the first audio
_FLAC_LAST_BLOCK = 0x80
_NO_AUDIO = (0, 2**64 - 1)  # granule positions: nothing has been played yet, or no packet ends on the page (RFC 3533)


def header(content_type: str, start: bytes) -> bytes:
    """Cut the header off the beginning of a stream; empty for streams that need none, or where it cannot be found."""
    match media_of(content_type).name:
        case "audio/ogg":
            return b"".join(page for page, _ in takewhile(lambda page: page[1] in _NO_AUDIO, _ogg_pages(start)))
        case "audio/webm":
            return start[: max(0, start.find(_CLUSTER))]
        case "audio/flac":
            return start[: _flac_header_bytes(start)]
        case name:
            return reentry(name, start)


def _ogg_pages(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Whole pages with their granule positions (RFC 3533, section 6)."""
    at = 0
    while data[at : at + 4] == b"OggS" and len(data) >= at + 27:
        segments = data[at + 26]
        table = data[at + 27 : at + 27 + segments]
        end = at + 27 + segments + sum(table)
        if end > len(data):
            return
        yield data[at:end], int.from_bytes(data[at + 6 : at + 14], "little")
        at = end


def _flac_header_bytes(data: bytes) -> int:
    """Where the metadata blocks end (RFC 9639, section 8)."""
    at = 4
    while len(data) >= at + 4:
        last = data[at] & _FLAC_LAST_BLOCK
        at += 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        if last:
            return at if at <= len(data) else 0
    return 0
