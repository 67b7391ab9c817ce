"""Records in, deliveries with recorded acks out: what an agent's test needs in place of a broker."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from agents.ports import Agent, Delivery
from schemas.base import Record


class Acked:
    """Deliveries of some records, in order, that remembers which of them were acknowledged, and when.

    `offsets` lists the acknowledged offsets in the order of their acks; `committed` is how far a consumer group
    would have got: the number of records at the front that are all acknowledged.
    """

    def __init__(self, records: Iterable[Record], *, topic: str = "topic", partition: int = 0) -> None:
        self._records = tuple(records)
        self._topic = topic
        self._partition = partition
        self.offsets: list[int] = []

    @property
    def committed(self) -> int:
        acked = set(self.offsets)
        return next((n for n in range(len(self._records)) if n not in acked), len(self._records))

    @property
    def all(self) -> bool:
        return self.committed == len(self._records)

    async def __aiter__(self) -> AsyncIterator[Delivery[Any]]:
        for offset, record in enumerate(self._records):
            yield self._delivery(offset, record)

    def _delivery(self, offset: int, record: Record) -> Delivery[Any]:
        async def ack() -> None:
            self.offsets.append(offset)

        return Delivery(record, ack=ack, topic=self._topic, partition=self._partition, offset=offset)


def deliveries(*records: Record) -> Acked:
    """Deliveries of `records`, offsets from 0; pass the result to `collect`, then ask it what was acked."""
    return Acked(records)


async def collect(agent: Agent, records: Acked | Sequence[Record]) -> list[Record]:
    """Run an agent over records (or over `deliveries(...)`, to see the acks) to the end; return what it yielded."""
    source = records if isinstance(records, Acked) else Acked(records)
    outputs = [output async for output in agent(source.__aiter__())]
    return [record for output in outputs for record in (output if isinstance(output, tuple) else (output,))]
