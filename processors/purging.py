"""A room and what is kept of it in, what to delete and what stays to be said about it out; nothing is deleted here."""

from collections.abc import Iterable, Sequence

from processors.clocks import clocks, expired
from processors.folding import digest
from processors.layout import log_folder
from schemas.asks import Command, PurgeRoom
from schemas.errors import Invalid
from schemas.facts import Entry, RoomPurged
from schemas.keeping import Certificate, StoredObject
from schemas.rooms import Room


def purge_due(room: Room, now_ms: int) -> Command | None:
    """The command that purges the room, when its time has come.

    A room that still has a log although its purge is decided is asked for again, with the command that decided it.
    """
    if room.purged_ms is not None:
        return _purge(room, now_ms, room.commands[-1], "finish the purge") if room.commands else None
    purge_at = clocks(room, now_ms).purge_at
    if purge_at is None or not expired(purge_at, now_ms):
        return None
    return _purge(room, now_ms, f"purge:{room.room_id}", purge_at.reason)


def purge_plan(objects: Iterable[StoredObject], room: Room) -> list[str]:
    """The keys to delete, in this order: everything, the log last, and in it the purge last of all.

    So whoever still reads the log while it goes finds the purge in it, or no beginning and then the certificate.
    """
    log = log_folder(room.room_id)
    return sorted((stored.key for stored in objects), key=lambda key: (key.startswith(log), key))


def certify(room: Room, purged: Entry, objects: Sequence[StoredObject], key_id: str = "") -> Certificate:
    """The certificate of a purge that entry `purged` (a `RoomPurged`) decided, for the objects that it deletes."""
    if not isinstance(purged.fact, RoomPurged):
        raise Invalid("not_purged", f"entry {purged.position} is no RoomPurged", field="fact")
    return Certificate(
        room_id=room.room_id,
        policy=room.policy,
        reason=purged.fact.reason,
        purged_ms=purged.at_ms,
        head=digest(purged),
        position=purged.position,
        bytes=sum(stored.size for stored in objects),
        objects=_nameless(objects, room),
        key_id=key_id,
    )


def tombstone(certificate: Certificate) -> Room:
    """The state of a room of which only the certificate is left: purged, and nothing else."""
    return Room(
        room_id=certificate.room_id,
        title="",
        host="",
        record=True,
        policy=certificate.policy,
        opened_ms=certificate.purged_ms,
        closed_ms=certificate.purged_ms,
        purged_ms=certificate.purged_ms,
        head=certificate.head,
        position=certificate.position,
    )


def _purge(room: Room, now_ms: int, command_id: str, reason: str) -> Command:
    ask = PurgeRoom(reason=reason)
    return Command(command_id=command_id, room_id=room.room_id, actor="janitor", at_ms=now_ms, ask=ask)


def _nameless(objects: Iterable[StoredObject], room: Room) -> tuple[StoredObject, ...]:
    """Track ids may be names of people; `track-1` is the first by id."""
    numbers = {track_id: f"track-{n}" for n, track_id in enumerate(sorted(room.tracks), start=1)}
    named = sorted(objects, key=lambda stored: stored.key)
    return tuple(StoredObject(key=_renamed(stored.key, numbers), size=stored.size) for stored in named)


def _renamed(key: str, numbers: dict[str, str]) -> str:
    """Steps below the room's folder that are a track id, with or without an ending, become its number."""
    root, room_id, *steps = key.split("/")
    return "/".join([root, room_id, *(_step(step, numbers) for step in steps)])


def _step(step: str, numbers: dict[str, str]) -> str:
    stem, dot, ending = step.partition(".")
    return f"{numbers.get(stem, stem)}{dot}{ending}"
