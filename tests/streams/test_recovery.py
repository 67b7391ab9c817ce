"""A room that comes back from a backup is asked again for what the ledger says was erased from it, and nothing else."""

from typing import Any

import msgspec
import pytest

from processors.layout import erasure_key
from schemas.asks import Ask, Command, EraseSpeaker
from schemas.base import Record
from schemas.keeping import Erasure
from streams.recovery import erase_again
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore
from tests.rooms import OPENED_MS, READY_ASKS, commands

ERASE = EraseSpeaker(speaker="Anna")


async def asked_again(*asks: Ask, room_id: str = "room") -> list[Any]:
    """What is asked of a room whose log has these asks, where the ledger says that track `a` was erased."""
    store = MemoryStore()
    log = StoredRoomLog(store)
    for command in commands(*asks):
        await log.decide(command, OPENED_MS)
    line = Erasure(room_id=room_id, track_ids=("a",), requested_ms=OPENED_MS, position=9)
    await store.put(erasure_key(room_id, 9), msgspec.json.encode(line))
    published: list[Record] = []

    async def publish(record: Record) -> None:
        published.append(record)

    assert await erase_again(log, store, publish, OPENED_MS) == len(published)
    return published


async def test_a_restored_room_is_asked_again_for_the_erasure_that_its_log_has_lost() -> None:
    (command,) = await asked_again(*READY_ASKS)
    assert isinstance(command, Command)
    assert command.ask == ERASE


@pytest.mark.parametrize(
    ("asks", "room_id"),
    [((*READY_ASKS, ERASE), "room"), (READY_ASKS, "purged-long-ago")],
    ids=["erased-already", "no-such-room"],
)
async def test_nothing_is_asked_where_nothing_is_to_be_done(asks: tuple[Ask, ...], room_id: str) -> None:
    assert await asked_again(*asks, room_id=room_id) == []
