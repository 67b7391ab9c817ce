"""A track's id in; its chunks as the store keeps them out, for a thread that works them off one by one."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from agents.outages import through_outages
from processors.layout import parts_folder
from processors.manifest import PartLine, part_line
from processors.notes import UNNOTED, TrackNotes
from processors.parts import decode_part
from processors.timeline import Heard
from schemas.audio import StoredChunk
from schemas.keeping import StoredObject


class ReadableStore(Protocol):
    """The object store, for reading."""

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes: ...

    async def list(self, prefix: str) -> tuple[StoredObject, ...]: ...


@dataclass(frozen=True)
class WaitingStore:
    """The store, as a thread other than the event loop's sees it: every call waits, outages are waited out."""

    store: ReadableStore
    loop: asyncio.AbstractEventLoop

    def keys(self, prefix: str) -> list[str]:
        listed = through_outages(lambda: self.store.list(prefix))
        return [found.key for found in asyncio.run_coroutine_threadsafe(listed, self.loop).result()]

    def get(self, key: str) -> bytes:
        return asyncio.run_coroutine_threadsafe(through_outages(lambda: self.store.get(key)), self.loop).result()


@dataclass
class StoredTrack:
    """One track: its chunks, one part in memory at a time, and what has been learnt on the way."""

    store: WaitingStore
    room_id: str
    track_id: str
    notes: TrackNotes = UNNOTED
    lines: list[PartLine] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)

    def chunks(self) -> Iterator[StoredChunk]:
        for key in self.store.keys(parts_folder(self.room_id, self.track_id)):
            data = self.store.get(key)
            part = decode_part(data)
            self.lines.append(part_line(part, data))
            yield from part.chunks
