"""Some hundred broken chunks: none crashes or hangs anything, none goes astray, the speaker beside is whole."""

import random

import msgspec
import pytest

from bench.fuzz import sounds
from bench.fuzz.bombs import BOMBS
from bench.fuzz.doors import WAYS, Console, Way
from bench.fuzz.mutating import MUTATIONS, mutated
from bench.fuzz.run import PER_ROOM, fuzzed
from schemas.audio import MAX_CHUNK_BYTES, AudioChunk
from schemas.wire import encode
from tests.console.house import OPENED_MS, House, open_room

CHUNK = AudioChunk(
    room_id="r",
    track_id="t",
    sequence=0,
    captured_ms=1_760_000_000_000,
    duration_ms=1000,
    content_type="audio/ogg",
    data=b"OggS" + bytes(range(256)),
)
WIRE = encode(CHUNK)


def test_a_seed_always_gives_the_same_mutations_of_every_kind() -> None:
    made = [[mutated(random.Random(n), WIRE, [b"other" * 99]) for n in range(200)] for _ in range(2)]
    assert made[0] == made[1]
    assert sum(wire != WIRE for wire in made[0]) > 180
    assert len({kind.__name__ for kind in MUTATIONS}) == 8


def test_a_bomb_fits_into_a_chunk() -> None:
    assert all(0 < len(bomb) <= MAX_CHUNK_BYTES for bomb in BOMBS)


@pytest.mark.parametrize("way", [way for way in WAYS if way], ids=lambda way: way.__name__)
@pytest.mark.parametrize(
    ("captured_ms", "status"),
    [pytest.param(OPENED_MS, 2, id="a good chunk is taken"), pytest.param(-1, 4, id="a lie is refused")],
)
async def test_each_way_says_what_the_door_said(way: Way, captured_ms: int, status: int) -> None:
    house, data = House(), sounds.stream("audio/ogg")
    wire = encode(msgspec.structs.replace(CHUNK, captured_ms=captured_ms, duration_ms=4_000, data=data))
    async with house.streaming() as http:
        await open_room(http)  # type: ignore[arg-type]  # it speaks as the test client does
        answered = await way(Console(house.app(), http), "/rooms/tea/tracks/anna", 0, wire)
    assert answered // 100 == status
    assert b"".join(chunk.data for chunk in house.gateway.chunks) == (data if status == 2 else b"")


@pytest.mark.timeout(200)
def test_two_rooms_of_broken_chunks_harm_nobody() -> None:
    report = fuzzed(2 * PER_ROOM, seed=5)
    assert report.well, report
    assert (report.rooms, report.chunks) == (2, 2 * PER_ROOM)
    assert report.stored + report.dead_lettered + report.refused >= report.chunks - report.rooms
    assert min(report.stored, report.dead_lettered, report.refused) > 0
