"""An audio chunk in, nothing out if it can be taken, else `Invalid` naming the field; and the strict order of a track.

What can be known from one chunk is checked in `check_chunk`; whether it follows the one before is `TrackSequence`.
The topic is read less strictly (docs/decisions/0004): see `processors/parts.py`.
"""

from collections.abc import Callable

from processors.media import L16, looks_like, media_of
from schemas.audio import MAX_CHUNK_BYTES, AudioChunk
from schemas.base import Record
from schemas.errors import Invalid

LONGEST_CHUNK_MS = 60_000
"""A minute of speech is lost at most with one chunk, and 512 KiB hold a minute at 68 kbit/s."""

EARLIEST_MS = 1_577_836_800_000
"""2020-01-01: nothing was captured for this system before; catches seconds given for milliseconds."""

LATEST_MS = 4_102_444_800_000
"""2100-01-01: catches microseconds and nanoseconds given for milliseconds."""


def check_chunk(chunk: AudioChunk) -> None:
    """Raise `Invalid` if the chunk by itself cannot be taken.

    Reasons: `empty_chunk`, `chunk_too_large` (MAX_CHUNK_BYTES, 512 KiB), `unsupported_codec`, `sequence_negative`,
    `duration_implausible` (1..60000 ms), `captured_implausible`, `not_audio`.
    """
    for check in _CHECKS:
        check(chunk)


def _size(chunk: AudioChunk) -> None:
    if not chunk.data:
        raise Invalid("empty_chunk", "the chunk holds no bytes", field="data")
    if len(chunk.data) > MAX_CHUNK_BYTES:
        detail = f"{len(chunk.data)} bytes; at most {MAX_CHUNK_BYTES} are taken: send shorter chunks"
        raise Invalid("chunk_too_large", detail, field="data")


def _numbers(chunk: AudioChunk) -> None:
    if chunk.sequence < 0:
        raise Invalid("sequence_negative", "a track's sequence starts at 0", field="sequence")
    if not 1 <= chunk.duration_ms <= LONGEST_CHUNK_MS:
        detail = f"{chunk.duration_ms} ms; a chunk lasts 1 to {LONGEST_CHUNK_MS} ms"
        raise Invalid("duration_implausible", detail, field="durationms")
    if not EARLIEST_MS <= chunk.captured_ms < LATEST_MS:
        detail = f"{chunk.captured_ms} is no Unix time in milliseconds of this century"
        raise Invalid("captured_implausible", detail, field="capturedms")


def _bytes(chunk: AudioChunk) -> None:
    """Recognise the first bytes of a track; later chunks may be cut anywhere, except that L16 keeps whole frames."""
    media = media_of(chunk.content_type)
    if media.name == L16 and len(chunk.data) % media.frame_bytes:
        detail = f"{len(chunk.data)} bytes are no whole number of {media.frame_bytes}-byte sample frames"
        raise Invalid("not_audio", detail, field="data")
    if chunk.sequence == 0 and not looks_like(media.name, chunk.data):
        raise Invalid("not_audio", f"the first bytes are not the beginning of {media.name}", field="data")


_CHECKS: tuple[Callable[[AudioChunk], None], ...] = (_size, _numbers, _bytes)


class TrackSequence(Record, frozen=True, kw_only=True):
    """How far a track has come: the sequence that has to be next."""

    next_sequence: int = 0


def expect(state: TrackSequence, chunk: AudioChunk) -> TrackSequence | Invalid:
    """Take the next chunk of a track, strictly; else say how it is out of order.

    Reasons: `sequence_repeated` (the one just taken), `sequence_backwards` (older), `sequence_jump` (ahead).
    """
    behind = state.next_sequence - chunk.sequence
    if behind == 0:
        return TrackSequence(next_sequence=chunk.sequence + 1)
    reason = "sequence_jump" if behind < 0 else "sequence_repeated" if behind == 1 else "sequence_backwards"
    detail = f"sequence {chunk.sequence} came, {state.next_sequence} has to be next"
    return Invalid(reason, detail, field="sequence")
