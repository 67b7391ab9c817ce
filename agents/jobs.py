"""Utterances of all rooms in; batches for the one engine out: finals in order, and drafts when no final waits."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from agents.outages import through_outages
from processors.engines.base import Engine, Heard, Speech
from processors.utterances import Utterance

MOST_AT_ONCE = 8
"""Utterances a call: more would keep a final waiting for longer than the batch saves."""
FULL_AT = 64
"""So many finals are many seconds of work for a slow core; from here on intake waits, so that memory does not grow."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """An utterance to be heard: whose it is, and its language if that is known."""

    room_id: str
    track_id: str
    utterance: Utterance
    language: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.room_id, self.utterance.utterance_id

    @property
    def speech(self) -> Speech:
        return Speech(samples=self.utterance.samples, final=self.utterance.final, language=self.language)


class Jobs:
    """What waits to be heard. A final is never dropped; a draft gives way to a newer one and to its final."""

    def __init__(self) -> None:
        self._finals: list[Job] = []
        self._drafts: dict[tuple[str, str], Job] = {}
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._unfinished = 0
        self.drafts_shed = 0

    @property
    def idle(self) -> bool:
        """Nothing waits, nothing is being heard, and what was heard has been dealt with."""
        return self._unfinished == 0

    @property
    def full(self) -> bool:
        return len(self._finals) >= FULL_AT

    def add(self, job: Job) -> None:
        replaced = self._drafts.pop(job.key, None) is not None
        self._unfinished += not replaced
        self.drafts_shed += replaced
        if job.utterance.final:
            self._finals.append(job)
        else:
            self._drafts[job.key] = job
        self._changed()

    async def take(self) -> list[Job]:
        """Wait for work; return the oldest finals, or else the oldest drafts."""
        await self._news.wait()
        if self._finals:
            taken, self._finals = self._finals[:MOST_AT_ONCE], self._finals[MOST_AT_ONCE:]
        else:
            taken = [self._drafts.pop(key) for key in list(self._drafts)[:MOST_AT_ONCE]]
        self._changed()
        return taken

    def done(self, count: int) -> None:
        """So many of the jobs taken have been dealt with."""
        self._unfinished -= count

    async def wait_for_room(self) -> None:
        await self._room.wait()

    def _changed(self) -> None:
        for event, holds in ((self._news, bool(self._finals or self._drafts)), (self._room, not self.full)):
            if holds:
                event.set()
            else:
                event.clear()


async def hear(engine: Engine, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
    """Run the engine in a thread; while it is away, try again."""
    return await through_outages(lambda: asyncio.to_thread(engine.transcribe, utterances, beam=beam))
