"""One long stream in, as it arrives; pieces of about a second out, each with its place in time, to become chunks."""

from collections.abc import Iterable, Iterator

from processors.framing.base import Atom, Framer
from processors.framing.flac import FlacFramer
from processors.framing.frames import AdtsFramer, Mp3Framer
from processors.framing.ogg import OggFramer
from processors.framing.pcm import PcmFramer, WavFramer
from processors.framing.webm import WebmFramer
from processors.media import L16, media_of
from schemas.audio import MAX_CHUNK_BYTES
from schemas.base import Record

CHUNK_MS = 1000
LARGEST_PIECE = MAX_CHUNK_BYTES // 2
"""Bytes after which a piece ends, whatever its time: with one more atom it is still no larger than a chunk may be."""
LONGEST_PIECE_MS = 60_000
"""As long as a chunk may be; a stream that pauses for longer goes on at its right place with the next piece."""

_FRAMERS: dict[str, type[Framer]] = {
    "audio/ogg": OggFramer,
    "audio/webm": WebmFramer,
    "audio/wav": WavFramer,
    "audio/flac": FlacFramer,
    "audio/mpeg": Mp3Framer,
    "audio/aac": AdtsFramer,
}


class Piece(Record, frozen=True, kw_only=True):
    """The bytes of one chunk, where it begins in the stream and how long it sounds, ms."""

    starts_ms: int
    duration_ms: int
    data: bytes

    _private = frozenset({"data"})


class Cutter:
    """Cuts one stream of `content_type`; the pieces put together are the stream, byte by byte.

    (But for half a sample frame at the end of L16 or WAV.) Raises `Invalid("unsupported_codec")`.
    """

    def __init__(self, content_type: str) -> None:
        media = media_of(content_type)
        self._framer = PcmFramer(media.rate_hz, media.frame_bytes) if media.name == L16 else _FRAMERS[media.name]()
        self._data = bytearray()
        self._begun_ms = self._ended_ms = 0

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Take the next bytes; yield what is complete."""
        yield from self._grouped(self._framer.feed(data))

    def finish(self) -> Iterator[Piece]:
        """Yield the last piece: the stream has ended."""
        yield from self._grouped((self._framer.finish(),))
        if self._data:
            yield self._piece()

    def _grouped(self, atoms: Iterable[Atom]) -> Iterator[Piece]:
        for atom in atoms:
            self._data += atom.data
            self._ended_ms = int(atom.ends_ms)
            if self._ended_ms - self._begun_ms >= CHUNK_MS or len(self._data) >= LARGEST_PIECE:
                yield self._piece()

    def _piece(self) -> Piece:
        duration_ms = min(max(self._ended_ms - self._begun_ms, 1), LONGEST_PIECE_MS)
        piece = Piece(starts_ms=self._begun_ms, duration_ms=duration_ms, data=bytes(self._data))
        self._data.clear()
        self._begun_ms = self._ended_ms
        return piece
