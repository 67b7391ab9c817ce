"""A moment in; the rooms that closed since then, with their final transcripts, out."""

from collections.abc import AsyncIterator

import msgspec

from agents.ports import RecordingStore
from processors.layout import transcript_key
from schemas.captions import Transcript
from schemas.errors import Malformed, Missing
from schemas.rooms import Room
from streams.roomlog import StoredRoomLog


async def rooms_since(store: RecordingStore, since_ms: int) -> AsyncIterator[tuple[Room, Transcript]]:
    """Recorded rooms that closed at `since_ms` (Unix) or later and have captions; a damaged one is passed over."""
    log = StoredRoomLog(store)
    for room_id in await log.room_ids():
        try:
            room = await log.load(room_id)
            if room is None or room.purged_ms is not None or (room.closed_ms or -1) < since_ms:
                continue
            yield room, msgspec.json.decode(await store.get(transcript_key(room_id)), type=Transcript)
        except (Missing, Malformed, msgspec.DecodeError):
            continue
