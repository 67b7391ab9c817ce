"""A stretch of a track in; its chunks out, from durable parts, or from the topic while their part is still open."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import msgspec

from agents.headers import Headers
from agents.outages import through_outages
from agents.ports import RecordingStore
from processors.layout import parts_folder
from processors.media import CONTAINERS, media_of, starts_stream
from processors.notes import NO_NOTES, Notes
from processors.parts import decode_part, digest
from schemas.audio import AudioChunk, Part, StoredChunk
from schemas.base import Record
from schemas.errors import Missing
from schemas.evidence import CutFrom
from schemas.rooms import Room

LEAD_MS = 2_000
"""A decoder that enters a stream needs a little of it before the sound is right (Opus: 80 ms; an Ogg page: 1 s)."""

TRAIL_MS = 2_000
"""Chunks are cut anywhere: the last of a stretch may end within a page that only the next one completes."""

Chunk = AudioChunk | StoredChunk


class Recent(Protocol):
    """Chunks that were sent but may not be in a part yet."""

    async def chunks(self, room_id: str, track_id: str, since_ms: int) -> Sequence[AudioChunk]:
        """Those sent since then (Unix ms), by sequence. Raises `Unavailable` when the broker is away."""


class Stretch(Record, frozen=True, kw_only=True):
    """Chunks of one track, decodable from the first on, and the parts that they were read from."""

    chunks: tuple[Chunk, ...]
    cut_from: tuple[CutFrom, ...] = ()


class Sound:
    """Finds the sound of a passage. Times are room time, ms."""

    def __init__(self, store: RecordingStore, headers: Headers, recent: Recent, notes: Notes = NO_NOTES) -> None:
        self.notes = notes
        self._store = store
        self._headers = headers
        self._recent = recent

    async def stretch(self, room: Room, track_id: str, start_ms: int, end_ms: int) -> Stretch:
        """What there is of the track from `start_ms` to `end_ms`, a little around it included; perhaps nothing."""
        from_ms, to_ms = room.opened_ms + start_ms - LEAD_MS, room.opened_ms + end_ms + TRAIL_MS
        kept = await self._kept(room.room_id, track_id, from_ms, to_ms)
        if not _reaches(kept.chunks, to_ms) and not _sealed(room, track_id):
            late = await through_outages(lambda: self._recent.chunks(room.room_id, track_id, from_ms))
            kept = Stretch(chunks=_joined(kept.chunks, late, from_ms, to_ms), cut_from=kept.cut_from)
        return await self._entered(room.room_id, track_id, kept)

    async def _kept(self, room_id: str, track_id: str, from_ms: int, to_ms: int) -> Stretch:
        """Of the durable parts those that hold the stretch: the first is found by halves, for rooms last hours."""
        folder = parts_folder(room_id, track_id)
        keys = [found.key for found in await through_outages(lambda: self._store.list(folder))]
        low, high = 0, len(keys)
        while low < high:
            middle = (low + high) // 2
            part, _ = await self._part(keys[middle])
            low, high = (middle + 1, high) if _ends_ms(part.chunks[-1]) <= from_ms else (low, middle)
        chunks: list[StoredChunk] = []
        lines: list[CutFrom] = []
        for key in keys[low:]:
            part, line = await self._part(key)
            if part.chunks[0].captured_ms >= to_ms:
                break
            chunks += [one for one in part.chunks if _ends_ms(one) > from_ms and one.captured_ms < to_ms]
            lines.append(line)
        return Stretch(chunks=tuple(chunks), cut_from=tuple(lines))

    async def _part(self, key: str) -> tuple[Part, CutFrom]:
        data = await through_outages(partial(self._store.get, key))
        return decode_part(data), CutFrom(key=key, sha256=digest(data))

    async def _entered(self, room_id: str, track_id: str, found: Stretch) -> Stretch:
        """Put the stream's header before a first chunk that has none; without one nothing can be decoded."""
        if not found.chunks or _is_entrance(found.chunks[0]):
            return found
        first, *rest = found.chunks
        try:
            header = await self._headers.header(room_id, track_id)
        except Missing:
            return Stretch(chunks=())
        entered = msgspec.structs.replace(first, data=header + first.data)
        return Stretch(chunks=(entered, *rest), cut_from=found.cut_from)


def _ends_ms(chunk: Chunk) -> int:
    return chunk.captured_ms + chunk.duration_ms


def _reaches(chunks: Sequence[Chunk], to_ms: int) -> bool:
    return bool(chunks) and _ends_ms(chunks[-1]) >= to_ms


def _sealed(room: Room, track_id: str) -> bool:
    return track_id in room.tracks and room.tracks[track_id].sealed is not None


def _joined(kept: Sequence[Chunk], late: Sequence[Chunk], from_ms: int, to_ms: int) -> tuple[Chunk, ...]:
    inside = [chunk for chunk in late if _ends_ms(chunk) > from_ms and chunk.captured_ms < to_ms]
    by_sequence = {chunk.sequence: chunk for chunk in (*inside, *kept)}
    return tuple(by_sequence[sequence] for sequence in sorted(by_sequence))


def _is_entrance(chunk: Chunk) -> bool:
    name = media_of(chunk.content_type).name
    return name not in CONTAINERS or starts_stream(name, chunk.data)
