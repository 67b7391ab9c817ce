"""Utterances of all rooms in; passes for the one engine out: the oldest finals, and drafts when there is time."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from agents.hearing_figures import HearingFigures
from agents.outages import through_outages
from agents.ports import Now
from agents.shedding import Shedding
from processors.engines.base import Engine, Heard, Speech
from processors.engines.windows import window_s
from processors.utterances import Utterance

FULL_AT_PASSES = 8
"""So many passes of finals are seconds of work; from here on intake waits, so that memory does not grow."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """An utterance to be heard: whose it is, since when it waits (Unix ms), and its language if that is known."""

    room_id: str
    track_id: str
    utterance: Utterance
    since_ms: int = 0
    language: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.room_id, self.utterance.utterance_id

    @property
    def alike(self) -> tuple[int, str]:
        """Jobs that are alike go through the engine in one pass."""
        return window_s(self.speech), self.language

    @property
    def speech(self) -> Speech:
        said = self.utterance
        return Speech(samples=said.samples, final=said.final, language=self.language, timed=said.timed)


class Jobs:
    """What waits to be heard. A final is never dropped; a draft gives way to a newer one and to its final.

    The engine hears `most` of one kind in a pass. While finals are late no draft begins (`Shedding`).
    """

    def __init__(self, figures: HearingFigures, now: Now, most: int) -> None:
        self._figures = figures
        self._now = now
        self._most = most
        self._shedding = Shedding()
        self._finals: list[Job] = []
        self._drafts: dict[tuple[str, str], Job] = {}
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._hearing: set[tuple[str, str]] = set()
        self._unfinished = 0
        self.drafts_shed = 0

    @property
    def idle(self) -> bool:
        """Nothing waits, nothing is being heard, and what was heard has been dealt with."""
        return self._unfinished == 0

    @property
    def full(self) -> bool:
        return len(self._finals) >= FULL_AT_PASSES * self._most

    def add(self, job: Job) -> None:
        replaced = job.key in self._drafts
        self._unfinished += not replaced
        self.drafts_shed += replaced
        self._figures.drafts_shed.inc(replaced)
        if job.utterance.final:
            self._drafts.pop(job.key, None)
            self._finals.append(job)
        else:
            self._drafts[job.key] = job  # in the place of the one before: who goes on speaking is not put back again
        self._changed()

    async def take(self) -> list[Job]:
        """Wait for work; return the oldest final, or else the oldest draft, and those that fit into its pass.

        Several may wait. A draft stays here while an older one of its utterance is being heard: they come out in order.
        """
        while not (taken := self._next_pass()):
            self._news.clear()
            await self._news.wait()
        self._hearing.update(job.key for job in taken)
        self._changed()
        return taken

    def shorten(self, key: tuple[str, str], unsettled: Callable[[Utterance], Utterance]) -> None:
        """A draft was heard: leave out of the one that waits behind it what is settled by now."""
        if waiting := self._drafts.get(key):
            self._drafts[key] = replace(waiting, utterance=unsettled(waiting.utterance))

    def done(self, jobs: Sequence[Job]) -> None:
        """These of the jobs taken have been dealt with."""
        self._unfinished -= len(jobs)
        self._hearing.difference_update(job.key for job in jobs)
        self._changed()

    async def wait_for_room(self) -> None:
        await self._room.wait()

    def _next_pass(self) -> list[Job]:
        if self._finals:
            taken = _one_pass(self._finals, self._most)
            self._finals = [job for job in self._finals if job not in taken]
            now_ms = self._now()
            self._shedding.waited((now_ms - job.since_ms for job in taken), now_ms)
            return taken
        if self._shedding.holds(self._now()):
            return []
        taken = _one_pass((job for job in self._drafts.values() if job.key not in self._hearing), self._most)
        for job in taken:
            del self._drafts[job.key]
        return taken

    def look_again(self) -> None:
        """Time has passed: drafts that were held may have their turn."""
        self._news.set()

    def _changed(self) -> None:
        self._figures.waiting.labels("final").set(len(self._finals))
        self._figures.waiting.labels("draft").set(len(self._drafts))
        self._news.set()
        if self.full:
            self._room.clear()
        else:
            self._room.set()


def _one_pass(waiting: Iterable[Job], most: int) -> list[Job]:
    """The oldest and what is alike: a mixed batch is as many passes as it has windows, and a final waits for all."""
    jobs = list(waiting)
    return [job for job in jobs if job.alike == jobs[0].alike][:most]


async def hear(engine: Engine, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
    """Run the engine in a thread; while it is away, try again."""
    return await through_outages(lambda: asyncio.to_thread(engine.transcribe, utterances, beam=beam))
