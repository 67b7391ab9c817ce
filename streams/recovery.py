"""What a start has to do before agents run: topics and indices are there, and unfinished rooms are taken up again.

The embedded broker forgets its topics; a room's log does not. So whatever a closed room still waits for is asked again:
all of it is repeatable.
"""

from collections.abc import Awaitable, Callable

import msgspec
import stamina
import structlog

from agents.ports import RecordingStore, RoomLog
from processors.layout import ERASURES
from schemas.asks import Command, EraseSpeaker
from schemas.audio import RoomEnded
from schemas.base import Record
from schemas.errors import Unavailable
from schemas.facts import RecordingCompleted
from schemas.keeping import Erasure
from schemas.rooms import Room
from streams.outside import Outside
from streams.roomlog import StoredRoomLog
from streams.settings import Settings
from streams.topics import ensure_topics

log = structlog.get_logger()

LONGEST_START_S = 120.0
"""A service that is not there by then is not just starting: say so and end."""
RETRY_S = 1.0
"""Between two tries at most: a worker that was started again is missed already."""

Publish = Callable[[Record], Awaitable[None]]


async def prepare(settings: Settings) -> None:
    """Make topics and indices, then resume unfinished rooms; `Unavailable` when a service is away."""
    await ensure_services(settings)
    outside = Outside(settings)
    await resume(outside.log, outside.publisher.publish)
    await erase_again(outside.log, outside.store, outside.publisher.publish, outside.now())
    outside.publisher.close()


@stamina.retry(on=Unavailable, attempts=None, timeout=LONGEST_START_S, wait_max=RETRY_S)
def await_topics(settings: Settings) -> None:
    """All that a worker needs to begin: the topics. The index makes itself ready when it is first asked."""
    ensure_topics(settings.kafka, partitions=settings.partitions)


@stamina.retry(on=Unavailable, attempts=None, timeout=LONGEST_START_S)
async def ensure_services(settings: Settings) -> None:
    """Make the topics and indices that are not there yet, waiting for services that are still starting."""
    ensure_topics(settings.kafka, partitions=settings.partitions)
    index = Outside(settings).index
    try:
        await index.ensure()
    finally:
        await index.close()


async def resume(rooms: StoredRoomLog, publish: Publish) -> int:
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


async def erase_again(rooms: RoomLog, store: RecordingStore, publish: Publish, at_ms: int) -> int:
    """Ask again for erasures that the ledger has and the room's log has not: it came back from a backup before them."""
    asked = 0
    for found in await store.list(ERASURES):
        line = msgspec.json.decode(await store.get(found.key), type=Erasure)
        room = await rooms.load(line.room_id)
        if room is None or room.purged_ms is not None:
            continue
        for speaker in {room.tracks[track_id].speaker for track_id in line.track_ids if track_id not in room.erased}:
            log.warning("erasure_resumed", room_id=room.room_id, position=line.position)
            await publish(_erasure(room.room_id, speaker, line, at_ms))
            asked += 1
    return asked


def _erasure(room_id: str, speaker: str, line: Erasure, at_ms: int) -> Command:
    command_id = f"erase-again:{room_id}:{line.position}:{at_ms}"
    ask = EraseSpeaker(speaker=speaker)
    return Command(command_id=command_id, room_id=room_id, actor="recovery", at_ms=at_ms, ask=ask)


def _unfinished(room: Room) -> bool:
    return room.record and room.closed_ms is not None and room.purged_ms is None and not room.ready


async def _awaited(rooms: StoredRoomLog, room: Room) -> Record:
    """The record that the next agent waits for: the room's end for the recorder, or its completion for the others."""
    if room.completed_ms is None:
        return RoomEnded(room_id=room.room_id, at_ms=room.closed_ms or 0)
    entries = await rooms.entries(room.room_id)
    return next(entry for entry in entries if isinstance(entry.fact, RecordingCompleted))
