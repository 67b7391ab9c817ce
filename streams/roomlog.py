"""Commands in, durable log entries out; a room's log in the object store in, its state out.

All entries of a command are one object, written only if its name is free. A crash therefore leaves all of them or none,
and of two processes that decide at once one loses, reads what the other wrote and decides again.
"""

from collections.abc import Iterable, Sequence

import msgspec

from agents.ports import RecordingStore
from processors.deciding import decide
from processors.folding import apply, digest, entries
from processors.layout import ROOMS, certificate_key, log_folder, log_key, room_folder
from processors.needs import is_id
from processors.purging import tombstone
from processors.sealing import key_id_of
from schemas.asks import Command
from schemas.base import Record
from schemas.errors import Conflict, Malformed, Missing
from schemas.facts import ZERO_DIGEST, Entry, Refused, entry_encoder
from schemas.keeping import Certificate
from schemas.rooms import Room

ROOMS_REMEMBERED = 1_024
"""Folded rooms held in memory, about 10 KB each; the longest unused goes first."""

_UNREADABLE = "an entry of the room's log cannot be read"

_entry = msgspec.json.Decoder(Entry)
_certificate = msgspec.json.Decoder(Certificate)


class _Folded(Record, frozen=True, kw_only=True):
    """A room, and the key of the last object that was folded into it."""

    room: Room
    key: str


class StoredRoomLog:
    """`agents.ports.RoomLog` over a `RecordingStore`; any number of processes may use the same store.

    Raises `Unavailable` when the store is away and `Malformed` (`log_damaged`) where a log cannot be read.
    """

    def __init__(self, store: RecordingStore) -> None:
        self._store = store
        self._folded: dict[str, _Folded] = {}

    async def load(self, room_id: str) -> Room | None:
        """The room as it is now: the objects that others wrote since the last call are found by listing."""
        if not is_id(room_id):
            return None
        keys = await self._keys(room_id)
        known = self._folded.pop(room_id, None)
        if known is not None and known.key in keys:
            return await self._fold(room_id, keys[keys.index(known.key) + 1 :], known)
        if keys[:1] == (log_key(room_id, 0),):
            return await self._fold(room_id, keys, None)
        left = await self._purged(room_id)
        if keys and left is None:
            raise Malformed("log_damaged", "the beginning of the room's log is missing")
        return left

    async def decide(self, command: Command, now_ms: int) -> tuple[Entry, ...] | Refused:
        while True:
            room = await self.load(command.room_id)
            if room is not None and command.command_id in room.commands:
                return await self._first_time(command)
            facts = decide(room, command, now_ms)
            if isinstance(facts, Refused):
                return facts
            if not facts:
                return ()
            made = entries(room, command, facts, now_ms)
            try:
                await self._append(room, made)
            except Conflict:
                continue
            return made

    async def entries(self, room_id: str) -> tuple[Entry, ...]:
        """The whole log, from the beginning; empty for a room that has none."""
        return await self._read(await self._keys(room_id)) if is_id(room_id) else ()

    async def room_ids(self) -> tuple[str, ...]:
        return await self._store.folders(ROOMS)

    async def erase(self, room_id: str) -> None:
        """Delete all there is of a room, its log from the end: what a crash leaves can be closed again."""
        objects = await self._store.list(room_folder(room_id))
        await self._store.delete([stored.key for stored in reversed(objects)])
        self._folded.pop(room_id, None)

    async def verify(self, room_id: str) -> int | None:
        """The position of the first entry that does not fit, or None for an unbroken log.

        An entry fits when it can be read, stands in its place, and has the digest that the next one states. The last
        entry's digest is stated by `room.events` and, after a purge, by the certificate.
        """
        lines = [line for key in await self._keys(room_id) for line in (await self._store.get(key)).splitlines()]
        return first_misfit(room_id, lines)

    async def _keys(self, room_id: str) -> tuple[str, ...]:
        return tuple(stored.key for stored in await self._store.list(log_folder(room_id)))

    async def _read(self, keys: Iterable[str]) -> tuple[Entry, ...]:
        return tuple([entry for key in keys for entry in _entries(await self._store.get(key))])

    async def _fold(self, room_id: str, keys: Sequence[str], known: _Folded | None) -> Room | None:
        try:
            read = await self._read(keys)
        except Missing:  # deleted since it was listed
            return await self._purged(room_id)
        if known is None or keys:
            known = _Folded(room=_applied(known.room if known else None, read), key=keys[-1])
        self._remember(known)
        return known.room

    async def _append(self, room: Room | None, made: tuple[Entry, ...]) -> None:
        key = log_key(made[0].room_id, made[0].position)
        await self._store.put(key, b"".join(entry_encoder.encode(entry) + b"\n" for entry in made), if_absent=True)
        self._remember(_Folded(room=_applied(room, made), key=key))

    async def _first_time(self, command: Command) -> tuple[Entry, ...]:
        return tuple(e for e in await self.entries(command.room_id) if e.command_id == command.command_id)

    async def _purged(self, room_id: str) -> Room | None:
        try:
            return tombstone(_certificate.decode(await self._store.get(certificate_key(room_id))))
        except Missing:
            return None

    def _remember(self, folded: _Folded) -> None:
        self._folded[folded.room.room_id] = folded
        if len(self._folded) > ROOMS_REMEMBERED:
            del self._folded[next(iter(self._folded))]


def first_misfit(room_id: str, lines: Sequence[bytes]) -> int | None:
    """The position of the first line of a log that is not what the log once held, or None."""
    previous = ZERO_DIGEST
    for position, line in enumerate(lines):
        entry = _readable(line)
        if entry is None or (entry.room_id, entry.position) != (room_id, position):
            return position
        if entry.previous != previous:
            return max(position - 1, 0)
        previous = digest(entry)
    return None


def _readable(line: bytes) -> Entry | None:
    """The entry, if the line is what its encoding is, byte for byte."""
    try:
        entry = _entry.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return entry if entry_encoder.encode(entry) == line else None


def _entries(data: bytes) -> tuple[Entry, ...]:
    try:
        return tuple(_entry.decode(line) for line in data.splitlines())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        detail = "the log is sealed: name its key file (EARWITNESS_KEYS)" if key_id_of(data) else _UNREADABLE
        raise Malformed("log_damaged", detail) from error


def _applied(room: Room | None, read: Iterable[Entry]) -> Room:
    for entry in read:
        room = apply(room, entry)
    if room is None:
        raise Malformed("log_damaged", "the room's log is empty")
    return room
