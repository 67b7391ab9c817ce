"""The live feed: a room in, server-sent events out, from what has happened so far to the finished recording."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import msgspec
from litestar import Request, Router, get
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec.structs import replace

from console.access import known_room
from console.asking import GivenDesk
from console.services import Services
from console.views import Delay, LiveView, room_view
from schemas.captions import IDLE, Caption, CaptionState
from schemas.facts import Entry
from schemas.rooms import Room

Told = Entry | Caption | CaptionState
Records = asyncio.Queue[Told]
Events = AsyncGenerator[ServerSentEventMessage, None]

SILENT_AFTER_MS = 12_000
"""A captioner says every 5 s that it listens to a room; one that was not heard twice is gone."""


@dataclass
class Feed:
    """What one listener has been told: the room as it is, and the time (Unix ms) of the youngest caption."""

    services: Services
    room: Room
    heard_ms: int = 0
    settled: set[str] = field(default_factory=set)
    delay: Delay = field(default_factory=Delay)

    @property
    def over(self) -> bool:
        """Nothing more will come: the recording can be played, or there is none."""
        room = self.room
        if room.purged_ms is not None or not (room.live or room.record):
            return True
        return not room.live and room.assembled is not None and room.transcript is not None

    def first(self, captions: tuple[Caption, ...]) -> ServerSentEventMessage:
        """The room and the captions so far; after a reconnection only those that were missed."""
        missed = tuple(caption for caption in captions if caption.emitted_ms >= self.heard_ms)
        for caption in missed:
            self._hear(caption)
        return self._room(missed)

    async def next(self, record: Told) -> ServerSentEventMessage | None:
        """The event that tells of `record`, or `None` where the listener knows it already."""
        if isinstance(record, CaptionState):
            return None  # `delayed` tells, which also notices a captioner that says nothing
        if isinstance(record, Caption):
            return self._caption(record)
        if record.position <= self.room.position:
            return None
        self.room = await self.services.log.load(record.room_id) or replace(self.room, closed_ms=record.at_ms)
        return self._room(())

    def delayed(self) -> ServerSentEventMessage | None:
        """The event that says that captions are delayed from now on, or that it is over."""
        known = self.services.gateway.caption_state(self.room.room_id) if self.room.live else None
        delay = delay_of(known, self.services.now())
        if delay.delayed == self.delay.delayed:
            return None
        self.delay = delay
        return self._message("delay", delay)

    def _caption(self, caption: Caption) -> ServerSentEventMessage | None:
        if caption.pass_name != "live" or caption.caption_id in self.settled:
            return None
        self._hear(caption)
        return self._message("caption", caption)

    def _hear(self, caption: Caption) -> None:
        self.heard_ms = max(self.heard_ms, caption.emitted_ms)
        if caption.status == "final":
            self.settled.add(caption.caption_id)

    def _room(self, captions: tuple[Caption, ...]) -> ServerSentEventMessage:
        view = room_view(self.room, self.services.now(), self.services.base_url)
        return self._message("room", LiveView(room=view, captions=captions))

    def _message(self, event: str, record: Caption | LiveView | Delay) -> ServerSentEventMessage:
        return ServerSentEventMessage(data=msgspec.json.encode(record), event=event, id=str(self.heard_ms))


def delay_of(known: CaptionState | None, now_ms: int) -> Delay:
    """What a listener is told of the last word of the captioner on a live room."""
    if known is None:
        return Delay()
    if known.reason != IDLE and now_ms - known.at_ms > SILENT_AFTER_MS:
        return Delay(delayed=True, since_ms=known.at_ms, reason="silent")
    return Delay(delayed=known.delayed, since_ms=known.since_ms, reason=known.reason)


async def events(feed: Feed) -> Events:
    """Tell one listener all there is, in order; a comment goes out where nothing happens for a while.

    The subscription comes before the look at the room, so nothing falls between the two.
    """
    records: Records = asyncio.Queue()
    subscription = asyncio.create_task(_subscribe(feed, records))
    try:
        await asyncio.sleep(0)  # lets the subscription begin
        feed.room = await known_room(feed.services, feed.room.room_id)
        yield feed.first(feed.services.gateway.captions(feed.room.room_id))
        while not feed.over:
            if (delay := feed.delayed()) is not None:
                yield delay
            if subscription.done():
                subscription.result()  # it ends only by an error, which belongs here
            told = await _next(feed, records)
            if told is not None:
                yield told
    finally:
        subscription.cancel()


async def _subscribe(feed: Feed, records: Records) -> None:
    async for record in feed.services.gateway.follow(feed.room.room_id):
        records.put_nowait(record)


async def _next(feed: Feed, records: Records) -> ServerSentEventMessage | None:
    with contextlib.suppress(TimeoutError):
        return await feed.next(await asyncio.wait_for(records.get(), feed.services.heartbeat_s))
    return ServerSentEventMessage(data=None, comment="still here")


@get("/live", media_type="text/event-stream", tags=["rooms"])
async def live(request: Request[None, None, State], desk: GivenDesk, room_id: FromPath[str]) -> ServerSentEvent:
    """Events `room` (first, with the captions so far), `caption` and `delay`; ends once the recording can be played."""
    heard_ms = heard_ms_of(request.headers.get("Last-Event-ID", ""))
    feed = Feed(desk.services, await known_room(desk.services, room_id), heard_ms)
    return ServerSentEvent(counted(feed))


def heard_ms_of(last_event_id: str) -> int:
    """Where the listener was; an id that is none of ours (they have 13 digits) means from the beginning."""
    return int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 17 else 0


async def counted(feed: Feed) -> Events:
    """The events of a feed that counts as open for as long as somebody takes them."""
    with feed.services.metrics.listeners.track_inprogress():
        async with contextlib.aclosing(events(feed)) as stream:
            async for event in stream:
                yield event


live_router = Router("/rooms/{room_id:str}", route_handlers=[live])
