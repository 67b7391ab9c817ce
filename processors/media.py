"""Content types in, what is known about them out: names, parameters, and the first bytes of such a stream."""

from dataclasses import dataclass
from functools import lru_cache

from schemas.audio import CONTENT_TYPES
from schemas.errors import Invalid

L16 = "audio/L16"
CONTAINERS = frozenset({"audio/ogg", "audio/webm", "audio/wav", "audio/flac"})
"""Streams that begin with a header; the others can be entered anywhere."""

SELF_TIMED = frozenset({"audio/ogg", "audio/webm"})
"""Containers whose own clock shows a hole: what is lost inside the stream has a length that we can know."""

RATES_HZ = range(4_000, 768_001)
"""What microphones and telephones use, and more. A header that says 1 Hz would make a day of sound out of a chunk, and
a chunk out of each byte of a streamed body."""

_EBML, _OGG_FIRST_PAGE = b"\x1a\x45\xdf\xa3", 0x02
_BY_LOWER = {name.lower(): name for name in CONTENT_TYPES}


@dataclass(frozen=True, kw_only=True)
class Media:
    """A content type taken apart: `name` without parameters; `rate_hz` and `channels` count for `audio/L16` only."""

    name: str
    rate_hz: int = 0
    channels: int = 1

    @property
    def frame_bytes(self) -> int:
        """Bytes of one L16 sample frame."""
        return 2 * self.channels


@lru_cache(maxsize=256)  # asked twice for every chunk; a producer sends the same few
def media_of(content_type: str) -> Media:
    """Take a content type apart, or raise `Invalid("unsupported_codec")`.

    `audio/L16` needs `rate` (8000..192000) and may name `channels` (1..8), RFC 2586.
    """
    name, *rest = (piece.strip() for piece in content_type.split(";"))
    known = _BY_LOWER.get(name.lower())
    if known is None:
        raise _unsupported(f"{name!r} is not one of {', '.join(CONTENT_TYPES)}")
    if known != L16:
        return Media(name=known)
    pairs = (piece.partition("=") for piece in rest)
    parameters = {key.strip().lower(): value.strip(' "') for key, _, value in pairs}
    rate_hz = _whole(parameters.get("rate", ""), 8_000, 192_000, "rate")
    return Media(name=known, rate_hz=rate_hz, channels=_whole(parameters.get("channels", "1"), 1, 8, "channels"))


def starts_stream(name: str, data: bytes) -> bool:
    """Whether `data` begins with the header of the container `name` (always false for headerless streams)."""
    match name:
        case "audio/ogg":
            return data.startswith(b"OggS") and len(data) > 5 and bool(data[5] & _OGG_FIRST_PAGE)
        case "audio/webm":
            return data.startswith(_EBML)
        case "audio/wav":
            return data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE"
        case "audio/flac":
            return data.startswith(b"fLaC")
    return False


def reentry(name: str, start: bytes) -> bytes:
    """What a decoder needs first in order to enter such a stream in its middle; `start` is the stream's beginning.

    Only WAV needs it: what its samples are, up to the first of them. FLAC, MP3 and ADTS say so in every frame.
    """
    samples = start.find(b"data")
    return start[: samples + 8] if name == "audio/wav" and samples > 0 else b""


def looks_like(name: str, data: bytes) -> bool:
    """Whether `data` can be the beginning of a stream of type `name`."""
    if name in CONTAINERS:
        return starts_stream(name, data)
    synced = len(data) > 1 and data[0] == 0xFF
    match name:
        case "audio/aac":  # 12 bits of sync, layer 00 (ISO/IEC 13818-7, adts_fixed_header)
            return data.startswith(b"ID3") or (synced and data[1] & 0xF6 == 0xF0)
        case "audio/mpeg":  # 11 bits of sync, layer not the reserved 00 (ISO/IEC 11172-3, header)
            return data.startswith(b"ID3") or (synced and data[1] & 0xE0 == 0xE0 and data[1] & 0x06 != 0)
    return True


def _whole(text: str, least: int, most: int, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not least <= int(text) <= most:
        raise _unsupported(f"audio/L16 needs {name} between {least} and {most}")
    return int(text)


def _unsupported(detail: str) -> Invalid:
    return Invalid("unsupported_codec", detail, field="content-type")
