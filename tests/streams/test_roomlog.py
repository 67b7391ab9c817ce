"""A room's log: whole commands or nothing, one order for all who write, and no change unnoticed."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.ports import RecordingStore
from processors.folding import apply
from processors.layout import certificate_key, log_key
from processors.purging import certify
from schemas.asks import Command, LeaveTrack, PurgeRoom, ShareRecording
from schemas.errors import Conflict, Malformed, Unavailable
from schemas.facts import Entry, Refused, RoomClosed, TrackJoined, TrackLeft, entry_encoder
from schemas.keeping import StoredObject
from streams.roomlog import StoredRoomLog, first_misfit
from streams.stores import MemoryStore, open_store
from tests.rooms import (
    CLOSE,
    DAY_MS,
    JOIN_A,
    JOIN_B,
    OPEN,
    OPENED_MS,
    READY_ASKS,
    command,
    commands,
    finding,
    log_of,
    notice,
    seal,
)

NOW_MS = OPENED_MS


async def filled(store: RecordingStore, *asks) -> StoredRoomLog:
    rooms = StoredRoomLog(store)
    for asked in commands(*asks):
        assert not isinstance(await rooms.decide(asked, NOW_MS), Refused)
    return rooms


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RecordingStore:
    return open_store("memory://" if request.param == "memory" else tmp_path / "store")


async def test_a_room_outlives_the_process(store: RecordingStore) -> None:
    before = await (await filled(store, *READY_ASKS)).load("room")
    after = await StoredRoomLog(store).load("room")
    assert after == before
    assert after is not None
    assert after.ready


async def test_the_log_holds_what_was_decided(store: RecordingStore) -> None:
    rooms = await filled(store, *READY_ASKS)
    assert await rooms.entries("room") == log_of(*READY_ASKS)
    assert await rooms.verify("room") is None
    assert await rooms.room_ids() == ("room",)


async def test_a_replayed_command_returns_the_entries_of_the_first_time(store: RecordingStore) -> None:
    rooms = await filled(store, OPEN, JOIN_A, JOIN_B)
    first = await rooms.decide(command(CLOSE, "close"), NOW_MS)
    assert isinstance(first, tuple)
    assert [type(entry.fact) for entry in first] == [TrackLeft, TrackLeft, RoomClosed]
    assert await rooms.decide(command(CLOSE, "close"), NOW_MS + 9) == first
    assert await StoredRoomLog(store).decide(command(CLOSE, "close"), NOW_MS + 9) == first
    assert len(await rooms.entries("room")) == 6


async def test_all_entries_of_a_command_are_one_object(store: RecordingStore) -> None:
    """A crash can only fall before or after it."""
    await filled(store, OPEN, JOIN_A, JOIN_B, CLOSE, seal("a"), seal("b"))
    keys = [stored.key for stored in await store.list("rooms/room/")]
    assert keys == [log_key("room", position) for position in (0, 1, 2, 3, 6, 7)]
    assert len((await store.get(log_key("room", 7))).splitlines()) == 2


async def test_what_changes_nothing_is_not_written(store: RecordingStore) -> None:
    rooms = await filled(store, OPEN, JOIN_A)
    assert await rooms.decide(command(JOIN_A, "again"), NOW_MS) == ()
    assert len(await rooms.entries("room")) == 2


async def test_what_is_refused_is_not_written(store: RecordingStore) -> None:
    rooms = StoredRoomLog(store)
    answer = await rooms.decide(command(JOIN_A), NOW_MS)
    assert isinstance(answer, Refused)
    assert answer.reason == "unknown_room"
    assert await store.list("rooms/") == ()


async def test_two_processes_see_each_other(store: RecordingStore) -> None:
    one, other = StoredRoomLog(store), StoredRoomLog(store)
    await one.decide(command(OPEN, "open"), NOW_MS)
    await other.decide(command(JOIN_A, "join"), NOW_MS)
    seen = await one.load("room")
    assert seen is not None
    assert "a" in seen.tracks
    await one.decide(command(CLOSE, "close"), NOW_MS)
    assert await other.load("room") == await one.load("room")


@pytest.mark.parametrize("room_id", ["../room", "", "rooms/room", "a" * 65])
async def test_an_id_that_is_no_key_is_no_room(store: RecordingStore, room_id: str) -> None:
    rooms = StoredRoomLog(store)
    assert await rooms.load(room_id) is None
    answer = await rooms.decide(command(OPEN, room_id=room_id), NOW_MS)
    assert isinstance(answer, Refused)
    assert answer.reason == "invalid_id"


async def test_an_erased_room_is_unknown_and_leaves_nothing(store: RecordingStore) -> None:
    rooms = await filled(store, OPEN, JOIN_A)
    await rooms.erase("room")
    await rooms.erase("room")
    assert await store.list("rooms/") == ()
    assert await rooms.load("room") is None
    assert await rooms.room_ids() == ()


async def test_the_memory_of_rooms_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.roomlog.ROOMS_REMEMBERED", 2)
    rooms = StoredRoomLog(MemoryStore())
    for room_id in ("r1", "r2", "r3"):
        await rooms.decide(command(OPEN, room_id=room_id), NOW_MS)
    assert list(rooms._folded) == ["r2", "r3"]
    first = await rooms.load("r1")
    assert first is not None
    assert first.live


# --- purged rooms -----------------------------------------------------------------------------------------------


async def purged(store: RecordingStore) -> Entry:
    rooms = await filled(store, *READY_ASKS)
    answer = await rooms.decide(command(PurgeRoom(reason="over"), "purge"), NOW_MS + 120 * DAY_MS)
    assert isinstance(answer, tuple)
    return answer[0]


async def write_certificate(store: RecordingStore, entry: Entry) -> None:
    room = await StoredRoomLog(store).load("room")
    assert room is not None
    await store.put(certificate_key("room"), msgspec.json.encode(certify(room, entry, ())))


async def test_a_purged_room_answers_purged_for_ever(store: RecordingStore) -> None:
    entry = await purged(store)
    stale = StoredRoomLog(store)
    await stale.load("room")
    await write_certificate(store, entry)
    await store.delete([stored.key for stored in await store.list("rooms/room/")])
    for rooms in (stale, StoredRoomLog(store)):
        room = await rooms.load("room")
        assert room is not None
        assert (room.purged_ms, room.title) == (entry.at_ms, "")
        for ask in (OPEN, JOIN_A, ShareRecording(token="t")):
            answer = await rooms.decide(command(ask, "later"), NOW_MS)
            assert isinstance(answer, Refused)
            assert answer.reason == "purged"


@pytest.mark.parametrize("left", range(1, 9))
async def test_a_purge_that_was_cut_off_is_a_purge(left: int) -> None:
    """However much of the log is still there; its oldest objects go first."""
    store = MemoryStore()
    entry = await purged(store)
    stale = StoredRoomLog(store)
    await stale.load("room")
    await write_certificate(store, entry)
    keys = [stored.key for stored in await store.list("rooms/room/log/")]
    await store.delete(keys[:-left])
    for rooms in (stale, StoredRoomLog(store)):
        room = await rooms.load("room")
        assert room is not None
        assert room.purged_ms == entry.at_ms


async def test_a_room_that_is_deleted_while_it_is_read_is_gone() -> None:
    store = Vanishing()
    await purged(store)
    store.vanish = True
    assert await StoredRoomLog(store).load("room") is None


class Vanishing(MemoryStore):
    """Lists what is deleted before it can be read."""

    vanish = False

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        found = await super().list(prefix)
        if self.vanish:
            await self.delete([stored.key for stored in found])
        return found


# --- tampering --------------------------------------------------------------------------------------------------

TRUE_LINES = [entry_encoder.encode(entry) for entry in log_of(*READY_ASKS, notice())]


def test_a_true_log_fits() -> None:
    assert first_misfit("room", TRUE_LINES) is None
    assert first_misfit("room", []) is None


def changed(line: bytes) -> bytes:
    return entry_encoder.encode(msgspec.structs.replace(msgspec.json.decode(line, type=Entry), actor="mallory"))


@given(st.integers(0, len(TRUE_LINES) - 2))
def test_a_changed_entry_is_found(position: int) -> None:
    lines = [*TRUE_LINES[:position], changed(TRUE_LINES[position]), *TRUE_LINES[position + 1 :]]
    assert first_misfit("room", lines) == position


@given(st.integers(0, len(TRUE_LINES) - 2))
def test_a_missing_entry_is_found(position: int) -> None:
    assert first_misfit("room", TRUE_LINES[:position] + TRUE_LINES[position + 1 :]) == position


@given(st.integers(0, len(TRUE_LINES) - 1), st.data())
def test_every_changed_byte_is_found(position: int, data: st.DataObject) -> None:
    """In the last entry too, unless the change makes another valid entry, which only the next one could tell."""
    line = TRUE_LINES[position]
    place = data.draw(st.integers(0, len(line) - 1))
    broken = line[:place] + b"\x00" + line[place + 1 :]
    found = first_misfit("room", [*TRUE_LINES[:position], broken, *TRUE_LINES[position + 1 :]])
    assert found == position


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(TRUE_LINES[1].replace(b'"room"', b'"moor"'), id="of_another_room"),
        pytest.param(TRUE_LINES[1].replace(b":", b": ", 1), id="written_otherwise"),
        pytest.param(b'{"extra":1}', id="no_entry"),
    ],
)
def test_what_the_log_never_held_is_found(line: bytes) -> None:
    assert first_misfit("room", [TRUE_LINES[0], line, *TRUE_LINES[2:]]) == 1


async def test_verify_reads_the_stored_log(store: RecordingStore) -> None:
    rooms = await filled(store, OPEN, JOIN_A, JOIN_B)
    await store.put(log_key("room", 1), changed(await store.get(log_key("room", 1))) + b"\n")
    assert await rooms.verify("room") == 1


@pytest.mark.parametrize("content", [b"\xff\n", b"", b'{"extra":1}\n'])
async def test_a_log_that_cannot_be_read_says_so(content: bytes) -> None:
    store = MemoryStore()
    await filled(store, OPEN, JOIN_A)
    await store.put(log_key("room", 0), content)
    with pytest.raises(Malformed):
        await StoredRoomLog(store).load("room")


async def test_a_log_without_its_beginning_is_damaged_not_unknown() -> None:
    store = MemoryStore()
    await filled(store, OPEN, JOIN_A)
    await store.delete([log_key("room", 0)])
    with pytest.raises(Malformed):
        await StoredRoomLog(store).decide(command(OPEN, "again"), NOW_MS)


# --- two writers, crashes at any put ----------------------------------------------------------------------------

ASKS = st.sampled_from(
    [
        JOIN_A,
        JOIN_B,
        LeaveTrack(track_id="a"),
        LeaveTrack(track_id="b"),
        finding("f1", 0, 900),
        finding("f2", 60_000, 61_000),
        notice(),
        CLOSE,
        seal("a"),
        seal("b"),
    ]
)
FATES = st.sampled_from(["kept", "kept", "lost", "kept_unheard", "kept_and_conflict"])


class Rough(MemoryStore):
    """Lets others in before each operation; a put may be lost, kept with no word of it, or kept and called a conflict.

    The last is what a client's own retry makes of an answer that was lost.
    """

    def __init__(self, pauses: Sequence[int], fates: Iterable[str]) -> None:
        super().__init__()
        self._pauses = cycle(pauses)
        self._fates = deque(fates)

    async def _pause(self) -> None:
        for _ in range(next(self._pauses)):
            await asyncio.sleep(0)

    async def put(self, key: str, data: bytes | Path, *, if_absent: bool = False) -> None:
        await self._pause()
        fate = self._fates.popleft() if self._fates else "kept"
        if fate == "lost":
            raise Unavailable(key)
        await super().put(key, data, if_absent=if_absent)
        if fate == "kept_unheard":
            raise Unavailable(key)
        if fate == "kept_and_conflict":
            raise Conflict(key)

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        await self._pause()
        return await super().get(key, start=start, length=length)

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        await self._pause()
        return await super().list(prefix)


Answers = dict[str, tuple[Entry, ...] | Refused]


async def work_through(store: RecordingStore, asked: Sequence[Command], answers: Answers) -> None:
    """A process that dies at each failed put, starts anew, and is given the same command again."""
    rooms = StoredRoomLog(store)
    for each in asked:
        while each.command_id not in answers:
            try:
                answers[each.command_id] = await rooms.decide(each, NOW_MS)
            except Unavailable:
                rooms = StoredRoomLog(store)


async def race(store: RecordingStore, writers: Sequence[Sequence[Command]]) -> Answers:
    answers: Answers = {}
    await asyncio.gather(*(work_through(store, asked, answers) for asked in writers))
    return answers


@settings(max_examples=150, deadline=None)
@given(
    st.lists(ASKS, max_size=6),
    st.lists(ASKS, max_size=6),
    st.lists(st.integers(0, 3), min_size=1, max_size=7),
    st.lists(FATES, max_size=12),
)
def test_two_writers_and_any_crashes_make_one_unbroken_log(one: list, other: list, pauses: list, fates: list) -> None:
    store = Rough(pauses, fates)
    writers = [
        [command(OPEN, "open-1"), *(command(ask, f"one-{n}") for n, ask in enumerate(one))],
        [command(OPEN, "open-2"), *(command(ask, f"other-{n}") for n, ask in enumerate(other))],
    ]
    answers = asyncio.run(race(store, writers))
    rooms = StoredRoomLog(store)
    log = asyncio.run(rooms.entries("room"))
    assert asyncio.run(rooms.verify("room")) is None
    told = {command_id: answer for command_id, answer in answers.items() if isinstance(answer, tuple) and answer}
    written: dict[str, tuple[Entry, ...]] = {}
    room = None
    for entry in log:
        written[entry.command_id] = (*written.get(entry.command_id, ()), entry)
        room = apply(room, entry)
    assert written == told
    assert all(
        [e.last_of_command for e in command_log] == [False] * (len(command_log) - 1) + [True]
        for command_log in written.values()
    )
    assert room == asyncio.run(rooms.load("room"))
    assert sum(isinstance(answer, Refused) and answer.reason == "room_exists" for answer in answers.values()) == 1


async def test_of_two_joins_at_once_both_count(store: RecordingStore) -> None:
    await filled(store, OPEN)
    answers = await asyncio.gather(
        StoredRoomLog(store).decide(command(JOIN_A, "a"), NOW_MS),
        StoredRoomLog(store).decide(command(JOIN_B, "b"), NOW_MS),
    )
    facts = [answer[0].fact for answer in answers if isinstance(answer, tuple)]
    assert [type(fact) for fact in facts] == [TrackJoined, TrackJoined]
    assert await StoredRoomLog(store).verify("room") is None
