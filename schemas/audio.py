"""Records of topic `audio.chunks`: encoded audio as it was captured, and the marks that end a track or a room.

On the wire a chunk's value is the raw encoded bytes; all else is in CloudEvents binary-mode headers
(CloudEvents 1.0, Kafka protocol binding: attributes are prefixed `ce_`, the media type is `content-type`).
"""

from typing import ClassVar

from schemas.base import Record

MAX_CHUNK_BYTES = 512 * 1024
"""Largest chunk taken, bytes: half of Kafka's default 1 MiB message, 16 s of 256 kbit/s audio."""

CONTENT_TYPES = ("audio/ogg", "audio/webm", "audio/L16", "audio/wav", "audio/flac", "audio/mpeg", "audio/aac")
"""Media types taken (parameters after `;` allowed: `audio/ogg;codecs=opus`, `audio/L16;rate=16000;channels=1`)."""


class AudioChunk(Record, frozen=True, kw_only=True, gc=False):
    """One stretch of one track's encoded audio.

    `sequence` starts at 0 and rises by one. `captured_ms` is the Unix time (ms) at which the first sample was
    captured, `duration_ms` how much audio the chunk holds. A container's chunks continue one stream:
    the header is in chunk 0 and a chunk may be cut anywhere.
    """

    room_id: str
    track_id: str
    sequence: int
    captured_ms: int
    duration_ms: int
    content_type: str
    data: bytes

    _private: ClassVar[frozenset[str]] = frozenset({"data"})


class TrackEnded(Record, frozen=True, kw_only=True):
    """A speaker left; nothing more comes on this track unless it joins again. Sent by the steward."""

    room_id: str
    track_id: str
    at_ms: int


class RoomEnded(Record, frozen=True, kw_only=True):
    """The room closed; nothing more comes on any of its tracks. Sent by the steward, after the last chunk."""

    room_id: str
    at_ms: int


AudioRecord = AudioChunk | TrackEnded | RoomEnded


class StoredChunk(Record, frozen=True, kw_only=True, gc=False):
    """A chunk inside a part: the original bytes, their SHA-256 (hex) and where on the topic they came from."""

    sequence: int
    captured_ms: int
    duration_ms: int
    content_type: str
    sha256: str
    partition: int
    offset: int
    data: bytes

    _private: ClassVar[frozenset[str]] = frozenset({"data"})


class Part(Record, frozen=True, kw_only=True):
    """A group of one track's chunks, kept as one object; `previous` is the SHA-256 (hex) of the part before.

    Part `index` holds sequences `index * CHUNKS_PER_PART` up to (not with) `(index + 1) * CHUNKS_PER_PART`,
    in order, so the same chunks always make the same part.
    """

    room_id: str
    track_id: str
    index: int
    previous: str
    chunks: tuple[StoredChunk, ...]

    _private: ClassVar[frozenset[str]] = frozenset({"chunks"})


CHUNKS_PER_PART = 16


class PartStored(Record, frozen=True, kw_only=True):
    """Topic `parts.stored`: a part is durable. `sha256` is the digest (hex) of the object's bytes."""

    room_id: str
    track_id: str
    index: int
    first_sequence: int
    last_sequence: int
    chunks: int
    bytes: int
    duration_ms: int
    sha256: str
    stored_ms: int


class Gap(Record, frozen=True, kw_only=True):
    """Audio that never came: sequences `first_sequence..last_sequence` of a track, silent in the recording."""

    track_id: str
    first_sequence: int
    last_sequence: int
    reason: str = "never_received"
