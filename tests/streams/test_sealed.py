"""What is kept of a room is sealed with its key, opens nowhere else, and is gone for good once the key is."""

import asyncio
import os
import secrets
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.layout import part_key, parts_folder
from processors.parts import decode_part
from processors.sealing import BLOCK_BYTES, KEY_BYTES, header, opened_whole, plain_size, sealed
from schemas.asks import Command, OpenRoom
from schemas.audio import PartStored
from schemas.errors import Conflict, Invalid, Malformed, Missing, Unavailable
from streams.kept import open_kept
from streams.keys import KeyFile, Keys, RoomKey
from streams.roomlog import StoredRoomLog
from streams.sealed import SealedStore
from streams.settings import Settings
from streams.stores import MemoryStore, open_store
from streams.verification import verify_room
from tests.agents.test_recorder import ENDED, chunk, of, run
from tests.streams.test_verification import recorded

WORDS = b"what somebody said in confidence"


class KeyService:
    """A key management service, as its adapter sees it."""

    def __init__(self) -> None:
        self.made: dict[str, RoomKey] = {}

    async def of_room(self, room_id: str) -> RoomKey | None:
        return next((key for key in self.made.values() if key.room_id == room_id and key.secret), None)

    async def make(self, room_id: str) -> RoomKey:
        known = await self.of_room(room_id)
        fresh = RoomKey(key_id=secrets.token_hex(16), room_id=room_id, secret=secrets.token_bytes(KEY_BYTES))
        return known or self.made.setdefault(fresh.key_id, fresh)

    async def find(self, key_id: str) -> RoomKey | None:
        return self.made.get(key_id)

    async def destroy(self, room_id: str) -> None:
        for key in list(self.made.values()):
            if key.room_id == room_id:
                self.made[key.key_id] = RoomKey(key_id=key.key_id, room_id=room_id, secret=b"")


@pytest.fixture(params=["file", "service"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Keys:
    return KeyFile(tmp_path / "keys.db") if request.param == "file" else KeyService()


@pytest.fixture
def plain() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def store(plain: MemoryStore, keys: Keys) -> SealedStore:
    return SealedStore(plain, keys)


async def test_nothing_that_was_put_can_be_read_below(store: SealedStore, plain: MemoryStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(WORDS)
    await store.put("rooms/r/log/00000000.json", WORDS)
    await store.put("rooms/r/recording/audio.m4a", tmp_path / "file")
    for stored in await plain.list("rooms/r/"):
        assert WORDS not in await plain.get(stored.key)
    assert [stored.size for stored in await store.list("rooms/r/")] == [len(WORDS), len(WORDS)]


async def test_a_certificate_stays_readable(store: SealedStore, plain: MemoryStore) -> None:
    await store.put("certificates/r.json", b"purged")
    assert await plain.get("certificates/r.json") == b"purged"


SIZES = st.one_of(st.integers(0, 40), st.integers(-2, 2).map(lambda n: 2 * BLOCK_BYTES + n), st.just(BLOCK_BYTES))


@settings(max_examples=60, deadline=None)
@given(size=SIZES, start=st.integers(0, 3 * BLOCK_BYTES), length=st.none() | st.integers(0, 3 * BLOCK_BYTES))
def test_any_range_is_that_range_of_what_was_put(size: int, start: int, length: int | None) -> None:
    async def ranged() -> None:
        store = SealedStore(MemoryStore(), KeyService())
        data = secrets.token_bytes(size)
        await store.put("rooms/r/a", data)
        assert await store.get("rooms/r/a") == data
        end = None if length is None else start + length
        assert await store.get("rooms/r/a", start=start, length=length) == data[start:end]
        assert (await store.list("rooms/r/"))[0].size == size

    asyncio.run(ranged())


async def test_two_recorders_that_write_the_same_part_do_not_conflict(store: SealedStore, plain: MemoryStore) -> None:
    """Sealed twice it is two different objects; the second recorder compares what is in them."""
    first, source = await run(store, *(chunk(n) for n in range(20)), ENDED)  # type: ignore[arg-type]  # a store it is
    before = {stored.key: await plain.get(stored.key) for stored in await plain.list("")}
    again, source_again = await run(store, *(chunk(n) for n in range(20)), ENDED)  # type: ignore[arg-type]
    assert source.all
    assert source_again.all
    assert {part.sha256 for part in of(PartStored, first)} == {part.sha256 for part in of(PartStored, again)}
    assert {stored.key: await plain.get(stored.key) for stored in await plain.list("")} == before
    parts = [decode_part(await store.get(stored.key)) for stored in await store.list(parts_folder("r", "t0"))]
    assert [kept.data for part in parts for kept in part.chunks] == [chunk(n).data for n in range(20)]
    with pytest.raises(Conflict):
        await store.put(part_key("r", "t0", 0), b"other", if_absent=True)


async def test_each_room_has_a_key_of_its_own(store: SealedStore, keys: Keys) -> None:
    await store.put("rooms/a/x", WORDS)
    await store.put("rooms/b/x", WORDS)
    first, second = await keys.of_room("a"), await keys.of_room("b")
    assert first is not None
    assert second is not None
    assert first.secret != second.secret


async def test_with_the_last_object_of_a_room_goes_its_key_and_with_it_every_backup(
    store: SealedStore, plain: MemoryStore
) -> None:
    await store.put("rooms/r/a", WORDS)
    await store.put("rooms/r/b", WORDS)
    backup = {key: await plain.get(key) for key in ("rooms/r/a", "rooms/r/b")}
    await store.delete(["rooms/r/a"])
    assert await store.get("rooms/r/b") == WORDS
    await store.delete(["rooms/r/b"])
    for key, data in backup.items():
        await plain.put(key, data)
        with pytest.raises(Missing):
            await store.get(key)


async def test_after_a_crash_between_key_and_objects_the_room_is_gone_and_can_be_deleted_again(
    store: SealedStore, plain: MemoryStore, keys: Keys
) -> None:
    await store.put("rooms/r/log/00000000.json", b"{}")
    await keys.destroy("r")
    assert await StoredRoomLog(store).load("r") is None
    await store.delete(["rooms/r/log/00000000.json"])
    assert await plain.list("") == ()


async def test_a_room_that_is_opened_again_gets_another_key(store: SealedStore, keys: Keys) -> None:
    await store.put("rooms/r/a", WORDS)
    before = await keys.of_room("r")
    await store.delete(["rooms/r/a"])
    await store.put("rooms/r/a", b"new")
    after = await keys.of_room("r")
    assert await store.get("rooms/r/a") == b"new"
    assert before is not None
    assert after is not None
    assert before.key_id != after.key_id


async def test_another_key_file_is_told_from_a_damaged_object(store: SealedStore, plain: MemoryStore) -> None:
    await store.put("rooms/r/a", WORDS)
    other = SealedStore(plain, KeyService())
    for call in (other.get("rooms/r/a"), other.get("rooms/r/a", start=1, length=2), other.put("rooms/r/b", b"x")):
        with pytest.raises(Unavailable, match="not in the key file"):
            await call


async def test_a_log_that_is_read_without_keys_says_what_is_missing(store: SealedStore, plain: MemoryStore) -> None:
    ask = OpenRoom(title="Tea", host="Anna", record=True, policy="article_2022")
    await StoredRoomLog(store).decide(Command(command_id="c", room_id="r", actor="a", at_ms=1, ask=ask), 1)
    room = await StoredRoomLog(store).load("r")
    assert room is not None
    assert room.title == "Tea"
    with pytest.raises(Malformed, match="EARWITNESS_KEYS"):
        await StoredRoomLog(plain).load("r")
    with pytest.raises(Unavailable, match="EARWITNESS_KEYS"):
        await verify_room(plain, "r")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[:-1], id="cut off"),
        pytest.param(lambda data: data[: -BLOCK_BYTES // 2], id="cut off at another place"),
        pytest.param(lambda data: data[: 52 + BLOCK_BYTES + 16], id="cut off between blocks"),
        pytest.param(lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:], id="one bit"),
        pytest.param(lambda data: data[:30] + bytes([data[30] ^ 1]) + data[31:], id="one bit of the salt"),
        pytest.param(lambda data: data[:52], id="header only"),
        pytest.param(lambda data: b"not sealed at all", id="replaced by something plain"),
    ],
)
async def test_what_was_changed_does_not_open(store: SealedStore, plain: MemoryStore, damage: object) -> None:
    await store.put("rooms/r/a", bytes(2 * BLOCK_BYTES))
    await plain.put("rooms/r/a", damage(await plain.get("rooms/r/a")))  # type: ignore[operator]  # a function above
    with pytest.raises(Malformed):
        await store.get("rooms/r/a")


async def test_an_object_that_was_moved_does_not_open(store: SealedStore, plain: MemoryStore) -> None:
    await store.put("rooms/r/a", WORDS)
    await plain.put("rooms/r/b", await plain.get("rooms/r/a"))
    with pytest.raises(Malformed):
        await store.get("rooms/r/b")


async def test_a_room_from_before_there_were_keys_goes_on_unsealed(store: SealedStore, plain: MemoryStore) -> None:
    await plain.put("rooms/old/log/00000000.json", WORDS)
    await store.put("rooms/old/tracks/t/parts/000000.part", WORDS)
    assert await plain.get("rooms/old/tracks/t/parts/000000.part") == WORDS
    assert await store.get("rooms/old/log/00000000.json", start=5, length=3) == WORDS[5:8]
    assert {stored.size for stored in await store.list("rooms/old/")} == {len(WORDS)}


def test_sealing_again_gives_other_bytes_and_the_same_content() -> None:
    secret = secrets.token_bytes(KEY_BYTES)
    once, twice = (b"".join(sealed(secret, header("ab" * 16, os.urandom(32)), "k", [WORDS])) for _ in range(2))
    assert once != twice
    assert opened_whole(secret, "k", once) == opened_whole(secret, "k", twice) == WORDS
    assert plain_size(len(once)) == len(WORDS)


@pytest.mark.parametrize("key", sorted(recorded()))
async def test_a_sealed_room_is_verified_by_the_digests_of_what_was_put(
    store: SealedStore, plain: MemoryStore, key: str
) -> None:
    for name, data in recorded().items():
        await store.put(name, data)
    found = await verify_room(store, "r")
    assert (found.whole, found.bytes) == (True, sum(len(data) for data in recorded().values()))
    data = await plain.get(key)
    await plain.put(key, data[:-1] + bytes([data[-1] ^ 1]))
    found = await verify_room(store, "r", found.head)
    assert not found.whole
    assert key in {fault.key for fault in found.faults}


# --- the key file -----------------------------------------------------------------------------------------------------


async def test_a_key_file_keeps_its_keys_and_is_for_its_owner_only(tmp_path: Path) -> None:
    made = await KeyFile(tmp_path / "keys.db").make("r")
    assert await KeyFile(tmp_path / "keys.db").of_room("r") == made
    assert (tmp_path / "keys.db").stat().st_mode & 0o777 == 0o600
    assert made.secret.hex() not in repr(made)


async def test_of_many_who_make_a_key_at_once_all_get_the_same(tmp_path: Path) -> None:
    files = [KeyFile(tmp_path / "keys.db") for _ in range(8)]
    assert len({(await made).secret for made in asyncio.as_completed([file.make("r") for file in files])}) == 1


async def test_of_a_destroyed_key_nothing_but_its_id_is_left_in_the_file(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.db")
    made = await file.make("r")
    assert made.secret in (tmp_path / "keys.db").read_bytes()
    await file.destroy("r")
    assert made.secret not in (tmp_path / "keys.db").read_bytes()
    assert os.listdir(tmp_path) == ["keys.db"]
    assert await file.find(made.key_id) == RoomKey(key_id=made.key_id, room_id="r", secret=b"")


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"my shopping list, which is long enough to be no database " * 20)
    with pytest.raises(Invalid) as refused:
        KeyFile(tmp_path / "keys.db")
    assert refused.value.field == "EARWITNESS_KEYS"


async def test_the_setting_seals_and_its_absence_does_not(tmp_path: Path) -> None:
    on = open_kept(Settings(store=str(tmp_path / "on"), keys=str(tmp_path / "keys.db")))
    off = open_kept(Settings(store=str(tmp_path / "off")))
    for store in (on, off):
        await store.put("rooms/r/a", WORDS)
    assert await open_store(tmp_path / "on").get("rooms/r/a") != WORDS
    assert await open_store(tmp_path / "off").get("rooms/r/a") == WORDS
