"""What was read and what was made of it in; the manifest of a recording out, with every digest, to prove it by."""

import msgspec

from processors.parts import digest
from schemas.audio import Gap, Part
from schemas.base import Record
from schemas.facts import ZERO_DIGEST
from schemas.rooms import Room, Track


class PartLine(Record, frozen=True, kw_only=True):
    """One part as it was read; `sha256` is the digest of its bytes, `previous` what it says of the part before."""

    index: int
    first_sequence: int
    last_sequence: int
    chunks: int
    sha256: str
    previous: str
    duration_ms: int = 0


class Hole(Record, frozen=True, kw_only=True):
    """Sequences whose audio is not in the recording: `never_received`, or `undecodable` from there on (no length)."""

    first_sequence: int
    last_sequence: int
    reason: str
    ms: int = 0


class TrackContinuity(Record, frozen=True, kw_only=True):
    """How much of one track came how far, ms: see `processors/continuity.py`."""

    track_id: str
    speaker: str
    captured_ms: int | None = None
    received_ms: int | None = None
    stored_ms: int | None = None
    recorded_ms: int | None = None
    captioned_ms: int | None = None
    holes: tuple[Hole, ...] = ()


class TrackLine(Record, frozen=True, kw_only=True):
    """One speaker: what was sent, what was heard of it.

    `captured_ms` is Unix time; `sent_ms` is what the chunks say they hold, `recorded_ms` what was decoded.
    `unreadable` are the sequences at which stretches began that cannot be decoded. `intact` says that the parts form
    one chain and end in the digest that the steward sealed.
    """

    track_id: str
    speaker: str
    content_type: str
    captured_ms: int
    sent_ms: int
    recorded_ms: int
    chunks: int
    gaps: tuple[Gap, ...]
    unreadable: tuple[int, ...]
    intact: bool
    parts: tuple[PartLine, ...]


class OutputLine(Record, frozen=True, kw_only=True):
    key: str
    bytes: int
    sha256: str


class Manifest(Record, frozen=True, kw_only=True):
    """Kept as `rooms/{room_id}/recording/manifest.json`; its own digest goes into the room's log."""

    room_id: str
    title: str
    opened_ms: int
    closed_ms: int | None
    duration_ms: int
    tracks: tuple[TrackLine, ...]
    outputs: tuple[OutputLine, ...]
    version: int = 1
    continuity: tuple[TrackContinuity, ...] = ()


def part_line(part: Part, data: bytes) -> PartLine:
    return PartLine(
        index=part.index,
        first_sequence=part.chunks[0].sequence,
        last_sequence=part.chunks[-1].sequence,
        chunks=len(part.chunks),
        sha256=digest(data),
        previous=part.previous,
        duration_ms=sum(chunk.duration_ms for chunk in part.chunks),
    )


def track_line(track: Track, lines: list[PartLine], recorded_ms: int, unreadable: list[int]) -> TrackLine:
    sealed = track.sealed
    return TrackLine(
        track_id=track.track_id,
        speaker=track.speaker,
        content_type=track.content_type,
        captured_ms=sealed.first_captured_ms if sealed else 0,
        sent_ms=sealed.duration_ms if sealed else 0,
        recorded_ms=recorded_ms,
        chunks=sum(line.chunks for line in lines),
        gaps=sealed.gaps if sealed else (),
        unreadable=tuple(unreadable),
        intact=_intact(lines, sealed.chain if sealed else ZERO_DIGEST),
        parts=tuple(lines),
    )


def manifest(room: Room, duration_ms: int, tracks: list[TrackLine], outputs: list[OutputLine]) -> Manifest:
    """The manifest of a recording, without its continuity."""
    return Manifest(
        room_id=room.room_id,
        title=room.title,
        opened_ms=room.opened_ms,
        closed_ms=room.closed_ms,
        duration_ms=duration_ms,
        tracks=tuple(tracks),
        outputs=tuple(outputs),
    )


def encode_manifest(made: Manifest) -> bytes:
    """The manifest as JSON, the same bytes for the same recording."""
    return msgspec.json.format(msgspec.json.encode(made), indent=1)


def _intact(lines: list[PartLine], chain: str) -> bool:
    digests = [ZERO_DIGEST, *(line.sha256 for line in lines)]
    return digests[-1] == chain and all(line.previous == before for line, before in zip(lines, digests, strict=False))
