"""Records in batches through Faust: nothing is lost or reordered, no offset passes a record that is not finished."""

import asyncio
import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.types import TP, ConsumerMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.transport import BATCH_BYTES, BATCH_RECORDS, Batch, Pieces, pieces, records_of, use_prompt_transport

AUDIO_0 = TP("audio.chunks", 0)


def record(offset: int, size: int = 1) -> Any:
    """What aiokafka hands over."""
    return SimpleNamespace(
        topic=AUDIO_0.topic,
        partition=AUDIO_0.partition,
        offset=offset,
        timestamp=None,
        timestamp_type=0,
        headers=(),
        key=b"room",
        value=b"x" * size,
        checksum=None,
        serialized_key_size=4,
        serialized_value_size=size,
    )


@given(st.lists(st.integers(0, BATCH_BYTES * 2), max_size=12), st.integers(0, 3 * BATCH_RECORDS))
def test_pieces_are_all_records_in_order_and_stay_within_their_bounds(large: list[int], small: int) -> None:
    sizes = [*large, *[1] * small]
    cut = list(pieces([record(n, size) for n, size in enumerate(sizes)]))
    assert [each.offset for piece in cut for each in piece] == list(range(len(sizes)))
    assert all(len(piece) <= BATCH_RECORDS for piece in cut)
    assert all(len(piece) == 1 or sum(len(each.value) for each in piece) <= BATCH_BYTES for piece in cut)


def test_partitions_take_turns_piece_by_piece() -> None:
    fetched = {TP("audio.chunks", n): [record(offset) for offset in range(BATCH_RECORDS + 1)] for n in range(2)}
    assert [(tp.partition, len(piece)) for tp, piece in Pieces().iterate(fetched)] == [
        (0, BATCH_RECORDS),
        (1, BATCH_RECORDS),
        (0, 1),
        (1, 1),
    ]


def test_a_plain_message_is_its_own_only_record() -> None:
    message = ConsumerMessage("t", 0, 1, 0.0, 0, None, None, b"", None)
    assert records_of(message) == (message,)


class Reading:
    """A consumer that owns partition 0 of the audio, with `readers` streams; `handed` is what they were given."""

    def __init__(self, folder: Path, readers: int = 1) -> None:
        loop = asyncio.get_running_loop()
        app = faust.App("test", broker="kafka://127.0.0.1:1", datadir=str(folder), web_enabled=False, loop=loop)
        use_prompt_transport(app)
        self.handed: list[ConsumerMessage] = []
        self.consumer: Any = app.consumer
        self.consumer.callback = self._take
        app.topics._acking_topics.add(AUDIO_0.topic)
        app.topics._tp_index[AUDIO_0].update(range(readers))

    async def _take(self, batch: Any) -> None:
        self.handed += records_of(batch)

    async def fetched(self, *runs: list[int]) -> None:
        for run in runs:
            batch = self.consumer._to_message(AUDIO_0, [record(offset) for offset in run])
            await self.consumer._hand_over(AUDIO_0, batch)

    def ack(self, offset: int) -> None:
        next(each for each in self.handed if each.offset == offset).ack(self.consumer)

    def committable(self) -> int | None:
        """What Faust's next commit would say, as offset of the next record to read; it remembers what it said."""
        found = self.consumer._filter_committable_offsets([AUDIO_0])
        self.consumer._committed_offset.update(found)
        return found.get(AUDIO_0)

    @property
    def offsets(self) -> list[int]:
        return [each.offset for each in self.handed]


@pytest.fixture
async def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


async def test_a_batch_is_one_message_that_belongs_to_the_generation_it_was_fetched_in(reading: Reading) -> None:
    batch = reading.consumer._to_message(AUDIO_0, [record(3), record(4)])
    assert isinstance(batch, Batch)
    assert (batch.tp, batch.offset, batch.generation_id) == (AUDIO_0, 4, reading.consumer.app.consumer_generation_id)


async def test_what_was_handed_over_already_is_not_handed_over_again(reading: Reading) -> None:
    reading.consumer._read_offset[AUDIO_0] = 5
    await reading.fetched([2, 3], [4, 5, 6], [7])
    assert reading.offsets == [5, 6, 7]


async def test_a_record_is_finished_when_every_stream_of_its_topic_has_acknowledged_it(tmp_path: Path) -> None:
    reading = Reading(tmp_path, readers=2)
    await reading.fetched([0, 1])
    for offset in (0, 1, 0):
        reading.ack(offset)
    assert reading.committable() == 1
    reading.ack(1)
    assert reading.committable() == 2


async def test_a_hole_in_the_offsets_is_passed_but_not_the_record_behind_it(reading: Reading) -> None:
    """Faust's own reader marks the record behind a hole as finished too."""
    await reading.fetched([4, 5], [8, 9])
    for offset in (4, 5, 9):
        reading.ack(offset)
        reading.committable()
    assert reading.consumer._committed_offset[AUDIO_0] == 6
    reading.ack(8)
    assert reading.committable() == 10


@pytest.mark.parametrize("committed", [None, 0, 3], ids=["nothing committed yet", "committed at 0", "committed at 3"])
async def test_one_unfinished_record_at_the_head_holds_the_commit(reading: Reading, committed: int | None) -> None:
    """Faust's own book passes it."""
    reading.consumer._committed_offset[AUDIO_0] = reading.consumer._read_offset[AUDIO_0] = committed
    first = committed or 0
    await reading.fetched([first, first + 1, first + 2])
    for offset in (first + 1, first + 2):
        reading.ack(offset)
    assert reading.committable() is None
    reading.ack(first)
    assert reading.committable() == first + 3


async def test_records_that_expired_before_they_were_read_do_not_hold_the_commit(reading: Reading) -> None:
    reading.consumer._committed_offset[AUDIO_0] = reading.consumer._read_offset[AUDIO_0] = 3
    await reading.fetched([9])
    reading.ack(9)
    assert reading.committable() == 10


async def test_a_rebalance_ends_the_wait_for_room_in_a_buffer(reading: Reading) -> None:
    async def never(_: Any) -> None:
        await asyncio.Event().wait()

    reading.consumer.callback = never
    waiting = asyncio.create_task(reading.fetched([0]))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    reading.consumer.stop_flow()
    await asyncio.wait_for(waiting, 1)


@settings(max_examples=60, deadline=None)
@given(
    holes=st.sets(st.integers(1, 40)),
    cuts=st.sets(st.integers(1, 40)),
    acked=st.permutations(range(41)),
    commits=st.sets(st.integers(0, 40)),
)
def test_no_commit_ever_passes_an_unfinished_record(
    tmp_path_factory: pytest.TempPathFactory, holes: set[int], cuts: set[int], acked: list[int], commits: set[int]
) -> None:
    async def run() -> None:
        reading = Reading(tmp_path_factory.getbasetemp())
        offsets = [offset for offset in range(41) if offset not in holes]
        bounds = [0, *sorted(cuts), 41]
        await reading.fetched(
            *(
                [o for o in offsets if first <= o < end]
                for first, end in itertools.pairwise(bounds)
                if set(offsets) & set(range(first, end))
            )
        )
        assert reading.offsets == offsets
        unfinished = set(offsets)
        for step, offset in enumerate(o for o in acked if o in unfinished):
            reading.ack(offset)
            unfinished.discard(offset)
            if step in commits and (committed := reading.committable()) is not None:
                assert committed <= min(unfinished, default=41)
        reading.committable()
        assert reading.consumer._committed_offset[AUDIO_0] == max(offsets) + 1

    asyncio.run(run())
