"""Rooms whose time is over are found, deleted everywhere, and vouched for; others are left alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.janitor import INDICES, janitor, sweep
from agents.ports import RecordingStore
from agents.steward import steward
from processors.folding import digest
from processors.layout import audio_key, certificate_key, log_key, part_key, transcript_key
from schemas.asks import Ask, DecideCase, PurgeRoom
from schemas.errors import Missing, Unavailable
from schemas.facts import Entry, Refused, RoomPurged
from schemas.keeping import Certificate, Document
from streams.keys import KeyFile
from streams.roomlog import StoredRoomLog
from streams.sealed import SealedStore
from streams.stores import MemoryStore
from tests.fakes import collect, deliveries
from tests.rooms import (
    CLOSED_ASKS,
    DAY_MS,
    JOIN_A,
    OPEN,
    OPENED_MS,
    READY_ASKS,
    command,
    commands,
    log_of,
    notice,
)

OVER_MS = OPENED_MS + 120 * DAY_MS
KEPT = (part_key("room", "a", 0), part_key("room", "b", 0), audio_key("room"), transcript_key("room"))


class DocumentIndex:
    """Documents of each index in a dictionary; away for the first calls when told so."""

    def __init__(self, failures: int = 0) -> None:
        self.documents = {(name, room_id): True for name in INDICES for room_id in ("room", "other")}
        self.refreshed = 0
        self._failures = failures

    async def put(self, documents: Sequence[Document]) -> None:
        self.documents |= {(document.index, document.room_id): True for document in documents}

    async def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        return {"hits": {"hits": [key for key in self.documents if key[0] == index]}}

    async def remove(self, index: str, terms: dict[str, str]) -> None:
        self._failures -= 1
        if self._failures >= 0:
            raise Unavailable(index)
        self.documents.pop((index, terms["room_id"]), None)

    async def refresh(self) -> None:
        self.refreshed += 1


def over() -> int:
    return OVER_MS


async def kept(*asks: Ask, room_id: str = "room") -> MemoryStore:
    store = MemoryStore()
    await take(store, *asks, room_id=room_id)
    for key in KEPT:
        await store.put(key, b"0123456789")
    return store


async def take(store: RecordingStore, *asks: Ask, room_id: str = "room") -> None:
    rooms = StoredRoomLog(store)
    for asked in commands(*asks, room_id=room_id):
        assert not isinstance(await rooms.decide(asked, OPENED_MS), Refused)


async def purge_entry(store: RecordingStore) -> Entry:
    answer = await StoredRoomLog(store).decide(command(PurgeRoom(reason="over"), "purge"), OVER_MS)
    assert isinstance(answer, tuple)
    return answer[0]


async def keys(store: MemoryStore) -> list[str]:
    return [stored.key for stored in await store.list("")]


async def test_a_purge_leaves_a_certificate_and_nothing_else() -> None:
    store, index = await kept(*READY_ASKS), DocumentIndex()
    held = await store.list("rooms/room/")
    entry = await purge_entry(store)
    events = deliveries(entry)
    assert await collect(janitor(StoredRoomLog(store), store, index, over), events) == []
    assert events.all
    assert await keys(store) == [certificate_key("room")]
    certificate = msgspec.json.decode(await store.get(certificate_key("room")), type=Certificate)
    assert (certificate.reason, certificate.purged_ms, certificate.head) == ("over", OVER_MS, digest(entry))
    assert len(certificate.objects) == len(held) + 1
    assert certificate.bytes == sum(stored.size for stored in certificate.objects)


async def test_the_purge_of_a_sealed_room_destroys_its_key_and_its_certificate_names_it(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.db")
    plain = MemoryStore()
    store = SealedStore(plain, file)
    await take(store, *READY_ASKS)
    await store.put(KEPT[0], b"what was said")
    key_id = await store.key_id("room")
    backup = await plain.get(KEPT[0])
    entry = await purge_entry(store)
    await collect(janitor(StoredRoomLog(store), store, DocumentIndex(), over, store.key_id), [entry])
    certificate = msgspec.json.decode(await plain.get(certificate_key("room")), type=Certificate)
    assert certificate.key_id == key_id != ""
    destroyed = await file.find(key_id)
    assert destroyed is not None
    assert destroyed.secret == b""
    await plain.put(KEPT[0], backup)
    with pytest.raises(Missing):
        await store.get(KEPT[0])


async def test_a_purged_room_is_in_no_index_and_the_others_are() -> None:
    store, index = await kept(*READY_ASKS), DocumentIndex()
    await collect(janitor(StoredRoomLog(store), store, index, over), [await purge_entry(store)])
    assert set(index.documents) == {(name, "other") for name in INDICES}
    assert index.refreshed


async def test_a_purged_room_answers_purged_and_cannot_be_opened_again() -> None:
    store = await kept(*READY_ASKS)
    rooms = StoredRoomLog(store)
    await collect(janitor(rooms, store, DocumentIndex(), over), [await purge_entry(store)])
    for log in (rooms, StoredRoomLog(store)):
        answer = await log.decide(command(OPEN, "again"), OVER_MS)
        assert isinstance(answer, Refused)
        assert answer.reason == "purged"
    assert await rooms.room_ids() == ()


async def test_a_purge_can_be_carried_out_again() -> None:
    store, index = await kept(*READY_ASKS), DocumentIndex()
    entry = await purge_entry(store)
    await collect(janitor(StoredRoomLog(store), store, index, over), [entry])
    certificate = await store.get(certificate_key("room"))
    await collect(janitor(StoredRoomLog(store), store, index, over), [entry, entry])
    assert await store.get(certificate_key("room")) == certificate


class Mortal(MemoryStore):
    """Dies in the middle of deleting, after `lives` objects."""

    lives = 0

    async def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.lives -= 1
            if self.lives < 0:
                raise RuntimeError("killed")
            await super().delete([key])


@pytest.mark.parametrize("lives", range(14))
async def test_a_purge_cut_off_anywhere_is_finished_by_its_replay_with_the_whole_certificate(lives: int) -> None:
    store = Mortal()
    await take(store, *READY_ASKS)
    for key in KEPT:
        await store.put(key, b"0123456789")
    entry = await purge_entry(store)
    held = len(await keys(store))
    store.lives = lives
    events = deliveries(entry)
    with pytest.raises(RuntimeError):
        await collect(janitor(StoredRoomLog(store), store, DocumentIndex(), over), events)
    assert not events.all
    store.lives = 100
    await collect(janitor(StoredRoomLog(store), store, DocumentIndex(), over), [entry])
    assert await keys(store) == [certificate_key("room")]
    certificate = msgspec.json.decode(await store.get(certificate_key("room")), type=Certificate)
    assert len(certificate.objects) == held


async def test_an_event_that_the_log_does_not_know_deletes_nothing() -> None:
    store, index = await kept(*READY_ASKS), DocumentIndex()
    forged = msgspec.structs.replace(log_of(OPEN)[0], fact=RoomPurged(reason="forged"))
    before = await keys(store)
    events = deliveries(forged, msgspec.structs.replace(forged, room_id="nowhere"))
    await collect(janitor(StoredRoomLog(store), store, index, over), events)
    assert await keys(store) == before
    assert ("rooms", "room") in index.documents
    assert events.all


async def test_other_events_pass() -> None:
    store = await kept(*READY_ASKS)
    before = await keys(store)
    events = deliveries(*log_of(*READY_ASKS))
    await collect(janitor(StoredRoomLog(store), store, DocumentIndex(), over), events)
    assert await keys(store) == before
    assert events.all


async def test_an_outage_is_waited_out() -> None:
    store, index = await kept(*READY_ASKS), DocumentIndex(failures=1)
    events = deliveries(await purge_entry(store))
    await collect(janitor(StoredRoomLog(store), store, index, over), events)
    assert set(index.documents) == {(name, "other") for name in INDICES}
    assert events.all


async def test_a_sweep_names_the_rooms_whose_time_is_over_and_touches_nothing() -> None:
    store = await kept(*READY_ASKS, room_id="over")
    await take(store, OPEN, JOIN_A, room_id="live")
    await take(store, *READY_ASKS, notice(), room_id="reported")
    before = await keys(store)
    asked = await sweep(StoredRoomLog(store), over)
    assert [(each.room_id, each.command_id) for each in asked] == [("over", "purge:over")]
    assert await keys(store) == before
    assert await sweep(StoredRoomLog(store), lambda: OVER_MS - 1) == ()


async def test_a_sweep_passes_over_a_damaged_log() -> None:
    store = await kept(*CLOSED_ASKS)
    await take(store, *CLOSED_ASKS, room_id="broken")
    await store.put(log_key("broken", 0), b"?")
    assert [each.room_id for each in await sweep(StoredRoomLog(store), over)] == ["room"]


async def test_a_sweep_leads_to_a_purge_by_way_of_the_steward() -> None:
    store = await kept(*READY_ASKS)
    rooms = StoredRoomLog(store)
    events = await collect(steward(rooms, over), list(await sweep(rooms, over)))
    await collect(janitor(rooms, store, DocumentIndex(), over), events)
    assert await keys(store) == [certificate_key("room")]
    assert await sweep(rooms, over) == ()


async def test_a_sweep_finishes_what_a_lost_event_left_undone() -> None:
    store = await kept(*READY_ASKS)
    rooms = StoredRoomLog(store)
    lost = await collect(steward(rooms, over), list(await sweep(rooms, over)))
    found_again = await collect(steward(rooms, over), list(await sweep(rooms, over)))
    assert found_again == lost
    await collect(janitor(rooms, store, DocumentIndex(), over), found_again)
    assert await keys(store) == [certificate_key("room")]


async def test_a_decided_case_keeps_the_room_for_the_appeal() -> None:
    store = await kept(*READY_ASKS, notice(), DecideCase(case_id="room-case-1", violation=True))
    rooms = StoredRoomLog(store)
    assert await sweep(rooms, over) == ()
    assert len(await sweep(rooms, lambda: OPENED_MS + 184 * DAY_MS)) == 1
