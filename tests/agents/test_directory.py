"""The directory answers every chunk and asks the log seldom."""

from agents.directory import KNOWN_FOR_MS, UNKNOWN_FOR_MS, RoomDirectory
from schemas.asks import Ask
from schemas.rooms import Room
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore
from tests.rooms import CLOSE, JOIN_A, JOIN_B, OPEN, OPENED_MS, command


class Counted(StoredRoomLog):
    """Counts how often it is read."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.loads = 0
        self._asked = 0

    async def load(self, room_id: str) -> Room | None:
        self.loads += 1
        return await super().load(room_id)

    async def take(self, *asks: Ask) -> None:
        for ask in asks:
            self._asked += 1
            await self.decide(command(ask, f"c{self._asked}"), OPENED_MS)
        self.loads = 0


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now_ms = OPENED_MS

    def __call__(self) -> int:
        return self.now_ms


async def make(*asks: Ask) -> tuple[Counted, Clock, RoomDirectory]:
    rooms, clock = Counted(), Clock()
    await rooms.take(*asks)
    return rooms, clock, RoomDirectory(rooms, clock)


async def test_a_known_track_is_looked_up_once() -> None:
    rooms, _, directory = await make(OPEN, JOIN_A)
    for _ in range(100):
        found = await directory.track("room", "a")
        assert found is not None
        assert (found[0].room_id, found[1].speaker) == ("room", "Anna")
    assert rooms.loads == 1


async def test_an_unknown_room_is_looked_for_once_a_second() -> None:
    rooms, clock, directory = await make()
    for _ in range(100):
        assert await directory.track("room", "a") is None
        assert await directory.room("room") is None
    assert rooms.loads == 1
    clock.now_ms += UNKNOWN_FOR_MS
    assert await directory.track("room", "a") is None
    assert rooms.loads == 2


async def test_an_unknown_track_of_a_known_room_is_looked_for_once_a_second() -> None:
    rooms, clock, directory = await make(OPEN, JOIN_A)
    for _ in range(100):
        assert await directory.track("room", "b") is None
    assert rooms.loads == 1
    await rooms.take(JOIN_B)
    clock.now_ms += UNKNOWN_FOR_MS
    found = await directory.track("room", "b")
    assert found is not None
    assert found[1].speaker == "Bert"


async def test_a_room_is_as_it_is_at_this_moment() -> None:
    rooms, _, directory = await make(OPEN, JOIN_A)
    before = await directory.room("room")
    await rooms.take(CLOSE)
    after = await directory.room("room")
    assert before is not None
    assert after is not None
    assert (before.live, after.live) == (True, False)


async def test_what_is_known_is_looked_up_again_after_a_minute() -> None:
    rooms, clock, directory = await make(OPEN, JOIN_A)
    await directory.track("room", "a")
    await rooms.erase("room")
    assert await directory.track("room", "a") is not None
    clock.now_ms += KNOWN_FOR_MS
    assert await directory.track("room", "a") is None


async def test_rooms_are_remembered_up_to_a_number(monkeypatch) -> None:
    monkeypatch.setattr("agents.directory.ROOMS_REMEMBERED", 1)
    rooms, _, directory = await make(OPEN, JOIN_A)
    await directory.track("room", "a")
    await directory.track("elsewhere", "a")
    await directory.track("room", "a")
    assert rooms.loads == 3


async def test_a_clock_that_goes_back_hides_nobody() -> None:
    rooms, clock, directory = await make()
    assert await directory.room("room") is None
    await rooms.take(OPEN, JOIN_A)
    clock.now_ms -= 3_600_000
    assert await directory.room("room") is not None
    assert await directory.track("room", "b") is None
    await rooms.take(JOIN_B)
    clock.now_ms -= 3_600_000
    assert await directory.track("room", "b") is not None
