"""What a start has to do before agents run: topics and indices are there, and unfinished rooms are taken up again.

The embedded broker forgets its topics; a room's log does not. So whatever a closed room still waits for is asked again:
all of it is repeatable.
"""

from collections.abc import Awaitable, Callable

import stamina
import structlog

from schemas.audio import RoomEnded
from schemas.base import Record
from schemas.errors import Unavailable
from schemas.facts import RecordingCompleted
from schemas.rooms import Room
from streams.outside import Outside
from streams.roomlog import StoredRoomLog
from streams.settings import Settings
from streams.topics import ensure_topics

log = structlog.get_logger()


async def prepare(settings: Settings) -> None:
    """Make topics and indices, then resume unfinished rooms; `Unavailable` when a service is away."""
    await ensure_services(settings)
    outside = Outside(settings)
    await resume(outside.log, outside.publisher.publish)
    outside.publisher.close()


@stamina.retry(on=Unavailable, attempts=None, timeout=120.0)
async def ensure_services(settings: Settings) -> None:
    """Make the topics and indices that are not there yet, waiting for services that are still starting."""
    ensure_topics(settings.kafka, partitions=settings.partitions)
    index = Outside(settings).index
    try:
        await index.ensure()
    finally:
        await index.close()


async def resume(rooms: StoredRoomLog, publish: Callable[[Record], Awaitable[None]]) -> int:
    """Publish again what the unfinished rooms wait for; returns how many there were."""
    resumed = 0
    for room_id in await rooms.room_ids():
        room = await rooms.load(room_id)
        if room is None or not _unfinished(room):
            continue
        log.info("room_resumed", room_id=room_id)
        await publish(await _awaited(rooms, room))
        resumed += 1
    return resumed


def _unfinished(room: Room) -> bool:
    return room.record and room.closed_ms is not None and room.purged_ms is None and not room.ready


async def _awaited(rooms: StoredRoomLog, room: Room) -> Record:
    """The record that the next agent waits for: the room's end for the recorder, or its completion for the others."""
    if room.completed_ms is None:
        return RoomEnded(room_id=room.room_id, at_ms=room.closed_ms or 0)
    entries = await rooms.entries(room.room_id)
    return next(entry for entry in entries if isinstance(entry.fact, RecordingCompleted))
