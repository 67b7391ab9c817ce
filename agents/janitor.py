"""Clocks that have run out in, commands to purge out; decided purges in, deleted rooms with a certificate out."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
import structlog

from agents.outages import through_outages
from agents.ports import Agent, Delivery, Now, Outputs, RecordingStore, RoomLog, SearchIndex
from processors.layout import certificate_key, room_folder
from processors.purging import certify, purge_due, purge_plan
from schemas.asks import Command
from schemas.errors import Conflict, Malformed
from schemas.facts import Entry, RoomPurged
from schemas.rooms import Room

log = structlog.get_logger()

KeyId = Callable[[str], Awaitable[str]]
"""Says with which key a room is sealed; empty where it is not. The store destroys it with the room's last object."""

INDICES = ("rooms", "utterances", "findings", "cases", "figures")
"""Wherever a document may tell of a room (`schemas.keeping.Document`)."""


async def sweep(rooms: RoomLog, now: Now) -> tuple[Command, ...]:
    """The commands that purge the rooms whose time has come; nothing happens until they are sent."""
    commands = []
    for room_id in await rooms.room_ids():
        room = await _readable(rooms, room_id)
        command = purge_due(room, now()) if room is not None else None
        if command is not None:
            commands.append(command)
    return tuple(commands)


async def unsealed(room_id: str) -> str:
    return ""


def janitor(rooms: RoomLog, store: RecordingStore, index: SearchIndex, now: Now, key_id: KeyId = unsealed) -> Agent:
    """Make the agent of topic `room.events` that carries purges out. All of it can be done again after a crash."""

    async def run(deliveries: AsyncIterator[Delivery[Any]]) -> Outputs:
        async for delivery in deliveries:
            entry: Entry = delivery.record
            if isinstance(entry.fact, RoomPurged):
                await through_outages(partial(_carry_out, entry, rooms, store, index, key_id))
                log.info("room_purged", room_id=entry.room_id, waited_ms=now() - entry.at_ms)
            await delivery.ack()
        return
        yield  # an agent is a generator; this one has nothing to say

    return run


async def _readable(rooms: RoomLog, room_id: str) -> Room | None:
    try:
        return await rooms.load(room_id)
    except Malformed as damage:  # one room's log; the other rooms' clocks run on
        log.error("log_damaged", room_id=room_id, detail=damage.detail)
        return None


async def _carry_out(purged: Entry, rooms: RoomLog, store: RecordingStore, index: SearchIndex, key_id: KeyId) -> None:
    """Delete what is kept of the room, if its log, too, says that it is purged."""
    room = await rooms.load(purged.room_id)
    if room is None or room.purged_ms is None:
        log.error("purge_not_in_log", room_id=purged.room_id, position=purged.position)
        return
    await _delete(purged, room, store, key_id)
    for name in INDICES:
        await index.remove(name, {"room_id": purged.room_id})
    await index.refresh()


async def _delete(purged: Entry, room: Room, store: RecordingStore, key_id: KeyId) -> None:
    """The certificate comes first, and the first one stays: it names also what an earlier try has deleted."""
    objects = await store.list(room_folder(room.room_id))
    certificate = msgspec.json.encode(certify(room, purged, objects, await key_id(room.room_id)))
    with contextlib.suppress(Conflict):
        await store.put(certificate_key(room.room_id), certificate, if_absent=True)
    keys = purge_plan(objects, room)
    await store.delete(keys[:-1])
    await store.delete(keys[-1:])
