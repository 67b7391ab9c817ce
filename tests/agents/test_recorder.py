"""The recorder keeps every chunk once, whatever comes twice, late, wrong or after a crash."""

import asyncio
import errno
import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
import stamina
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.ports import Delivery
from agents.recorder import recorder
from processors.layout import part_key, parts_folder
from processors.parts import decode_part, digest, encode_part
from schemas.asks import Command, SealTrack
from schemas.audio import AudioChunk, Gap, Part, PartStored, RoomEnded, StoredChunk, TrackEnded
from schemas.base import Record
from schemas.errors import Unavailable
from schemas.facts import ZERO_DIGEST, TrackSealed
from schemas.letters import DeadLetter
from schemas.rooms import Room, Track
from streams.stores import MemoryStore, open_store
from tests.fakes import Acked, collect, deliveries

OPENED_MS = 1_760_000_000_000
L16 = "audio/L16;rate=16000;channels=1"


def chunk(sequence: int, track_id: str = "t0", **changes: Any) -> AudioChunk:
    values: dict[str, Any] = {
        "room_id": "r",
        "track_id": track_id,
        "sequence": sequence,
        "captured_ms": OPENED_MS + 100 * sequence,
        "duration_ms": 100,
        "content_type": L16,
        "data": f"{track_id}{sequence:06}".encode() * 2,
    }
    return AudioChunk(**(values | changes))


def room(*track_ids: str, record: bool = True) -> Room:
    tracks = {
        track_id: Track(track_id=track_id, speaker=track_id, content_type=L16, joined_ms=OPENED_MS)
        for track_id in track_ids
    }
    return Room(
        room_id="r",
        title="t",
        host="h",
        record=record,
        policy="article_2022",
        opened_ms=OPENED_MS,
        head=ZERO_DIGEST,
        position=0,
        tracks=tracks,
    )


class Rooms:
    """A directory of the rooms given."""

    def __init__(self, *rooms: Room) -> None:
        self._rooms = {room.room_id: room for room in rooms}

    async def room(self, room_id: str) -> Room | None:
        return self._rooms.get(room_id)


ENDED = RoomEnded(room_id="r", at_ms=OPENED_MS + 60_000)


async def run(store: MemoryStore, *records: Record, rooms: Rooms | None = None) -> tuple[list[Record], Acked]:
    source = deliveries(*records)
    outputs = await collect(recorder(store, rooms or Rooms(room("t0", "t1")), lambda: OPENED_MS), source)
    return outputs, source


async def stored(store: MemoryStore, track_id: str = "t0") -> list[StoredChunk]:
    return [chunk for part in await stored_parts(store, track_id) for chunk in part.chunks]


async def stored_parts(store: MemoryStore, track_id: str = "t0") -> list[Part]:
    found = await store.list(parts_folder("r", track_id))
    return [decode_part(await store.get(object_.key)) for object_ in found]


def flat(output: Record | tuple[Record, ...]) -> tuple[Record, ...]:
    return output if isinstance(output, tuple) else (output,)


def of(kind: type[Any], outputs: list[Record]) -> list[Any]:
    return [output for output in outputs if isinstance(output, kind)]


async def test_a_complete_part_is_stored_announced_and_only_then_acknowledged():
    store = MemoryStore()
    outputs, source = await run(store, *(chunk(n) for n in range(20)))
    assert [c.sequence for c in await stored(store)] == list(range(16))
    assert [(p.index, p.chunks, p.last_sequence) for p in of(PartStored, outputs)] == [(0, 16, 15)]
    assert source.committed == 16


async def test_the_end_of_a_room_closes_every_part_and_asks_for_every_seal():
    store = MemoryStore()
    outputs, source = await run(store, *(chunk(n) for n in range(20)), ENDED)
    commands = of(Command, outputs)
    assert [command.command_id for command in commands] == ["seal:r:t0", "seal:r:t1"]
    last = await store.get(part_key("r", "t0", 1))
    assert commands[0].ask == SealTrack(
        track_id="t0",
        parts=2,
        chunks=20,
        bytes=320,
        chain=digest(last),
        first_captured_ms=OPENED_MS,
        duration_ms=2000,
    )
    assert (commands[1].ask.chunks, commands[1].ask.chain) == (0, ZERO_DIGEST)
    assert source.all


async def test_parts_are_chained_by_their_digests():
    store = MemoryStore()
    await run(store, *(chunk(n) for n in range(40)), ENDED)
    parts = await stored_parts(store)
    assert [part.previous for part in parts] == [ZERO_DIGEST, *(digest(encode_part(part)) for part in parts[:-1])]


async def test_what_never_came_becomes_a_gap():
    outputs, _ = await run(MemoryStore(), chunk(0), chunk(3), chunk(40), ENDED)
    seal = of(Command, outputs)[0].ask
    assert seal.gaps == (
        Gap(track_id="t0", first_sequence=1, last_sequence=2),
        Gap(track_id="t0", first_sequence=4, last_sequence=39),
    )


async def test_a_part_closes_two_parts_later_and_what_comes_too_late_for_it_is_a_letter():
    outputs, source = await run(MemoryStore(), chunk(0), chunk(32), chunk(5))
    assert [part.index for part in of(PartStored, outputs)] == [0]
    assert [letter.reason for letter in of(DeadLetter, outputs)] == ["sequence_backwards"]
    assert source.offsets == [0, 2]


async def test_a_late_chunk_still_finds_its_place_in_an_open_part():
    store = MemoryStore()
    await run(store, chunk(0), chunk(2), chunk(1), ENDED)
    assert [c.sequence for c in await stored(store)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("record", "reason", "field"),
    [
        pytest.param(chunk(0, room_id="elsewhere"), "unknown_room", "roomid", id="unknown room"),
        pytest.param(chunk(0, "nobody"), "unknown_track", "trackid", id="unknown track"),
        pytest.param(chunk(0, content_type="audio/aac"), "codec_differs", "content-type", id="other codec"),
        pytest.param(chunk(0, content_type="audio/midi"), "unsupported_codec", "content-type", id="no codec of ours"),
        pytest.param(chunk(0, data=b""), "empty_chunk", "data", id="empty"),
        pytest.param(chunk(0, data=b"odd"), "not_audio", "data", id="half a sample"),
        pytest.param(chunk(-1), "sequence_negative", "sequence", id="negative"),
        pytest.param(chunk(257), "sequence_jump", "sequence", id="jump"),
    ],
)
async def test_refused_data_is_kept_whole_and_hinders_nothing(record: AudioChunk, reason: str, field: str):
    store = MemoryStore()
    outputs, source = await run(store, record, chunk(0), ENDED)
    (letter,) = of(DeadLetter, outputs)
    assert (letter.reason, letter.field, letter.raw, letter.offset) == (reason, field, record.data, 0)
    assert dict(letter.headers)["ce_sequence"] == str(record.sequence).encode()
    assert [c.sequence for c in await stored(store)] == [0]
    assert source.all


async def test_other_bytes_with_the_same_sequence_are_a_letter():
    store = MemoryStore()
    outputs, _ = await run(store, chunk(0), chunk(0, data=b"other audio!"), ENDED)
    assert [letter.reason for letter in of(DeadLetter, outputs)] == ["sequence_repeated"]
    assert [c.data for c in await stored(store)] == [chunk(0).data]


@pytest.mark.parametrize("before", [1, 16, 40], ids=["open part", "closed part", "some parts ago"])
async def test_a_chunk_that_its_producer_sends_again_is_stored_once_and_is_no_letter(before: int):
    store = MemoryStore()
    outputs, source = await run(store, *(chunk(n) for n in range(before)), chunk(0), ENDED)
    assert [c.sequence for c in await stored(store)] == list(range(before))
    assert of(DeadLetter, outputs) == []
    assert source.all


async def test_a_long_room_goes_on_after_its_topic_has_begun_anew():
    """The embedded broker comes back without its topics: offsets start at 0, sequences do not."""
    store = MemoryStore()
    await run(store, *(chunk(n) for n in range(320)))
    outputs, source = await run(store, *(chunk(n) for n in range(320, 340)), ENDED)
    assert of(DeadLetter, outputs) == []
    assert [c.sequence for c in await stored(store)] == list(range(340))
    assert source.all


async def test_a_room_that_ended_takes_nothing_more():
    outputs, source = await run(MemoryStore(), chunk(0), ENDED, chunk(1))
    assert [letter.reason for letter in of(DeadLetter, outputs)] == ["room_closed"]
    assert source.all


@pytest.mark.parametrize(
    ("late", "reasons"),
    [
        pytest.param(chunk(20), ["room_closed"], id="behind the end"),
        pytest.param(chunk(5), ["room_closed"], id="into a hole"),
        pytest.param(chunk(3, data=b"other audio!"), ["sequence_repeated"], id="other bytes"),
        pytest.param(chunk(3), [], id="the same again"),
        pytest.param(chunk(0, "t1"), ["room_closed"], id="the first of a silent track"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True], ids=["the same recorder", "a recorder that began later"])
async def test_what_comes_after_a_track_was_sealed_is_a_letter_and_disturbs_nothing(
    late: AudioChunk, reasons: list[str], restarted: bool
):
    """The room's parts stay byte for byte, no seal is asked for again, and the room beside it goes on."""
    store, untouched = MemoryStore(), MemoryStore()
    sent = [chunk(n) for n in range(20) if n != 5]
    beside = msgspec.structs.replace(room("t0"), room_id="beside")
    others = [chunk(n, room_id="beside") for n in range(16)]
    await run(untouched, *sent, ENDED)
    if restarted:
        await run(store, *sent, ENDED)
        outputs, source = await run(store, *others[:8], late, *others[8:], rooms=Rooms(sealed_room(), beside))
    else:
        records = (*sent, *others[:8], ENDED, late, *others[8:])
        outputs, source = await run(store, *records, rooms=Rooms(room("t0", "t1"), beside))
    assert [(letter.reason, letter.raw) for letter in of(DeadLetter, outputs)] == [(why, late.data) for why in reasons]
    assert len(of(Command, outputs)) == (0 if restarted else 2)
    assert await chunks_of(store) == await chunks_of(untouched)
    assert [part.chunks for part in of(PartStored, outputs) if part.room_id == "beside"] == [16]
    assert source.all


def sealed_room() -> Room:
    """As the directory tells it once the steward has sealed both tracks."""
    known = room("t0", "t1")
    seal = TrackSealed(
        track_id="t0", parts=1, chunks=19, bytes=304, chain=ZERO_DIGEST, first_captured_ms=OPENED_MS, duration_ms=1900
    )
    tracks = {name: msgspec.structs.replace(track, sealed=seal) for name, track in known.tracks.items()}
    return msgspec.structs.replace(known, tracks=tracks)


async def chunks_of(store: MemoryStore) -> list[tuple[str, int, bytes]]:
    return [(track, each.sequence, each.data) for track in ("t0", "t1") for each in await stored(store, track)]


async def test_an_unrecorded_room_leaves_nothing_anywhere():
    store = MemoryStore()
    rooms = Rooms(room("t0", record=False))
    outputs, source = await run(store, chunk(0), chunk(1, data=b""), chunk(2, "nobody"), ENDED, rooms=rooms)
    assert outputs == []
    assert await store.list("") == ()
    assert source.all


async def test_a_speaker_who_leaves_and_comes_back_goes_on_in_the_same_part():
    store = MemoryStore()
    left = TrackEnded(room_id="r", track_id="t0", at_ms=OPENED_MS)
    await run(store, chunk(0), left, chunk(1), ENDED)
    assert [len(part.chunks) for part in await stored_parts(store)] == [2]


class Flaky(MemoryStore):
    """A store that is away for every other call, sometimes after it has done what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    async def put(self, key: str, data: Any, *, if_absent: bool = False) -> None:
        self.calls += 1
        if self.calls % 2:
            await super().put(key, data, if_absent=if_absent)
            raise Unavailable("away")
        await super().put(key, data, if_absent=if_absent)


async def test_an_outage_of_the_store_loses_and_doubles_nothing():
    store = Flaky()
    with stamina.set_testing(True, attempts=10):
        outputs, source = await run(store, *(chunk(n) for n in range(40)), ENDED)
    assert [c.sequence for c in await stored(store)] == list(range(40))
    assert len(of(PartStored, outputs)) == 3
    assert source.all


async def test_a_full_disk_holds_the_offset_and_alarms_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The real folder store on a disk that has no room for two tries; nothing is acknowledged before the third."""
    tries: list[int] = []
    source = deliveries(*(chunk(n) for n in range(16)), ENDED)

    def fsync(descriptor: int, really: Any = os.fsync) -> None:
        tries.append(source.committed)
        if len(tries) <= 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    store = open_store(tmp_path)
    with stamina.set_testing(True, attempts=10), structlog.testing.capture_logs() as said:
        outputs = await collect(recorder(store, Rooms(room("t0")), lambda: OPENED_MS), source)
    assert tries[:3] == [0, 0, 0]
    assert [event["why"].rpartition(": ")[2] for event in said if event["event"] == "part_away"] == [
        "no room is left"
    ] * 2
    assert [part.chunks for part in of(PartStored, outputs)] == [16]
    assert source.all


class Slow(MemoryStore):
    """A store that takes its time, more for some keys than for others."""

    async def put(self, key: str, data: Any, *, if_absent: bool = False) -> None:
        await asyncio.sleep(0.02 if "t0" in key else 0.001)
        await super().put(key, data, if_absent=if_absent)


async def test_a_slow_store_changes_nothing_but_the_time():
    records = [chunk(n, f"t{t}") for n in range(40) for t in range(2)]
    slow, quick = Slow(), MemoryStore()
    slowly, source = await run(slow, *records, ENDED)
    quickly, _ = await run(quick, *records, ENDED)
    assert [await stored(slow, f"t{t}") for t in range(2)] == [await stored(quick, f"t{t}") for t in range(2)]
    assert of(Command, slowly) == of(Command, quickly)
    assert source.all


async def test_a_clock_that_jumps_changes_nothing_that_is_kept():
    records = [*(chunk(n) for n in range(40)), ENDED]
    times = itertools.cycle([OPENED_MS, OPENED_MS - 3_600_000, OPENED_MS + 86_400_000])
    jumping, steady = MemoryStore(), MemoryStore()
    agent = recorder(jumping, Rooms(room("t0", "t1")), lambda: next(times))
    outputs = await collect(agent, deliveries(*records))
    await run(steady, *records)
    assert await stored_parts(jumping) == await stored_parts(steady)
    assert len(of(PartStored, outputs)) == 3


async def test_what_another_recorder_stored_first_stays_and_ours_is_not_lost():
    store = MemoryStore()
    theirs = Part(room_id="r", track_id="t0", index=0, previous=ZERO_DIGEST, chunks=(a_stored(0, b"theirs!!"),))
    rooms = Rooms(room("t0"))

    async def source() -> Any:
        async for delivery in deliveries(*(chunk(n) for n in range(16)), ENDED).__aiter__():
            yield delivery
            if delivery.offset == 3:
                await store.put(part_key("r", "t0", 0), encode_part(theirs))

    outputs = [record async for output in recorder(store, rooms, lambda: 0)(source()) for record in flat(output)]
    assert [c.data for c in await stored(store)] == [b"theirs!!"]
    assert {letter.raw for letter in of(DeadLetter, outputs)} == {chunk(n).data for n in range(16)}


def a_stored(sequence: int, data: bytes) -> StoredChunk:
    return StoredChunk(
        sequence=sequence,
        captured_ms=OPENED_MS,
        duration_ms=100,
        content_type=L16,
        sha256=digest(data),
        partition=9,
        offset=9,
        data=data,
    )


# --- any order, any crash ---------------------------------------------------------------------------------------


@dataclass
class Log:
    """A partition that remembers acks across crashes and hands out again from the first record not acknowledged."""

    records: list[Record]
    acked: set[int] = field(default_factory=set)

    @property
    def committed(self) -> int:
        return next((n for n in range(len(self.records)) if n not in self.acked), len(self.records))

    async def read(self, most: int) -> Any:
        start = self.committed
        for offset in range(start, min(len(self.records), start + most)):
            yield Delivery(self.records[offset], ack=self._acker(offset), partition=0, offset=offset)

    def _acker(self, offset: int) -> Any:
        async def ack() -> None:
            self.acked.add(offset)

        return ack


async def lived_through(records: list[Record], crashes: list[tuple[int, int]]) -> tuple[Any, ...]:
    """Run with crashes after so many (deliveries, outputs); return what is stored, sealed, announced and refused."""
    store, log, outputs = MemoryStore(), Log(records), list[Record]()
    rooms = Rooms(room("t0", "t1", "t2"))
    for most, taken in [*crashes, (10_000, 10_000)]:
        agent = recorder(store, rooms, lambda: OPENED_MS)(log.read(most))
        for _ in range(taken):
            output = await anext(agent, None)
            if output is None:
                break
            outputs += flat(output)
        await agent.aclose()
    assert log.committed == len(records)
    kept = {object_.key: await store.get(object_.key) for object_ in await store.list("")}
    letters = {(letter.offset, letter.reason) for letter in of(DeadLetter, outputs)}
    announced = {(part.track_id, part.index, part.sha256) for part in of(PartStored, outputs)}
    return kept, letters, announced, {command.command_id: command.ask for command in of(Command, outputs)}


@st.composite
def sessions(draw: st.DrawFn) -> list[Record]:
    """Chunks of three tracks, interleaved; some lost, some sent twice, some with a broken counter."""
    lengths = [draw(st.integers(0, 60)) for _ in range(3)]
    pending = [[chunk(n, f"t{t}") for n in range(length)] for t, length in enumerate(lengths)]
    records: list[Record] = []
    turns = draw(st.permutations([t for t, length in enumerate(lengths) for _ in range(length)]))
    for turn in turns:
        following = pending[turn].pop(0)
        fate = draw(st.sampled_from(["sent"] * 12 + ["lost", "twice", "broken", "late"]))
        match fate:
            case "lost":
                continue
            case "broken":
                broken = {
                    "captured_ms": following.captured_ms,
                    "data": b"broken",
                }  # the counter is wrong, the clock is not
                records.append(chunk(following.sequence + 300, following.track_id, **broken))
            case "late":
                records.insert(max(0, len(records) - 30), following)
                continue
        records += [following] * (2 if fate == "twice" else 1)
    return [*records, ENDED]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sessions(), st.lists(st.tuples(st.integers(1, 150), st.integers(0, 12)), max_size=5))
def test_crashes_change_nothing(records: list[Record], crashes: list[tuple[int, int]]):
    """Stored bytes, letters, announcements and seals are those of a life without a crash."""
    assert asyncio.run(lived_through(records, crashes)) == asyncio.run(lived_through(records, []))


@settings(max_examples=60, deadline=None)
@given(delays=st.lists(st.integers(0, 16), min_size=1, max_size=80), lost=st.sets(st.integers(0, 79)))
def test_chunks_late_by_minutes_land_in_their_place_while_their_part_is_open(delays: list[int], lost: set[int]):
    """Chunks of 10 s, each up to 160 s late: a part waits until one of the part after the next has come."""
    sent = {
        n: chunk(n, captured_ms=OPENED_MS + 10_000 * n, duration_ms=10_000) for n in range(len(delays)) if n not in lost
    }
    arriving = sorted(sent, key=lambda n: (n + delays[n], n))
    store = MemoryStore()
    outputs, source = asyncio.run(run(store, *(sent[n] for n in arriving), ENDED))
    found = [(c.sequence, c.captured_ms, c.data) for c in asyncio.run(stored(store))]
    missing = {n for gap in of(Command, outputs)[0].ask.gaps for n in range(gap.first_sequence, gap.last_sequence + 1)}
    assert of(DeadLetter, outputs) == []
    assert found == [(n, each.captured_ms, each.data) for n, each in sent.items()]
    assert missing == {n for n in lost if n < max(sent, default=0)}
    assert source.all


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sessions(), st.lists(st.tuples(st.integers(1, 150), st.integers(0, 12)), max_size=3))
def test_every_chunk_is_stored_once_or_refused_with_a_letter(records: list[Record], crashes: list[tuple[int, int]]):
    kept, letters, _, _ = asyncio.run(lived_through(records, crashes))
    parts = [decode_part(data) for data in kept.values()]
    found = [(part.track_id, c.sequence, c.data) for part in parts for c in part.chunks]
    refused = [(records[offset].track_id, records[offset].sequence, records[offset].data) for offset, _ in letters]
    assert len({(track_id, sequence) for track_id, sequence, _ in found}) == len(found)
    assert {*found, *refused} == {(c.track_id, c.sequence, c.data) for c in records[:-1]}
