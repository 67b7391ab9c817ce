"""A track's chunks in, as they come off the topic; parts to be kept out: their bytes, their digests, their chain.

The bounds of a part depend on sequence numbers alone, and every decision on nothing but what came before it on the
topic, so a replay after a crash decides the same again (docs/decisions/0004).
"""

import hashlib
from collections.abc import Iterable
from itertools import chain

import msgspec

from schemas.asks import SealTrack
from schemas.audio import CHUNKS_PER_PART, AudioChunk, Gap, Part, PartStored, StoredChunk
from schemas.base import Record
from schemas.errors import Invalid, Malformed
from schemas.facts import ZERO_DIGEST

LONGEST_JUMP = 256
"""How many sequences may be missing at once: 16 parts, minutes of audio. More is a broken counter, not a lost line."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Part)


def digest(data: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()


def encode_part(part: Part) -> bytes:
    """A part as kept: MessagePack, the same bytes for the same part."""
    return _encoder.encode(part)


def decode_part(data: bytes) -> Part:
    """The other way round; raises `Malformed` for anything else."""
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed("part_malformed", "these bytes are not a part") from error


def stored_chunk(chunk: AudioChunk, partition: int, offset: int) -> StoredChunk:
    """A chunk with its digest and where on the topic it came from."""
    return StoredChunk(
        sequence=chunk.sequence,
        captured_ms=chunk.captured_ms,
        duration_ms=chunk.duration_ms,
        content_type=chunk.content_type,
        sha256=digest(chunk.data),
        partition=partition,
        offset=offset,
        data=chunk.data,
    )


class Mark(Record, frozen=True, kw_only=True):
    """Where on the topic a sequence was stored from: what a replay needs to judge jumps as they were judged before."""

    partition: int
    offset: int
    sequence: int
    captured_ms: int


class Tally(Record, frozen=True, kw_only=True):
    """What a track's closed parts add up to."""

    parts: int = 0
    chunks: int = 0
    bytes: int = 0
    first_captured_ms: int = 0
    duration_ms: int = 0
    next_sequence: int = 0
    gaps: tuple[Gap, ...] = ()


class TrackParts(Record, frozen=True, kw_only=True):
    """A track on its way into parts.

    Parts below `closed` are closed, `previous` is the digest of the last of them. `open` holds the chunks of parts
    that are not, in order of sequence. `judged` is the last record of the topic that was judged here, `replayed` marks
    what had been stored before this track was recovered: both make a record that comes again meet the same judgement.
    """

    room_id: str
    track_id: str
    closed: int = 0
    previous: str = ZERO_DIGEST
    next_sequence: int = 0
    open: tuple[StoredChunk, ...] = ()
    tally: Tally = Tally()
    judged: Mark | None = None
    replayed: tuple[Mark, ...] = ()


class Waits(Record, frozen=True, kw_only=True):
    """The chunk is in open part `index` (now, or since an earlier delivery of the same record)."""

    index: int


class Settled(Record, frozen=True, kw_only=True):
    """The chunk belongs to part `index`, which is closed: only the stored part can say whether it is in there."""

    index: int


class Closed(Record, frozen=True, kw_only=True):
    """A part that takes no more chunks: to be kept as `data`, whose digest is `sha256`."""

    part: Part
    data: bytes
    sha256: str


def part_index(sequence: int) -> int:
    return sequence // CHUNKS_PER_PART


def step(state: TrackParts, chunk: StoredChunk) -> tuple[TrackParts, Waits | Settled | Invalid]:
    """Take one chunk; close what can be closed with `close` afterwards.

    `Invalid` is `sequence_jump` (more than LONGEST_JUMP ahead) or `sequence_repeated` (other bytes have this sequence
    already).
    """
    index = part_index(chunk.sequence)
    if index < state.closed:
        return state, Settled(index=index)
    for there in state.open:
        if there.sequence == chunk.sequence:
            return state, Waits(index=index) if same_sound(there, chunk) else repeated(chunk.sequence)
    ahead = chunk.sequence - _next_before(state, chunk)
    if ahead > LONGEST_JUMP or _judged_before(state, chunk):
        detail = f"sequence {chunk.sequence} is {ahead} ahead; at most {LONGEST_JUMP} may be missing"
        return _judged(state, chunk), Invalid("sequence_jump", detail, field="sequence")
    return _judged(_with(state, chunk), chunk), Waits(index=index)


def close(state: TrackParts, *, ending: bool = False) -> tuple[TrackParts, Closed | None]:
    """Close the lowest open part, if it is complete, or a chunk two parts on has come, or nothing more comes."""
    if not state.open:
        return state, None
    index = part_index(state.open[0].sequence)
    passed = part_index(state.open[-1].sequence) >= index + 2
    if not (ending or passed) and len(state.open) < CHUNKS_PER_PART:  # nearly always: asked after every chunk
        return state, None
    inside = tuple(chunk for chunk in state.open if part_index(chunk.sequence) == index)
    if not (ending or passed or len(inside) == CHUNKS_PER_PART):
        return state, None
    part = Part(room_id=state.room_id, track_id=state.track_id, index=index, previous=state.previous, chunks=inside)
    data = encode_part(part)
    sha256 = digest(data)
    return adopt(state, part, sha256), Closed(part=part, data=data, sha256=sha256)


def adopt(state: TrackParts, part: Part, sha256: str) -> TrackParts:
    """Go on after a part that is kept; chunks of its index leave the open ones."""
    return msgspec.structs.replace(
        state,
        closed=part.index + 1,
        previous=sha256,
        next_sequence=max(state.next_sequence, part.chunks[-1].sequence + 1),
        open=tuple(chunk for chunk in state.open if part_index(chunk.sequence) > part.index),
        tally=_tallied(state.tally, part),
    )


def recovered(state: TrackParts, part: Part, sha256: str) -> TrackParts:
    """Go on after a part found in the store: what is replayed now will be judged as it was the first time."""
    marks = map(_mark, part.chunks)
    return msgspec.structs.replace(adopt(state, part, sha256), next_sequence=0, replayed=(*state.replayed, *marks))


def same_sound(there: StoredChunk, chunk: StoredChunk) -> bool:
    """Whether both are the same chunk: delivered again, or sent again by a producer that was not told."""
    return there.sha256 == chunk.sha256


def settle(stored: Part | None, chunk: StoredChunk) -> Invalid | None:
    """Judge a chunk of a closed part by the part as stored: `None` when it is in there, byte for byte."""
    there = next((c for c in stored.chunks if c.sequence == chunk.sequence), None) if stored else None
    if there is None:
        detail = f"sequence {chunk.sequence} came after its part was closed"
        return Invalid("sequence_backwards", detail, field="sequence")
    return None if same_sound(there, chunk) else repeated(chunk.sequence)


def repeated(sequence: int) -> Invalid:
    return Invalid("sequence_repeated", f"other bytes have sequence {sequence} already", field="sequence")


def part_stored(part: Part, sha256: str, stored_ms: int) -> PartStored:
    """The announcement of a part that is durable."""
    return PartStored(
        room_id=part.room_id,
        track_id=part.track_id,
        index=part.index,
        first_sequence=part.chunks[0].sequence,
        last_sequence=part.chunks[-1].sequence,
        chunks=len(part.chunks),
        bytes=sum(len(chunk.data) for chunk in part.chunks),
        duration_ms=sum(chunk.duration_ms for chunk in part.chunks),
        sha256=sha256,
        stored_ms=stored_ms,
    )


def seal(state: TrackParts) -> SealTrack:
    """What the steward is asked to write into the room's log once every part of the track is durable."""
    tally = state.tally
    return SealTrack(
        track_id=state.track_id,
        parts=tally.parts,
        chunks=tally.chunks,
        bytes=tally.bytes,
        chain=state.previous,
        first_captured_ms=tally.first_captured_ms,
        duration_ms=tally.duration_ms,
        gaps=tally.gaps,
    )


def gaps_between(track_id: str, expected: int, sequences: Iterable[int]) -> tuple[Gap, ...]:
    """The sequences missing from `expected` on, up to the last of `sequences` (rising)."""
    steps = tuple(sequences)
    befores = chain((expected - 1,), steps)
    return tuple(
        Gap(track_id=track_id, first_sequence=before + 1, last_sequence=here - 1)
        for before, here in zip(befores, steps, strict=False)
        if here > before + 1
    )


def _with(state: TrackParts, chunk: StoredChunk) -> TrackParts:
    chunks = sorted((*state.open, chunk), key=lambda c: c.sequence)
    return msgspec.structs.replace(
        state,
        open=tuple(chunks),
        next_sequence=max(_next_before(state, chunk), chunk.sequence + 1),
        replayed=tuple(mark for mark in state.replayed if not _came_before(mark, chunk)),
    )


def _judged(state: TrackParts, chunk: StoredChunk) -> TrackParts:
    if _judged_before(state, chunk):
        return state
    return msgspec.structs.replace(state, judged=_mark(chunk))


def _judged_before(state: TrackParts, chunk: StoredChunk) -> bool:
    """Whether this record came before; as it is neither open nor closed, it was refused."""
    last = state.judged
    return last is not None and last.partition == chunk.partition and chunk.offset <= last.offset


def _next_before(state: TrackParts, chunk: StoredChunk) -> int:
    """The sequence expected when this chunk first came: what lies behind it on the topic does not count."""
    before = (mark.sequence + 1 for mark in state.replayed if _came_before(mark, chunk))
    return max(state.next_sequence, max(before, default=0))


def _mark(chunk: StoredChunk) -> Mark:
    return Mark(partition=chunk.partition, offset=chunk.offset, sequence=chunk.sequence, captured_ms=chunk.captured_ms)


def _came_before(mark: Mark, chunk: StoredChunk) -> bool:
    """Offsets say so; but what was captured later and has a lower one comes from a topic that has begun anew."""
    if mark.partition != chunk.partition or mark.offset < chunk.offset:
        return True
    return mark.captured_ms < chunk.captured_ms


def _tallied(tally: Tally, part: Part) -> Tally:
    sequences = [chunk.sequence for chunk in part.chunks]
    return Tally(
        parts=tally.parts + 1,
        chunks=tally.chunks + len(part.chunks),
        bytes=tally.bytes + sum(len(chunk.data) for chunk in part.chunks),
        first_captured_ms=tally.first_captured_ms or part.chunks[0].captured_ms,
        duration_ms=tally.duration_ms + sum(chunk.duration_ms for chunk in part.chunks),
        next_sequence=sequences[-1] + 1,
        gaps=tally.gaps + gaps_between(part.track_id, tally.next_sequence, sequences),
    )
