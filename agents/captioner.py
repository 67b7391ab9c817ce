"""Audio chunks of live rooms in; drafts and finals of what is said out, and `TranscriptEnded` when a room is over.

Tasks work beside the generator: one takes deliveries in, and one for each pass that the engine makes at a time keeps it
busy with whatever waits. All put what they have into one queue, so that all state is changed in one place, in order. A
chunk is acknowledged once every final that needs its sound has been published, silence at once; after a crash the words
in between are heard again.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any, TypeAlias

from agents.headers import Headers
from agents.hearing_figures import HearingFigures
from agents.intake import MOST_TOGETHER, Intake, taken_together
from agents.jobs import Job, Jobs, hear
from agents.live_rooms import Directory, LiveRooms
from agents.ports import Agent, Delivery, Now, Outputs
from processors.engines.base import Engine, Heard
from processors.notes import NO_NOTES, Notes
from schemas.base import Record

DRAFT_BEAM = 1
LIVE_BEAM = 2
"""Of finals: an eighth fewer errors than greedy, for a tenth more decoding at most (docs/performance.md)."""
_TICK_S = 0.5


@dataclass(frozen=True)
class _Results:
    heard: list[tuple[Job, Heard]]


@dataclass(frozen=True)
class _Failed:
    error: Exception


class _NoMoreDeliveries:
    pass


_Event: TypeAlias = Delivery[Any] | _Results | _Failed | _NoMoreDeliveries
_Work: TypeAlias = list[Delivery[Any]] | _Results | _Failed | _NoMoreDeliveries | None
_Events: TypeAlias = asyncio.Queue[_Event]


def captioner(
    directory: Directory,
    engine: Engine,
    now: Now,
    headers: Headers,
    figures: HearingFigures,
    notes: Notes = NO_NOTES,
    *,
    listeners: int = 1,
) -> Agent:
    """Make the agent of topic `audio.chunks` that captions rooms while people speak, with so many threads to listen."""

    async def run(deliveries: AsyncIterator[Delivery[Any]]) -> Outputs:
        rooms = LiveRooms(directory, engine, now, headers, figures, notes, listeners=listeners)
        events: _Events = asyncio.Queue(MOST_TOGETHER)
        intake = Intake(now, events)
        passes = [_keep_busy(engine, rooms.jobs, events, now, figures) for _ in range(engine.passes)]
        works = (_take_in(intake.noted(deliveries), rooms.jobs, events), *passes)
        tasks = [asyncio.create_task(_reporting(work, events)) for work in works]
        try:
            async for event in _until_done(events, rooms.jobs):
                for output in await _outputs(rooms, intake, event):
                    yield output
                if states := rooms.states():
                    yield states
                for delivery in rooms.release():
                    await delivery.ack()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return run


async def _outputs(rooms: LiveRooms, intake: Intake, event: _Work) -> list[Record]:
    match event:
        case list():
            return await rooms.delivered(event)
        case _Results():
            return rooms.heard(event.heard)
        case _Failed():
            raise event.error
        case None:
            rooms.jobs.look_again()
            rooms.pause_silent(intake.look())
    return []


async def _take_in(deliveries: AsyncIterator[Delivery[Any]], jobs: Jobs, events: _Events) -> None:
    async for delivery in deliveries:
        await jobs.wait_for_room()
        await events.put(delivery)
    await events.put(_NoMoreDeliveries())


async def _keep_busy(engine: Engine, jobs: Jobs, events: _Events, now: Now, figures: HearingFigures) -> None:
    while True:
        batch = await jobs.take()
        speeches, began_ms = [job.speech for job in batch], now()
        kind, beam = ("final", LIVE_BEAM) if speeches[0].final else ("draft", DRAFT_BEAM)
        heard = await hear(engine, speeches, beam=beam)
        figures.heard(kind, len(batch), sum(speech.seconds for speech in speeches), (now() - began_ms) / 1000)
        await events.put(_Results(list(zip(batch, heard, strict=True))))


async def _reporting(work: Coroutine[Any, Any, None], events: _Events) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 -- raised again by the generator, where it stops the worker
        await events.put(_Failed(error))


async def _until_done(events: _Events, jobs: Jobs) -> AsyncIterator[_Work]:
    """Events, deliveries together, and twice a second None, until all are in and all that was said in them is heard.

    Without the None between others' events, a track that falls silent would keep its last words until all others do.
    """
    clock = asyncio.get_running_loop().time
    more, tick_s = True, clock() + _TICK_S
    while more or not jobs.idle:
        try:
            event = await asyncio.wait_for(events.get(), tick_s - clock())
        except TimeoutError:
            tick_s = clock() + _TICK_S
            yield None
            continue
        together, others = taken_together(event, events) if isinstance(event, Delivery) else ([], [event])
        if together:
            yield together
        for other in others:
            more = more and not isinstance(other, _NoMoreDeliveries)
            yield other
