"""A track in; the header of its stream out, for a captioner that begins to listen in the middle."""

from typing import Protocol

from agents.outages import through_outages
from agents.ports import RecordingStore
from processors.headers import header
from processors.layout import part_key
from processors.parts import decode_part


class Headers(Protocol):
    """Finds what a decoder needs before it can enter a track's stream."""

    async def header(self, room_id: str, track_id: str) -> bytes:
        """The header, empty for a stream that needs none. Raises `Missing` while the track's beginning is not kept."""


class StoredHeaders:
    """Takes headers from sequence 0 of a track, which lies in its first part."""

    def __init__(self, store: RecordingStore) -> None:
        self._store = store

    async def header(self, room_id: str, track_id: str) -> bytes:
        key = part_key(room_id, track_id, 0)
        first = decode_part(await through_outages(lambda: self._store.get(key))).chunks[0]
        return header(first.content_type, first.data)
