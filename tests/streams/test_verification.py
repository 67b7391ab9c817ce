"""A room that nobody touched is whole; whatever byte of it is changed, its object is named, and nothing else."""

import asyncio
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.assembler import assembler
from agents.recorder import recorder
from processors.layout import manifest_key, part_key, parts_folder, room_folder
from schemas.asks import CloseRoom, Command, JoinTrack, OpenRoom
from schemas.audio import RoomEnded
from schemas.errors import Missing
from schemas.facts import Entry, RecordingAssembled, RecordingCompleted, Refused
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore
from streams.verification import Verification, verify_room
from tests.agents.test_recorder import Rooms
from tests.audio import OPENED_MS, chunks
from tests.fakes import collect, deliveries

L16 = "audio/L16;rate=48000;channels=1"


class Silent:
    """A renderer that makes one small file."""

    def render(self, sound, folder, title):
        list(sound)
        (folder / "audio.m4a").write_bytes(b"played " * 9)


async def ask(log: StoredRoomLog, command: Command | object, name: str = "") -> tuple[Entry, ...]:
    made = (
        command
        if isinstance(command, Command)
        else Command(command_id=name, room_id="r", actor="host", at_ms=OPENED_MS, ask=command)
    )
    answer = await log.decide(made, OPENED_MS)
    assert not isinstance(answer, Refused), answer
    return answer


async def _recorded() -> dict[str, bytes]:
    store = MemoryStore()
    log = StoredRoomLog(store)
    await ask(log, OpenRoom(title="t", host="h", record=True), "open")
    await ask(log, JoinTrack(track_id="t0", speaker="Anna", content_type=L16), "join")
    spoken = [msgspec.structs.replace(chunk, data=chunk.data[:64]) for chunk in chunks(L16, 40)]
    await ask(log, CloseRoom(), "close")
    room = await log.load("r")
    ended = RoomEnded(room_id="r", at_ms=OPENED_MS)
    outputs = await collect(recorder(store, Rooms(room), lambda: OPENED_MS), deliveries(*spoken, ended))
    for command in outputs:
        if isinstance(command, Command):
            entries = await ask(log, command)
    completed = next(entry for entry in entries if isinstance(entry.fact, RecordingCompleted))
    for command in await collect(assembler(log, store, Silent(), lambda: OPENED_MS), [completed]):
        assert isinstance((await ask(log, command))[0].fact, RecordingAssembled)
    return {found.key: await store.get(found.key) for found in await store.list(room_folder("r"))}


@cache
def recorded() -> dict[str, bytes]:
    """All objects of a finished room of three parts."""
    return asyncio.run(_recorded())


async def verified(objects: dict[str, bytes], head: str = "") -> Verification:
    store = MemoryStore()
    for key, data in objects.items():
        await store.put(key, data)
    return await verify_room(store, "r", head)


HEAD = cache(lambda: asyncio.run(verified(recorded())).head)


def test_a_room_that_nobody_touched_is_whole_and_says_how_much_was_proven():
    found = asyncio.run(verified(recorded(), HEAD()))
    assert (found.whole, found.faults, found.unproven) == (True, (), ())
    assert (found.parts, found.chunks, found.objects) == (3, 40, len(recorded()))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_whatever_byte_is_changed_its_object_is_named(data: st.DataObject):
    key = data.draw(st.sampled_from(sorted(recorded())))
    content = bytearray(recorded()[key])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    found = asyncio.run(verified(recorded() | {key: bytes(content)}, HEAD()))
    first = found.faults[0]
    assert not found.whole
    assert (first.key, first.first_byte <= at < first.end_byte) == (key, True)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_byte_of_a_part_is_changed_before_there_is_a_manifest_it_is_named(data: st.DataObject):
    live = {key: content for key, content in recorded().items() if "/recording/" not in key}
    last = max(key for key in live if "/log/" in key)
    sealed = {key: content for key, content in live.items() if key != last}
    key = data.draw(st.sampled_from([key for key in sealed if key.endswith(".part")]))
    content = bytearray(sealed[key])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    found = asyncio.run(verified(sealed | {key: bytes(content)}))
    assert [fault.key for fault in found.faults[:1]] == [key]


@pytest.mark.parametrize("key", sorted(recorded()))
def test_an_object_that_is_gone_is_missed(key: str):
    rest = {name: content for name, content in recorded().items() if name != key}
    assert not asyncio.run(verified(rest, HEAD())).whole


def test_a_changed_chunk_is_named_by_part_sequence_and_bytes():
    key = part_key("r", "t0", 1)
    content = recorded()[key]
    at = content.index(chunks(L16, 40)[20].data[:64])
    changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    (fault,) = asyncio.run(verified(recorded() | {key: changed})).faults
    assert (fault.reason, fault.sequence, fault.end_byte) == ("chunk_changed", 20, at + 64)
    assert at - 300 < fault.first_byte < at


def test_a_part_that_was_put_there_later_is_a_stray():
    key = f"{parts_folder('r', 't0')}000007.part"
    found = asyncio.run(verified(recorded() | {key: recorded()[part_key("r", "t0", 0)]}))
    assert ("part_stray", key) in [(fault.reason, fault.key) for fault in found.faults]


def test_before_the_manifest_is_in_the_log_it_proves_nothing():
    last = max(key for key in recorded() if "/log/" in key)
    found = asyncio.run(verified({key: content for key, content in recorded().items() if key != last}))
    assert (found.whole, manifest_key("r") in found.unproven) == (True, True)


def test_a_room_of_which_nothing_is_kept_is_missing():
    with pytest.raises(Missing):
        asyncio.run(verified({}))
