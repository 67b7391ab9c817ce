"""Rooms in, their keys out, made when first needed and destroyed for good: in a file of their own, or behind a KMS.

The file must not be where the store is and not in the store's backups: whoever has both has the rooms.
"""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar

from processors.sealing import KEY_BYTES, KEY_ID_BYTES
from schemas.base import Record
from schemas.errors import Invalid, Unavailable

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS room_keys (key_id TEXT PRIMARY KEY, room_id TEXT NOT NULL, secret BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS one_living_key ON room_keys (room_id) WHERE secret IS NOT NULL;
"""
_WAIT_SECONDS = 10.0  # for another process that is writing


class RoomKey(Record, frozen=True, kw_only=True):
    """A room's key; `secret` (32 bytes) is empty once it is destroyed, and only the id is left."""

    key_id: str
    room_id: str
    secret: bytes

    _private: ClassVar[frozenset[str]] = frozenset({"secret"})


class Keys(Protocol):
    """Where room keys are kept: `KeyFile`, or an adapter of a key management service.

    Every method raises `Unavailable` when it is away.
    """

    async def of_room(self, room_id: str) -> RoomKey | None:
        """The room's living key."""

    async def make(self, room_id: str) -> RoomKey:
        """The room's living key, made now if it has none; of many who ask at once all get the same."""

    async def find(self, key_id: str) -> RoomKey | None:
        """A key that was made here once, destroyed or not."""

    async def destroy(self, room_id: str) -> None:
        """Forget the secret of the room's living key, so that nobody has it any more."""


class KeyFile:
    """Keys in one SQLite file (mode 600), which any number of processes may use at once.

    What is destroyed is overwritten in the file (`secure_delete`). What the disk below keeps of it is the disk's.
    Raises `Invalid` (`keys_malformed`) for a file that is something else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with self._opened() as file:
            file.executescript(_SCHEMA)

    async def of_room(self, room_id: str) -> RoomKey | None:
        return await self._asked(lambda file: _of_room(file, room_id))

    async def make(self, room_id: str) -> RoomKey:
        def made(file: sqlite3.Connection) -> RoomKey | None:
            fresh = (secrets.token_hex(KEY_ID_BYTES), room_id, secrets.token_bytes(KEY_BYTES))
            file.execute("INSERT OR IGNORE INTO room_keys VALUES (?, ?, ?)", fresh)
            return _of_room(file, room_id)

        key = await self._asked(made)
        if key is None:  # destroyed in this very moment
            raise Unavailable(f"the key of room {room_id!r} is being destroyed")
        return key

    async def find(self, key_id: str) -> RoomKey | None:
        return await self._asked(lambda file: _one(file, "key_id = ?", key_id))

    async def destroy(self, room_id: str) -> None:
        destroying = "UPDATE room_keys SET secret = NULL WHERE room_id = ?"
        await self._asked(lambda file: file.execute(destroying, (room_id,)))

    async def _asked(self, question: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._answer, question)

    def _answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with self._opened() as file:
            return question(file)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on disk when the block ends."""
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS)) as file, file:
                file.execute("PRAGMA secure_delete = ON")
                file.execute("PRAGMA synchronous = FULL")
                yield file
        except sqlite3.OperationalError as error:
            raise Unavailable(f"the key file {self._path} cannot be used: {error}") from error
        except sqlite3.DatabaseError as error:
            raise Invalid("keys_malformed", f"{self._path} is no key file", field="EARWITNESS_KEYS") from error


def _of_room(file: sqlite3.Connection, room_id: str) -> RoomKey | None:
    return _one(file, "secret IS NOT NULL AND room_id = ?", room_id)


def _one(file: sqlite3.Connection, condition: str, value: str) -> RoomKey | None:
    row = file.execute(f"SELECT key_id, room_id, secret FROM room_keys WHERE {condition}", (value,)).fetchone()
    return RoomKey(key_id=row[0], room_id=row[1], secret=row[2] or b"") if row else None
