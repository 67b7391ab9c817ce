"""`SpeakerErased` in; the transcript without that speaker and a line in the ledger in the store, its new figures out.

The index is the corrector's, the recording the assembler's business. The ledger lies outside the room's folder: it
outlives the purge, and a restore from a backup that does not know of the request yet.
"""

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from agents.outages import through_outages
from agents.ports import Agent, Delivery, Now, Outputs, RecordingStore, RoomLog
from processors.continuity import captioned_ms
from processors.layout import erasure_key, transcript_key
from schemas.asks import AttachTranscript, Command
from schemas.captions import Transcript
from schemas.errors import Conflict, Missing
from schemas.facts import Entry, SpeakerErased
from schemas.keeping import Erasure
from schemas.rooms import Room

log = structlog.get_logger()


def eraser(rooms: RoomLog, store: RecordingStore, now: Now) -> Agent:
    """Make the agent of topic `room.events` that takes erased speakers out of what is kept to be served."""

    async def run(deliveries: AsyncIterator[Delivery[Any]]) -> Outputs:
        async for delivery in deliveries:
            entry: Entry = delivery.record
            if isinstance(entry.fact, SpeakerErased):
                transcript = await through_outages(partial(_erased, entry, entry.fact, rooms, store))
                if transcript is not None:
                    yield _attach(entry, transcript, now())
            await delivery.ack()

    return run


async def _erased(entry: Entry, fact: SpeakerErased, rooms: RoomLog, store: RecordingStore) -> Transcript | None:
    """Write the ledger first: whatever comes after can be done again from it. None where the room is purged."""
    line = Erasure(room_id=entry.room_id, track_ids=fact.track_ids, requested_ms=entry.at_ms, position=entry.position)
    with contextlib.suppress(Conflict):
        await store.put(erasure_key(entry.room_id, entry.position), msgspec.json.encode(line), if_absent=True)
    room = await rooms.load(entry.room_id)
    if room is None or room.purged_ms is not None:
        return None
    transcript = await _without(room, store)
    log.info("speaker_erased", room_id=entry.room_id, tracks=len(fact.track_ids), position=entry.position)
    return transcript


async def _without(room: Room, store: RecordingStore) -> Transcript | None:
    key = transcript_key(room.room_id)
    try:
        kept = msgspec.json.decode(await store.get(key), type=Transcript)
    except Missing:  # purged meanwhile
        return None
    left = replace(kept, captions=tuple(each for each in kept.captions if each.track_id not in room.erased))
    await store.put(key, msgspec.json.encode(left))
    return left


def _attach(entry: Entry, transcript: Transcript, at_ms: int) -> Command:
    attached = AttachTranscript(
        captions=len(transcript.captions),
        words=sum(len(caption.words) for caption in transcript.captions),
        engine=transcript.engine,
        model=transcript.model,
        captioned_ms=captioned_ms(transcript.captions),
    )
    command_id = f"erase:{entry.room_id}:{entry.position}"
    return Command(command_id=command_id, room_id=entry.room_id, actor="eraser", at_ms=at_ms, ask=attached)
