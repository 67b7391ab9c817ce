"""A `RecordingStore` and keys in, a `RecordingStore` out in which everything of a room is sealed with that room's key.

Nobody above knows: sizes, ranges and digests are those of what was put. What lies outside of `rooms/` (certificates)
stays readable, and so does a room that was there before there were keys. The key goes with a room's last object.
"""

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from agents.ports import RecordingStore
from processors.layout import ROOMS, room_folder
from processors.sealing import (
    BLOCK_BYTES,
    HEADER_BYTES,
    SALT_BYTES,
    SEALED_BLOCK_BYTES,
    header,
    key_id_of,
    opened,
    opened_whole,
    plain_size,
    sealed,
)
from schemas.errors import Malformed, Missing, Unavailable
from schemas.keeping import StoredObject
from streams.keys import Keys, RoomKey


class SealedStore:
    """Seals on the way in, opens on the way out.

    Raises, besides what the store raises: `Unavailable` where a room's key is not known here, `Missing` where it is
    destroyed, `Malformed` (`seal_broken`) where an object does not open or is not sealed though its room has a key.
    """

    def __init__(self, store: RecordingStore, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    async def put(self, key: str, data: bytes | Path, *, if_absent: bool = False) -> None:
        room_key = await self._key_for(key)
        if room_key is None:
            await self._store.put(key, data, if_absent=if_absent)
            return
        if not isinstance(data, Path):
            await self._store.put(key, _sealed(room_key, key, data), if_absent=if_absent)
            return
        with tempfile.NamedTemporaryFile(prefix="sealed-") as file:
            await asyncio.to_thread(_seal_file, room_key, key, data, Path(file.name))
            await self._store.put(key, Path(file.name), if_absent=if_absent)

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        if start == 0 and length is None:
            return await self._whole(key)
        secret = await self._secret(key, head := await self._store.get(key, start=0, length=HEADER_BYTES))
        if secret is None:
            return await self._store.get(key, start=start, length=length)
        first = start // BLOCK_BYTES
        end = None if length is None else start + length
        blocks = None if end is None else (-(-end // BLOCK_BYTES) - first) * SEALED_BLOCK_BYTES
        body = await self._store.get(key, start=HEADER_BYTES + first * SEALED_BLOCK_BYTES, length=blocks)
        skipped = first * BLOCK_BYTES
        return opened(secret, head, key, body, first)[start - skipped : None if end is None else end - skipped]

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        found = await self._store.list(prefix)
        told: list[StoredObject] = []
        for room_id, group in groupby(found, lambda stored: _room_of(stored.key)):
            has_key = room_id is not None and await self._keys.of_room(room_id) is not None
            told += (msgspec.structs.replace(each, size=plain_size(each.size)) if has_key else each for each in group)
        return tuple(told)

    async def folders(self, prefix: str) -> tuple[str, ...]:
        return await self._store.folders(prefix)

    async def delete(self, keys: Sequence[str]) -> None:
        """Before the last objects of a room go, its key does: what a crash leaves between cannot be read any more."""
        going = set(keys)
        for room_id in {_room_of(key) for key in keys} - {None}:
            left = await self._store.list(room_folder(str(room_id)))
            if all(stored.key in going for stored in left):
                await self._keys.destroy(str(room_id))
        await self._store.delete(keys)

    async def key_id(self, room_id: str) -> str:
        """The id of the room's living key; empty where it has none."""
        found = await self._keys.of_room(room_id)
        return found.key_id if found else ""

    async def _whole(self, key: str) -> bytes:
        data = await self._store.get(key)
        secret = await self._secret(key, data[:HEADER_BYTES])
        return data if secret is None else await asyncio.to_thread(opened_whole, secret, key, data)

    async def _secret(self, key: str, head: bytes) -> bytes | None:
        """The key that opens an object which begins with `head`; `None` where nothing has to be opened."""
        room_id = _room_of(key)
        if room_id is None:
            return None
        key_id = key_id_of(head)
        if key_id is None:
            if await self._keys.of_room(room_id) is not None:
                raise Malformed("seal_broken", f"{key} is not sealed, though its room has a key")
            return None
        found = await self._keys.find(key_id)
        if found is None:
            raise Unavailable(f"{key} is sealed with key {key_id}, which is not in the key file")
        if not found.secret:
            raise Missing(f"{key}: its key was destroyed")
        return found.secret

    async def _key_for(self, key: str) -> RoomKey | None:
        """The key to seal with; `None` for a room that was there, unsealed, before there were keys."""
        room_id = _room_of(key)
        if room_id is None:
            return None
        known = await self._keys.of_room(room_id)
        if known is not None:
            return known
        there = await self._store.list(room_folder(room_id))
        if there and await self._secret(there[0].key, await self._store.get(there[0].key, length=HEADER_BYTES)) is None:
            return None
        return await self._keys.make(room_id)


def _room_of(key: str) -> str | None:
    room_id, slash, _ = key.removeprefix(ROOMS).partition("/")
    return room_id if key.startswith(ROOMS) and slash else None


def _sealed(room_key: RoomKey, place: str, data: bytes) -> bytes:
    return b"".join(_seal(room_key, place, lambda at: data[at : at + BLOCK_BYTES]))


def _seal_file(room_key: RoomKey, place: str, source: Path, target: Path) -> None:
    with source.open("rb") as plain, target.open("wb") as file:
        file.writelines(_seal(room_key, place, lambda _: plain.read(BLOCK_BYTES)))


def _seal(room_key: RoomKey, place: str, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Seal what `read` gives of the object from each place on, with a new salt."""
    head = header(room_key.key_id, secrets.token_bytes(SALT_BYTES))
    return sealed(room_key.secret, head, place, _blocks(read))


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    at = 0
    while block := read(at):
        yield block
        at += len(block)
