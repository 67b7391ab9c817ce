"""A finding and its captions in; what is heard in the same passage a second time, with a better beam, out."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import numpy as np
import structlog

from agents.jobs import hear
from agents.outages import through_outages
from agents.ports import RoomLog
from agents.sound import Sound
from processors.clipping import cut
from processors.engines.base import SAMPLE_RATE, Engine, Samples, Speech
from processors.engines.supervised import FAILED
from processors.screening.second_listen import came_back, carried_by, stretch
from schemas.captions import Caption
from schemas.errors import EarwitnessError
from schemas.evidence import SecondListen
from schemas.findings import Finding

log = structlog.get_logger()

BEAM = 8
"""Wider than the final pass (5): a passage that may become a case is worth the time."""

AUDIO_WAITS_S = 4.0
"""How long the sound may take to be found; a live case must not wait for it."""

HEARING_WAITS_S = 20.0
"""How long the engine may take to load and to hear; without it the case opens on the first hearing."""

UNKNOWN = SecondListen(came_back=None)


class SecondListener(Protocol):
    """Hears a passage again."""

    async def listen(self, finding: Finding, captions: Sequence[Caption]) -> SecondListen:
        """What came back of the words that carried the finding; nothing known without the audio or the engine."""


class NoSecondListener:
    """Where there is no audio: nothing is known, so cases open on the first hearing."""

    async def listen(self, finding: Finding, captions: Sequence[Caption]) -> SecondListen:
        return UNKNOWN


class StoredSecondListener:
    """Hears from what was recorded; the engine is loaded when first needed."""

    def __init__(self, rooms: RoomLog, sound: Sound, engine: Callable[[], Engine]) -> None:
        self._rooms = rooms
        self._sound = sound
        self._engine = engine

    async def listen(self, finding: Finding, captions: Sequence[Caption]) -> SecondListen:
        try:
            samples = await asyncio.wait_for(self._samples(finding), AUDIO_WAITS_S)
        except (TimeoutError, EarwitnessError) as error:
            log.warning("second_listen_without_audio", finding_id=finding.finding_id, error=type(error).__name__)
            return UNKNOWN
        if not samples.size:
            return UNKNOWN
        try:
            return await asyncio.wait_for(self._heard(finding, captions, samples), HEARING_WAITS_S)
        except (TimeoutError, EarwitnessError) as error:
            log.warning("second_listen_without_engine", finding_id=finding.finding_id, error=type(error).__name__)
            return UNKNOWN

    async def _heard(self, finding: Finding, captions: Sequence[Caption], samples: Samples) -> SecondListen:
        engine = await asyncio.to_thread(self._engine)
        speech = Speech(samples=samples, final=True, language=captions[0].language if captions else "")
        (heard,) = await hear(engine, [speech], beam=BEAM)
        if heard.rejected == FAILED:  # that says something of the engine, nothing of the words
            return UNKNOWN
        share = came_back(carried_by(finding, captions), heard.text)
        log.info("heard_again", finding_id=finding.finding_id, came_back=share)
        return SecondListen(came_back=share, text=heard.text, engine=engine.name, model=engine.model, beam=BEAM)

    async def _samples(self, finding: Finding) -> Samples:
        room = await through_outages(lambda: self._rooms.load(finding.room_id))
        if room is None:
            return np.zeros(0, np.float32)
        start_ms, end_ms = stretch(finding)
        found = await self._sound.stretch(room, finding.track_id, start_ms, end_ms)
        notes = self._sound.notes.of(room.room_id, finding.track_id)
        cutting = partial(cut, found.chunks, room.opened_ms, start_ms, end_ms, rate=SAMPLE_RATE, notes=notes)
        return await asyncio.to_thread(cutting)
