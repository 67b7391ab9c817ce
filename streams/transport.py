"""Faust's Kafka transport, with a fetch that does not wait long, and records that travel through Faust in batches.

Faust asks the broker to hold a fetch for 1.5 s until there is something. Kafka answers as soon as there is; the
embedded broker answers when the time is over, which cost 0.75 s on every hop (five joins: 3.8 s; with 50 ms under 1 s).

Faust starts four tasks for each message before a stream has it. Here they are started for each `Batch`, which is one
message to Faust's queues, flow control and rebalancing; its records are acknowledged one by one (docs/decisions/0011).
Commits never pass what is unfinished, by an account of our own (docs/decisions/0013).
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import faust
import structlog
from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP, ConsumerMessage, Message

from streams.progress import Progress

log = structlog.get_logger()

FETCH_WAIT_MS = 50
BATCH_RECORDS = 64
"""What Faust does for a batch is then a hundredth of what is done for its records."""
BATCH_BYTES = 1024 * 1024
"""Two of the largest chunks: the batches that wait in a stream's buffer stay small in memory."""


class Batch(ConsumerMessage):
    """Records of one partition, in their order, as one message; the stream that gets it acknowledges each of them."""

    __slots__ = ("records",)

    records: tuple[Message, ...]


def records_of(message: Message) -> tuple[Message, ...]:
    """The records that came with a message of a stream: those of a batch, or a plain message itself."""
    return message.records if isinstance(message, Batch) else (message,)


class Pieces(DefaultSchedulingStrategy):
    """Deals what was fetched in pieces instead of records, topics and partitions still in turn."""

    def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Any]]:
        return super().iterate({tp: list(pieces(fetched)) for tp, fetched in records.items()})


def pieces(fetched: Sequence[Any]) -> Iterator[list[Any]]:
    """Cut records into runs of at most BATCH_RECORDS, and BATCH_BYTES unless one record alone is larger."""
    piece: list[Any] = []
    size = 0
    for record in fetched:
        length = len(record.value or b"")
        if piece and (len(piece) == BATCH_RECORDS or size + length > BATCH_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(record)
        size += length
    if piece:
        yield piece


class PromptThread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # Faust offers no setting for it
        return consumer


class PromptConsumer(Consumer):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._progress: defaultdict[Any, Progress] = defaultdict(Progress)

    def _new_consumer_thread(self) -> PromptThread:
        return PromptThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        for partition in revoked:
            self._progress.pop(partition, None)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[Any], generation_id: int = 0) -> None:
        await super().on_partitions_assigned(assigned, generation_id)
        log.info("partitions_owned", group=self.app.conf.id, partitions=len(assigned), generation=generation_id)

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        """A batch of the piece `record`, named by its last record as far as Faust's sensors are concerned."""
        topics: Any = self.app.topics  # its book of who reads what is in no interface
        readers = len(topics._tp_index[tp])
        records = tuple(super(PromptConsumer, self)._to_message(tp, each) for each in record)
        for each in records:
            each.refcount = readers
        last = records[-1]
        batch = Batch(tp.topic, tp.partition, last.offset, last.timestamp, last.timestamp_type, None, None, None, None)
        batch.tp, batch.generation_id, batch.records = tp, last.generation_id, records
        return batch

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand over what is fetched until one of us is stopped; as Faust's own, but for batches."""
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                await self.sleep(0)
                async for tp, batch in self.getmany(timeout=1.0):
                    await self._hand_over(tp, cast(Batch, batch))
        except (asyncio.CancelledError, ConsumerStoppedError):
            if not self.app.should_stop:
                raise

    async def _hand_over(self, tp: TP, batch: Batch) -> None:
        """Give the streams what they have not had; a rebalance ends the wait for room in their buffers."""
        batch.records = tuple(each for each in batch.records if each.offset >= (self._read_offset[tp] or 0))
        if batch.records:
            self._note(tp, batch.records)
            await self.wait_first(self.callback(batch), self.suspend_flow.wait())

    def _note(self, tp: TP, records: Sequence[Message]) -> None:
        """Remember which offset has to be next, and what is under way; offsets between two records never come."""
        self._read_offset[tp] = records[-1].offset + 1
        for each in records:
            self._progress[tp].handed_out(each.offset)

    def _new_offset(self, tp: Any) -> int | None:
        """The offset to commit; Faust's lists are emptied up to there."""
        acked = self._acked_index[tp]
        offset = self._progress[tp].passed(acked)
        if offset is not None:
            acked.difference_update([done for done in acked if done < offset])
        self._acked[tp].clear()
        self._gap.pop(tp, None)
        return offset


class PromptTransport(Transport):
    Consumer = PromptConsumer


def use_prompt_transport(app: faust.App) -> None:
    """Give `app` the transport; before it starts."""
    app.conf.ConsumerScheduler = Pieces  # type: ignore[assignment]  # declared as what the constructor takes
    app.transport = PromptTransport(app.conf.broker_consumer, app, loop=app.loop)
