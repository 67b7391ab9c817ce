"""Something made of a whole recording and where playback starts in; the same as listeners get it out.

Nothing is encoded again and nothing kept is changed: an M4A gets another edit list on its way out (ISO/IEC 14496-12,
8.6.6), a transcript and an outline lose what comes before (decision 0016).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
from msgspec.structs import replace

from schemas.captions import Caption, Transcript
from schemas.errors import Malformed

Patch = tuple[int, bytes]
"""Bytes that stand at an offset of a file in place of those that are kept there."""

_NESTED = frozenset({b"moov", b"trak", b"edts", b"mdia", b"udta"})
_READ = frozenset({b"mvhd", b"tkhd", b"mdhd", b"elst", b"chpl"})
_CHAPTER_TICKS = 10_000  # of a ms: `chpl` counts 100 ns


@dataclass(frozen=True)
class _Box:
    path: tuple[bytes, ...]
    start: int
    body: bytes


def edits(moov: bytes, offset: int, start_ms: int) -> list[Patch]:
    """What to change in the box `moov`, which stands at `offset`, for playback to begin at `start_ms`.

    Every patch is as long as what it replaces, so nothing else moves. Raises `Malformed` where it is not as ffmpeg
    writes it: one edit a track, 32-bit times.
    """
    boxes = list(_boxes(moov, ()))
    movie = next((box for box in boxes if box.path[-1] == b"mvhd"), None)
    if movie is None:
        raise Malformed("m4a_malformed", "the recording has no movie header")
    scale, length = struct.unpack_from(">II", movie.body, 12)
    start = start_ms * scale // 1000
    left = struct.pack(">I", max(0, length - start))
    patches: list[Patch] = [(movie.start + 16, left)]
    tracks = [n for n, box in enumerate(boxes) if box.path[-1] == b"trak"]
    for first, end in pairwise([*tracks, len(boxes)]):
        patches += _track_edits({box.path[-1]: box for box in boxes[first:end]}, start_ms, start)
    patches += [patch for box in boxes if box.path[-1] == b"chpl" for patch in _chapter_edits(box, start_ms)]
    return [(offset + at, data) for at, data in patches]


def patched(block: bytes, start: int, patches: list[Patch]) -> bytes:
    """The bytes of a file from `start` on with those patches that fall on them."""
    made = bytearray(block)
    for at, data in patches:
        for n, value in enumerate(data, start=at - start):
            if 0 <= n < len(made):
                made[n] = value
    return bytes(made)


def trimmed_transcript(transcript: Transcript, start_ms: int) -> Transcript:
    """What is said from `start_ms` on, at the times at which it is then heard."""
    kept = (_moved(caption, start_ms) for caption in transcript.captions if caption.end_ms > start_ms)
    return replace(transcript, captions=tuple(kept), duration_ms=max(0, transcript.duration_ms - start_ms))


def trimmed_outline(data: bytes, start_ms: int) -> bytes:
    """audiowaveform's JSON from `start_ms` on, to the pixel."""
    outline: dict[str, Any] = msgspec.json.decode(data)
    first = start_ms * outline["sample_rate"] // (1000 * outline["samples_per_pixel"])
    pairs = outline["data"][2 * first :]
    return msgspec.json.encode(outline | {"length": len(pairs) // 2, "data": pairs})


def _moved(caption: Caption, start_ms: int) -> Caption:
    words = tuple(
        replace(word, start_ms=max(0, word.start_ms - start_ms), end_ms=word.end_ms - start_ms)
        for word in caption.words
        if word.end_ms > start_ms
    )
    moved = replace(caption, words=words) if words else caption
    return replace(moved, start_ms=max(0, caption.start_ms - start_ms), end_ms=caption.end_ms - start_ms)


def _boxes(data: bytes, path: tuple[bytes, ...], start: int = 0, end: int | None = None) -> Iterator[_Box]:
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > end:
            raise Malformed("m4a_malformed", f"a box of {size} bytes does not fit")
        yield _Box((*path, name), start + 8, data[start + 8 : start + size] if name in _READ else b"")
        if name in _NESTED:
            yield from _boxes(data, (*path, name), start + 8, start + size)
        start += size


def _track_edits(boxes: dict[bytes, _Box], start_ms: int, start: int) -> Iterator[Patch]:
    header, media, edit = boxes.get(b"tkhd"), boxes.get(b"mdhd"), boxes.get(b"elst")
    if header is None or media is None or edit is None or edit.body[:8] != b"\0\0\0\0\0\0\0\x01":
        raise Malformed("m4a_malformed", "a track has no single edit")
    (scale,) = struct.unpack_from(">I", media.body, 12)
    length, begins = struct.unpack_from(">Ii", edit.body, 8)
    yield header.start + 20, struct.pack(">I", max(0, length - start))
    yield edit.start + 8, struct.pack(">Ii", max(0, length - start), begins + start_ms * scale // 1000)


def _chapter_edits(box: _Box, start_ms: int) -> Iterator[Patch]:
    at = 9
    for _ in range(box.body[8]):
        (begins,) = struct.unpack_from(">Q", box.body, at)
        yield box.start + at, struct.pack(">Q", max(0, begins - start_ms * _CHAPTER_TICKS))
        at += 9 + box.body[at + 8]
