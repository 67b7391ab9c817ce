"""The steward tells what was decided, marks the ends among the audio, and forgets what was not recorded."""

import pytest

from agents.steward import steward
from processors.layout import log_key
from schemas.asks import Ask, Command, LeaveTrack
from schemas.audio import RoomEnded, TrackEnded
from schemas.base import Record
from schemas.errors import Unavailable
from schemas.facts import (
    UNCHANGED,
    Entry,
    RecordingCompleted,
    Refused,
    RoomClosed,
    RoomOpened,
    TrackJoined,
    TrackLeft,
    TrackSealed,
)
from schemas.rooms import Room
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore
from tests.fakes import collect, deliveries
from tests.rooms import (
    CLOSE,
    CLOSED_ASKS,
    JOIN_A,
    OPEN,
    OPEN_UNRECORDED,
    OPENED_MS,
    command,
    commands,
    seal,
)

LEAVE_A = LeaveTrack(track_id="a")


def now() -> int:
    return OPENED_MS


def names(outputs: list[Record]) -> list[str]:
    return [type(output.fact if isinstance(output, Entry) else output).__name__ for output in outputs]


async def outputs_of(*asks: Ask, store: MemoryStore | None = None) -> list[Record]:
    return await collect(steward(StoredRoomLog(store or MemoryStore()), now), commands(*asks))


@pytest.mark.parametrize(
    ("asks", "told"),
    [
        pytest.param((OPEN, JOIN_A), [RoomOpened, TrackJoined], id="facts_are_told"),
        pytest.param((JOIN_A,), [Refused], id="a_refusal_is_told"),
        pytest.param((OPEN, JOIN_A, JOIN_A), [RoomOpened, TrackJoined, Refused], id="nothing_to_do_is_told"),
        pytest.param(
            (OPEN, JOIN_A, LEAVE_A), [RoomOpened, TrackJoined, TrackLeft, TrackEnded], id="a_track_ends_in_the_audio"
        ),
        pytest.param(
            CLOSED_ASKS,
            [
                *(RoomOpened, TrackJoined, TrackJoined),
                *(TrackLeft, TrackLeft, RoomClosed, TrackEnded, TrackEnded, RoomEnded),
            ],
            id="the_room_ends_after_its_tracks",
        ),
        pytest.param(
            (OPEN, CLOSE), [RoomOpened, RoomClosed, RecordingCompleted, RoomEnded], id="a_room_without_tracks"
        ),
        pytest.param(
            (OPEN, JOIN_A, CLOSE, seal("a")),
            [
                *(RoomOpened, TrackJoined, TrackLeft, RoomClosed, TrackEnded, RoomEnded),
                *(TrackSealed, RecordingCompleted),
            ],
            id="the_last_seal_completes_the_recording",
        ),
        pytest.param(
            (OPEN_UNRECORDED, JOIN_A, LEAVE_A, CLOSE),
            [RoomOpened, TrackJoined, TrackLeft, RoomClosed],
            id="no_ends_where_there_is_no_audio",
        ),
    ],
)
async def test_what_a_command_leads_to(asks: tuple[Ask, ...], told: list[type]) -> None:
    assert names(await outputs_of(*asks)) == [each.__name__ for each in told]


async def test_each_command_is_acknowledged() -> None:
    asked = deliveries(*commands(OPEN, JOIN_A, JOIN_A, CLOSE, CLOSE))
    await collect(steward(StoredRoomLog(MemoryStore()), now), asked)
    assert asked.all


async def test_a_command_is_acknowledged_after_all_that_it_led_to() -> None:
    store = MemoryStore()
    asked = deliveries(*commands(*CLOSED_ASKS))
    seen = [(type(output), asked.committed) async for output in steward(StoredRoomLog(store), now)(aiter(asked))]
    assert seen[-1] == (RoomEnded, 3)
    assert asked.all


async def test_a_replayed_command_has_the_same_outputs_again() -> None:
    store = MemoryStore()
    first = await outputs_of(*CLOSED_ASKS, store=store)
    again = await outputs_of(*CLOSED_ASKS, store=store)
    assert again == first


async def test_who_asks_for_what_is_so_already_learns_that() -> None:
    answer = (await outputs_of(OPEN, JOIN_A, JOIN_A))[-1]
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.command_id) == (UNCHANGED, "command-2")


async def test_nothing_is_left_of_an_unrecorded_room_when_it_has_closed() -> None:
    store = MemoryStore()
    await outputs_of(OPEN_UNRECORDED, JOIN_A, CLOSE, store=store)
    assert await store.list("") == ()


async def test_an_unrecorded_room_is_forgotten_only_after_its_close_was_told() -> None:
    """A crash before the acknowledgement brings the command again; the log must still be there to tell it again."""
    store = MemoryStore()
    agent = steward(StoredRoomLog(store), now)(aiter(deliveries(*commands(OPEN_UNRECORDED, CLOSE))))
    async for output in agent:
        assert isinstance(output, Entry)
        assert await store.list("rooms/room/")
    assert not await store.list("rooms/room/")


async def test_a_damaged_log_is_one_rooms_trouble() -> None:
    store = MemoryStore()
    await outputs_of(OPEN, store=store)
    await store.put(log_key("room", 0), b"?")
    rooms = StoredRoomLog(store)
    asked = deliveries(command(JOIN_A, "join"), command(OPEN, "open", room_id="other"))
    refused, opened = await collect(steward(rooms, now), asked)
    assert isinstance(refused, Refused)
    assert refused.reason == "log_damaged"
    assert isinstance(opened, Entry)
    assert asked.all


class Away(StoredRoomLog):
    """Is away for the first calls of each kind."""

    def __init__(self, failures: int) -> None:
        super().__init__(MemoryStore())
        self._left = {"decide": failures, "erase": failures, "load": failures}

    def _fail(self, name: str) -> None:
        self._left[name] -= 1
        if self._left[name] >= 0:
            raise Unavailable(name)

    async def decide(self, command: Command, now_ms: int) -> tuple[Entry, ...] | Refused:
        self._fail("decide")
        return await super().decide(command, now_ms)

    async def load(self, room_id: str) -> Room | None:
        self._fail("load")
        return await super().load(room_id)

    async def erase(self, room_id: str) -> None:
        self._fail("erase")
        await super().erase(room_id)


async def test_an_outage_is_waited_out() -> None:
    asked = deliveries(*commands(OPEN_UNRECORDED, CLOSE))
    told = await collect(steward(Away(failures=1), now), asked)
    assert names(told) == ["RoomOpened", "RoomClosed"]
    assert asked.all
