"""The length of a sound in; the pieces in which several encoders make one AAC stream of it, and their frames, out.

AAC's frames overlap, so an encoder that begins in the middle is given a run-up: by the time its own frames begin it is
in the state in which one encoder of the whole would be, and its run-up is thrown away. Pieces have a fixed length, so
the same sound makes the same stream on any number of cores.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.errors import Malformed

FRAME = 1024
"""Samples of an AAC-LC frame (ISO/IEC 14496-3), and what the encoder puts before the first (its priming)."""

PIECE_FRAMES = 28_125
"""Ten minutes at 48 kHz to the sample: the run-up is a sixth of a percent of it."""

RUN_UP_FRAMES = 48
"""1.024 s: the limiter lets go within 50 ms, the encoder's choice of windows looks back a few frames."""

_BEHIND_FRAMES = 4  # what an encoder looks ahead: two frames and a half, whole
_ADTS_HEADER = 7


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Encode samples `start` to `end` (none: to the last), then skip `skip` frames and take `frames` (none: all)."""

    start: int
    end: int | None
    skip: int
    frames: int | None


def pieces(samples: int, piece_frames: int = PIECE_FRAMES) -> Iterator[Piece]:
    """The pieces of a sound of `samples` samples, in order."""
    frames = -(-samples // FRAME) + 1
    for first in range(0, frames, piece_frames):
        skip = min(first, RUN_UP_FRAMES)
        last = first + piece_frames >= frames
        yield Piece(
            start=(first - skip) * FRAME,
            end=None if last else (first + piece_frames + _BEHIND_FRAMES) * FRAME,
            skip=skip,
            frames=None if last else piece_frames,
        )


def stretch(stream: bytes, skip: int, frames: int | None) -> bytes:
    """`frames` frames of an ADTS stream (ISO/IEC 13818-7, 6.2) behind the first `skip`; raises `Malformed`."""
    start = _after(stream, 0, skip)
    return stream[start:] if frames is None else stream[start : _after(stream, start, frames)]


def _after(stream: bytes, at: int, frames: int) -> int:
    for _ in range(frames):
        header = stream[at : at + _ADTS_HEADER]
        if len(header) < _ADTS_HEADER or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
            raise Malformed("adts_malformed", f"no frame begins at byte {at}")
        at += (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return at
