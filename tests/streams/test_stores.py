"""One contract, three stores (memory, a folder, S3 as moto's server speaks it), each plain and sealed."""

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

from agents.ports import RecordingStore
from schemas.errors import Conflict, Invalid, Missing, Unavailable
from schemas.keeping import StoredObject
from streams import folders, stores
from streams.keys import KeyFile
from streams.sealed import SealedStore
from streams.stores import MemoryStore, open_store


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> RecordingStore:
    bucket = f"rooms-{os.urandom(4).hex()}"
    urlopen(Request(f"{s3_endpoint}/{bucket}", method="PUT"))
    for name, value in {
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return open_store(f"s3://{bucket}/kept")


@pytest.fixture(params=["memory", "folder", "s3", "memory, sealed", "folder, sealed", "s3, sealed"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RecordingStore:
    name, _, sealed = request.param.partition(", ")
    if name == "s3":
        plain = request.getfixturevalue("s3")
    else:
        plain = open_store("memory://" if name == "memory" else tmp_path / "store")
    return SealedStore(plain, KeyFile(tmp_path / "keys" / "rooms.db")) if sealed else plain


def files_under(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def test_what_was_put_is_got(store: RecordingStore) -> None:
    await store.put("rooms/r/log/00000000.json", b"one")
    await store.put("rooms/r/log/00000000.json", b"two")
    assert await store.get("rooms/r/log/00000000.json") == b"two"


async def test_an_empty_object_is_an_object(store: RecordingStore) -> None:
    await store.put("rooms/r/empty", b"")
    assert await store.get("rooms/r/empty") == b""


async def test_a_file_is_kept_and_stays_where_it_was(store: RecordingStore, tmp_path: Path) -> None:
    (tmp_path / "audio.m4a").write_bytes(b"sound")
    await store.put("rooms/r/recording/audio.m4a", tmp_path / "audio.m4a")
    assert await store.get("rooms/r/recording/audio.m4a") == b"sound"
    assert (tmp_path / "audio.m4a").exists()


async def test_a_large_file_goes_up_in_pieces_and_comes_back_whole(store: RecordingStore, tmp_path: Path) -> None:
    data = os.urandom(stores.PIECE_BYTES * 2 + 1)
    (tmp_path / "large").write_bytes(data)
    await store.put("rooms/r/large", tmp_path / "large")
    assert await store.get("rooms/r/large") == data


async def test_put_if_absent_keeps_what_is_there(store: RecordingStore) -> None:
    await store.put("rooms/r/a", b"first", if_absent=True)
    with pytest.raises(Conflict):
        await store.put("rooms/r/a", b"second", if_absent=True)
    assert await store.get("rooms/r/a") == b"first"


async def test_of_many_who_put_if_absent_one_wins(store: RecordingStore) -> None:
    async def attempt(n: int) -> int | None:
        try:
            await store.put("rooms/r/a", str(n).encode(), if_absent=True)
        except Conflict:
            return None
        return n

    winners = [n for n in await asyncio.gather(*map(attempt, range(8))) if n is not None]
    assert len(winners) == 1
    assert await store.get("rooms/r/a") == str(winners[0]).encode()


async def test_what_is_not_there_is_missing(store: RecordingStore) -> None:
    with pytest.raises(Missing):
        await store.get("rooms/r/nothing")
    with pytest.raises(Missing):
        await store.get("rooms/r/nothing", start=2, length=0)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        pytest.param(2, None, b"23456789", id="from_a_place_on"),
        pytest.param(2, 3, b"234", id="a_stretch"),
        pytest.param(0, 4, b"0123", id="the_beginning"),
        pytest.param(8, 100, b"89", id="past_the_end"),
        pytest.param(10, 5, b"", id="behind_the_end"),
        pytest.param(50, None, b"", id="far_behind_the_end"),
        pytest.param(3, 0, b"", id="nothing"),
    ],
)
async def test_a_range_is_got(store: RecordingStore, start: int, length: int | None, expected: bytes) -> None:
    await store.put("rooms/r/digits", b"0123456789")
    assert await store.get("rooms/r/digits", start=start, length=length) == expected


async def test_a_list_is_by_key_and_of_one_folder_only(store: RecordingStore) -> None:
    for key in ("rooms/r/b/2", "rooms/r/a", "rooms/r2/a", "rooms/r/b/1"):
        await store.put(key, key.encode())
    expected = ("rooms/r/a", "rooms/r/b/1", "rooms/r/b/2")
    assert await store.list("rooms/r/") == tuple(StoredObject(key=key, size=len(key)) for key in expected)
    assert await store.list("rooms/none/") == ()


async def test_a_list_goes_on_over_all_pages(store: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    await asyncio.gather(*(store.put(f"rooms/r/{n:04}", b"") for n in range(35)))
    assert [stored.key for stored in await store.list("rooms/r/")] == [f"rooms/r/{n:04}" for n in range(35)]


async def test_folders_are_named_once_and_files_are_none(store: RecordingStore) -> None:
    for key in ("rooms/b/log/1", "rooms/a/log/1", "rooms/a/log/2", "rooms/file", "other/c/1"):
        await store.put(key, b"")
    assert await store.folders("rooms/") == ("a", "b")
    assert await store.folders("nowhere/") == ()


async def test_what_was_deleted_is_gone_and_deleting_again_is_no_error(store: RecordingStore) -> None:
    for key in ("rooms/r/a", "rooms/r/b", "rooms/r/c"):
        await store.put(key, b"x")
    await store.delete(["rooms/r/a", "rooms/r/nothing", "rooms/r/b"])
    await store.delete(["rooms/r/a"])
    await store.delete([])
    assert [stored.key for stored in await store.list("rooms/")] == ["rooms/r/c"]
    await store.put("rooms/r/a", b"again", if_absent=True)


async def test_a_folder_keeps_its_objects_over_a_restart_and_stages_nothing_for_good(tmp_path: Path) -> None:
    await open_store(tmp_path).put("rooms/r/a", b"kept")
    with pytest.raises(Conflict):
        await open_store(f"file://{tmp_path}").put("rooms/r/a", b"other", if_absent=True)
    assert await open_store(tmp_path).get("rooms/r/a") == b"kept"
    assert files_under(tmp_path) == ["a"]


def test_what_a_crash_left_staged_is_cleared_once_it_is_old(tmp_path: Path) -> None:
    folders.prepare(tmp_path)
    for name, modified in (("old", 0), ("new", None)):
        (tmp_path / ".staging" / name).write_bytes(b"half")
        if modified is not None:
            os.utime(tmp_path / ".staging" / name, (modified, modified))
    folders.prepare(tmp_path)
    assert [path.name for path in (tmp_path / ".staging").iterdir()] == ["new"]


async def test_a_folder_loses_empty_folders_with_their_last_file(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    await store.put("rooms/r/log/1", b"x")
    await store.delete(["rooms/r/log/1"])
    assert list((tmp_path / "rooms").iterdir()) == []


@pytest.mark.parametrize("key", ["../outside", "rooms/../../outside", "/etc/outside", "rooms//r", ".staging/x"])
async def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(Invalid):
        await open_store(tmp_path).put(key, b"x")


async def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        open_store(tmp_path / "file" / "store")


async def test_a_full_disk_says_so_keeps_nothing_half_and_takes_again_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path / "store")
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_space)
        with pytest.raises(Unavailable, match="no room is left"):
            await store.put("rooms/r/part", b"sound", if_absent=True)
    assert files_under(tmp_path) == []
    await store.put("rooms/r/part", b"sound", if_absent=True)
    assert await store.get("rooms/r/part") == b"sound"


def no_space(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


async def test_a_store_that_is_away_is_unavailable(s3: RecordingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    away = open_store("s3://bucket")
    for call in (away.put("a/b", b""), away.get("a/b"), away.list("a/"), away.folders("a/"), away.delete(["a/b"])):
        with pytest.raises(Unavailable):
            await call


def test_memory_is_forgotten_with_its_store() -> None:
    assert isinstance(open_store("memory://"), MemoryStore)
