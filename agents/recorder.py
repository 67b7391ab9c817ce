"""Audio chunks and the ends of rooms in; parts in the store, `PartStored` and `Command(SealTrack)` out.

A chunk is acknowledged when the part that holds it is durable and announced, or when it has been refused. Nothing is
remembered that the store does not tell again: after a restart a track is recovered from its parts, and the chunks that
were not acknowledged come again.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

from agents.batches import batches
from agents.keeping import Done, TrackKeeper
from agents.letters import dead_letter
from agents.outages import through_outages
from agents.ports import Agent, Delivery, Now, Outputs, RecordingStore
from processors.checks import check_chunk
from processors.media import Media, media_of
from schemas.asks import Command
from schemas.audio import AudioChunk, RoomEnded
from schemas.errors import Invalid
from schemas.rooms import Room, Track

AT_MOST = 256
"""Deliveries in a batch, and as many that wait: with the largest chunks 128 MiB each (docs/decisions/0009)."""
WITHIN_S = 0.02
"""A batch waits so long for more: a hundredth of the time a part takes to fill."""
SIDE_BY_SIDE = 32
"""Rooms that write at once. A task for each room of a batch cost a tenth of the time: most rooms only wait."""
_REMEMBERED_ROOMS = 4096  # ended and unrecorded rooms whose stragglers are known without asking


class Directory(Protocol):
    """Says what a room is at this moment."""

    async def room(self, room_id: str) -> Room | None: ...


def recorder(store: RecordingStore, directory: Directory, now: Now) -> Agent:
    """Make the agent of topic `audio.chunks` that keeps what is recorded."""

    async def run(deliveries: AsyncIterator[Delivery[Any]]) -> Outputs:
        desk = _Desk(store, directory, now)
        async for batch in batches(deliveries, at_most=AT_MOST, within_s=WITHIN_S):
            done = await _handled(desk, batch)
            if outputs := tuple(output for each in done for output in each.outputs):
                yield outputs
            for delivered in (delivery for each in done for delivery in each.acks):
                await delivered.ack()

    return run


async def _handled(desk: "_Desk", batch: list[Delivery[Any]]) -> list[Done]:
    """Rooms side by side, each room's deliveries in their order: one room's fsync need not wait for another's."""
    lanes: dict[str, list[Delivery[Any]]] = defaultdict(list)
    for delivery in batch:
        lanes[delivery.record.room_id].append(delivery)
    waiting = iter(lanes.values())
    done = await asyncio.gather(*(_lane_after_lane(desk, waiting) for _ in range(SIDE_BY_SIDE)))
    return [each for lanes_done in done for each in lanes_done]


async def _lane_after_lane(desk: "_Desk", waiting: Iterator[list[Delivery[Any]]]) -> list[Done]:
    """Take lanes until none is left; the iterator is shared, so whoever is free takes the next."""
    return [done for lane in waiting for delivery in lane for done in await desk.handle(delivery)]


class _Desk:
    """Sends each delivery to the keeper of its track, or away."""

    def __init__(self, store: RecordingStore, directory: Directory, now: Now) -> None:
        self._store = store
        self._directory = directory
        self._now = now
        self._keepers: dict[str, dict[str, tuple[Media, TrackKeeper]]] = {}
        self._ended: dict[str, None] = {}
        self._unrecorded: dict[str, None] = {}

    async def handle(self, delivery: Delivery[Any]) -> list[Done]:
        match delivery.record:
            case AudioChunk():
                return await self._chunk(delivery)
            case RoomEnded():
                return await self._room_ended(delivery)
        return [Done(acks=(delivery,))]  # TrackEnded: the speaker may come back, and the open part goes on

    async def _chunk(self, delivery: Delivery[AudioChunk]) -> list[Done]:
        chunk = delivery.record
        try:
            keeper = await self._admitted(chunk)
            if keeper is None:
                return [Done(acks=(delivery,))]
            check_chunk(chunk)
        except Invalid as refusal:
            return [Done((dead_letter(delivery, refusal, self._now()),), (delivery,))]
        return await keeper.take(delivery, ended=chunk.room_id in self._ended)

    async def _admitted(self, chunk: AudioChunk) -> TrackKeeper | None:
        """The keeper of the chunk's track; `None` where nothing is recorded; raises `Invalid` where it may not be."""
        if chunk.room_id in self._unrecorded:
            return None
        known = self._keepers.get(chunk.room_id, {}).get(chunk.track_id)
        if known is None:
            known = await self._opened(chunk.room_id, chunk.track_id)
        if known is None:
            return None
        media, keeper = known
        if media_of(chunk.content_type) != media:
            raise Invalid("codec_differs", f"the track joined with another codec ({media.name})", field="content-type")
        return keeper

    async def _opened(self, room_id: str, track_id: str) -> tuple[Media, TrackKeeper] | None:
        room = await through_outages(lambda: self._directory.room(room_id))
        if room is None:
            raise Invalid("unknown_room", "no such room", field="roomid")
        if not room.record:
            _remember(self._unrecorded, room_id)
            return None
        track = room.tracks.get(track_id)
        if track is None:
            raise Invalid("unknown_track", "nobody joined the room with this track", field="trackid")
        if track.sealed is not None:
            _remember(self._ended, room_id)
        return await self._keeper(room_id, track)

    async def _keeper(self, room_id: str, track: Track) -> tuple[Media, TrackKeeper]:
        held = self._keepers.setdefault(room_id, {})
        if track.track_id not in held:
            keeper = TrackKeeper(self._store, self._now, room_id, track.track_id)
            await keeper.recover()
            held[track.track_id] = media_of(track.content_type), keeper
        return held[track.track_id]

    async def _room_ended(self, delivery: Delivery[RoomEnded]) -> list[Done]:
        """Close every track of the room at once, those without a single chunk too."""
        room_id = delivery.record.room_id
        room = await through_outages(lambda: self._directory.room(room_id))
        if room is None or not room.record:
            return [Done(acks=(delivery,))]
        finished = await asyncio.gather(*(self._finished(room_id, track) for track in room.tracks.values()))
        _remember(self._ended, room_id)
        self._keepers.pop(room_id, None)
        return [*(done for track in finished for done in track), Done(acks=(delivery,))]

    async def _finished(self, room_id: str, track: Track) -> list[Done]:
        _, keeper = await self._keeper(room_id, track)
        done = await keeper.close(ending=True)
        sealing = Command(
            command_id=f"seal:{room_id}:{track.track_id}",
            room_id=room_id,
            actor="recorder",
            at_ms=self._now(),
            ask=keeper.seal(),
        )
        return [*done, Done(outputs=(sealing,))]


def _remember(rooms: dict[str, None], room_id: str) -> None:
    rooms[room_id] = None
    if len(rooms) > _REMEMBERED_ROOMS:
        del rooms[next(iter(rooms))]
