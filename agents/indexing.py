"""The pattern of all agents that write to the search index: records in, documents of them in, acks after."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import structlog

from agents.batches import batches
from agents.letters import dead_letter
from agents.outages import through_outages
from agents.ports import Agent, Deliveries, Delivery, Now, Outputs, SearchIndex
from schemas.base import Record
from schemas.errors import Invalid, Malformed
from schemas.keeping import Document
from schemas.letters import DeadLetter

log = structlog.get_logger()


class Removal(Record, frozen=True, kw_only=True):
    """Every document of `index` whose fields equal `terms`."""

    index: str
    terms: dict[str, str]


class Change(Record, frozen=True, kw_only=True):
    """What one record asks of the index; removals come after all documents of a batch."""

    documents: tuple[Document, ...] = ()
    removals: tuple[Removal, ...] = ()


NOTHING = Change()

Changes = Callable[[Any], Awaitable[Change]]
"""A record in, what it asks of the index out; may raise `Unavailable` (again later) or `Malformed` (skipped)."""


def indexing(index: SearchIndex, changes: Changes, now: Now) -> Agent:
    """Make an agent of `changes`. A record is acknowledged once the index holds what it asked for."""

    async def run(deliveries: Deliveries[Any]) -> Outputs:
        async for batch in batches(deliveries):
            asked = [await _asked(changes, delivery.record) for delivery in batch]
            async for letter in _put(index, batch, asked, now):
                yield letter
            for removal in [removal for change in asked for removal in change.removals]:
                await _remove(index, removal)
            for delivery in batch:
                await delivery.ack()

    return run


async def _asked(changes: Changes, record: Any) -> Change:
    try:
        return await through_outages(lambda: changes(record))
    except Malformed as damage:  # one room's log; the other rooms go on
        log.error("record_not_indexed", room_id=record.room_id, reason=damage.reason)
        return NOTHING


async def _put(
    index: SearchIndex, batch: Sequence[Delivery[Any]], asked: Sequence[Change], now: Now
) -> AsyncIterator[DeadLetter]:
    """Put all documents at once; where the index refuses one, put them record by record to see whose it is."""
    try:
        await _put_all(index, [document for change in asked for document in change.documents])
        return
    except Invalid:
        log.warning("batch_refused", records=len(batch))
    for delivery, change in zip(batch, asked, strict=True):
        try:
            await _put_all(index, change.documents)
        except Invalid as refusal:
            yield dead_letter(delivery, refusal, now())


async def _put_all(index: SearchIndex, documents: Sequence[Document]) -> None:
    if documents:
        await through_outages(lambda: index.put(documents))


async def _remove(index: SearchIndex, removal: Removal) -> None:
    await through_outages(lambda: index.remove(removal.index, removal.terms))
