"""One track's deliveries in; its parts in the store, and what may be published and acknowledged after that, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from agents.letters import dead_letter
from agents.outages import through_outages
from agents.ports import Delivery, Now, RecordingStore
from processors import parts
from processors.layout import part_key, parts_folder
from schemas.asks import SealTrack
from schemas.audio import AudioChunk, Part, StoredChunk
from schemas.base import Record
from schemas.errors import Conflict, Invalid, Missing

log = structlog.get_logger()

_ENDED = Invalid("room_closed", "the room has ended", field="roomid")


@dataclass(frozen=True)
class Done:
    """What is durable now: records to publish, then deliveries to acknowledge."""

    outputs: tuple[Record, ...] = ()
    acks: tuple[Delivery[Any], ...] = ()


class TrackKeeper:
    """Keeps one track. Its state is what the store holds plus the deliveries that wait for their part.

    Where the store turns out to hold more than this keeper knows (another recorder had the partition meanwhile), it
    recovers the track and takes the waiting deliveries again, as a fresh start would.
    """

    def __init__(self, store: RecordingStore, now: Now, room_id: str, track_id: str) -> None:
        self._store = store
        self._now = now
        self._state = parts.TrackParts(room_id=room_id, track_id=track_id)
        self._waiting: list[Delivery[AudioChunk]] = []
        self._announced: set[int] = set()

    async def recover(self) -> None:
        """Read what is stored of the track."""
        state = parts.TrackParts(room_id=self._state.room_id, track_id=self._state.track_id)
        for key in await self._keys():
            data = await self._get(key)
            state = parts.recovered(state, parts.decode_part(data), parts.digest(data))
        self._state = state

    async def take(self, delivery: Delivery[AudioChunk], *, ended: bool) -> list[Done]:
        """Take a chunk; after the room has `ended` only what is stored already is recognised."""
        chunk = parts.stored_chunk(delivery.record, delivery.partition, delivery.offset)
        state, outcome = parts.step(self._state, chunk)
        if isinstance(outcome, parts.Settled):
            return [await self._settled(delivery, outcome.index, chunk, ended=ended)]
        if ended:
            return [self.refused(delivery, _ENDED)]
        self._state = state
        if isinstance(outcome, Invalid):
            return [self.refused(delivery, outcome)]
        self._waiting.append(delivery)
        return await self.close()

    async def close(self, *, ending: bool = False) -> list[Done]:
        """Keep every part that can be closed."""
        done: list[Done] = []
        while True:
            state, closed = parts.close(self._state, ending=ending)
            if closed is None:
                return done
            if not await self._kept(closed):
                done += await self._again()
                continue
            self._state = state
            done.append(self._durable(closed))

    def seal(self) -> SealTrack:
        return parts.seal(self._state)

    def refused(self, delivery: Delivery[AudioChunk], refusal: Invalid) -> Done:
        log.warning("chunk_refused", room_id=delivery.record.room_id, reason=refusal.reason, offset=delivery.offset)
        return Done((dead_letter(delivery, refusal, self._now()),), (delivery,))

    async def _kept(self, closed: parts.Closed) -> bool:
        """Write the part, if it is the next one; say no when the store holds something else."""
        part = closed.part
        key = part_key(part.room_id, part.track_id, part.index)
        if part.index > self._state.closed and await self._overtaken():
            return False
        try:
            await through_outages(lambda: self._store.put(key, closed.data, if_absent=True))
        except Conflict:
            return parts.digest(await self._get(key)) == closed.sha256
        return True

    def _durable(self, closed: parts.Closed) -> Done:
        part = closed.part
        kept = [d for d in self._waiting if parts.part_index(d.record.sequence) <= part.index]
        self._waiting = [d for d in self._waiting if parts.part_index(d.record.sequence) > part.index]
        self._announced.add(part.index)
        log.info("part_stored", room_id=part.room_id, track_id=part.track_id, index=part.index, bytes=len(closed.data))
        return Done((parts.part_stored(part, closed.sha256, self._now()),), tuple(kept))

    async def _settled(self, delivery: Delivery[AudioChunk], index: int, chunk: StoredChunk, *, ended: bool) -> Done:
        """A chunk of a closed part: known, or refused. Not acknowledged means perhaps not announced: so, again."""
        part, sha256 = await self._stored(index)
        refusal = parts.settle(part, chunk)
        if refusal is not None:
            late = ended and refusal.reason == "sequence_backwards"
            return self.refused(delivery, _ENDED if late else refusal)
        if part is None or index in self._announced:
            return Done(acks=(delivery,))
        self._announced.add(index)
        return Done((parts.part_stored(part, sha256, self._now()),), (delivery,))

    async def _stored(self, index: int) -> tuple[Part | None, str]:
        try:
            data = await self._get(part_key(self._state.room_id, self._state.track_id, index))
        except Missing:
            return None, ""
        return parts.decode_part(data), parts.digest(data)

    async def _overtaken(self) -> bool:
        """Whether the store holds parts that this keeper has not seen closed."""
        at = part_key(self._state.room_id, self._state.track_id, self._state.closed)
        return any(key >= at for key in await self._keys())

    async def _again(self) -> list[Done]:
        log.warning("track_recovered_again", room_id=self._state.room_id, track_id=self._state.track_id)
        waiting, self._waiting = self._waiting, []
        await self.recover()
        return [done for delivery in waiting for done in await self.take(delivery, ended=False)]

    async def _keys(self) -> Sequence[str]:
        folder = parts_folder(self._state.room_id, self._state.track_id)
        return [found.key for found in await through_outages(lambda: self._store.list(folder))]

    async def _get(self, key: str) -> bytes:
        return await through_outages(lambda: self._store.get(key))
