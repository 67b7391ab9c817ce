"""Screened rooms in; what a candidate model would have made of them beside the live one, in the store, out.

The candidate decides nothing: it reads the windows that the live model read, and its scores go nowhere else.
"""

import asyncio
from functools import partial

import msgspec
import structlog

from agents.outages import through_outages
from agents.policies import PolicyBook
from agents.ports import Agent, Deliveries, Outputs, RecordingStore
from processors.layout import shadow_key, transcript_key
from processors.screening.classifier import Classifier
from processors.screening.listening import texts_read
from processors.screening.shadow import compared
from schemas.captions import Transcript
from schemas.facts import Entry, RecordingScreened

log = structlog.get_logger()


def shadower(store: RecordingStore, book: PolicyBook, live: Classifier, candidate: Classifier | None) -> Agent:
    """Make the agent of topic `room.events` that compares; without a candidate it only acknowledges."""

    async def run(deliveries: Deliveries[Entry]) -> Outputs:
        async for delivery in deliveries:
            if candidate is not None and isinstance(delivery.record.fact, RecordingScreened):
                await _compare(delivery.record, store, book, live, candidate)
            await delivery.ack()
        return
        yield  # an agent is a generator; this one has nothing to say

    return run


async def _compare(
    screened: Entry, store: RecordingStore, book: PolicyBook, live: Classifier, candidate: Classifier
) -> None:
    """A room that cannot be compared is left out: a comparison is a sample, and nothing waits for it.

    A candidate is another's file, so whatever it raises is its own affair.
    """
    room_id, policy = screened.room_id, await book.at(screened.at_ms)
    try:
        data = await through_outages(lambda: store.get(transcript_key(room_id)))
        captions = msgspec.json.decode(data, type=Transcript).captions
        comparison = await asyncio.to_thread(partial(compared, texts_read(captions, policy), live, candidate, policy))
    except Exception as error:  # noqa: BLE001 -- see above
        log.warning("shadow_skipped", room_id=room_id, error=type(error).__name__)
        return
    await through_outages(lambda: store.put(shadow_key(room_id), msgspec.json.encode(comparison)))
    log.info("shadow_compared", room_id=room_id, texts=len(captions), candidate=candidate.name)
