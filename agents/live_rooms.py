"""Deliveries and results of the engine in; captions to publish out, and the deliveries to acknowledge after that."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

import structlog

from agents.caption_states import StateTeller
from agents.headers import Headers
from agents.hearing import Admitted, TrackEar, listened
from agents.hearing_figures import HearingFigures
from agents.intake import rounds
from agents.jobs import Job, Jobs
from agents.outages import through_outages
from agents.ports import Delivery, Now
from processors.captioning import Origin
from processors.checks import check_chunk
from processors.engines.base import Engine, Heard
from processors.media import media_of
from processors.notes import NO_NOTES, Notes
from processors.utterances import Utterance
from processors.voice import VoiceModel
from schemas.audio import AudioChunk, RoomEnded, TrackEnded
from schemas.base import Record
from schemas.captions import Caption, CaptionState, TranscriptEnded
from schemas.errors import Invalid
from schemas.rooms import Room, Track

log = structlog.get_logger()

PAUSED_AFTER_MS = 2_000
"""A track that sends nothing for so long, or for two chunks, has stopped in the middle of a word."""
_ENDED_ROOMS_REMEMBERED = 4_096


class Directory(Protocol):
    """Says what rooms and tracks are."""

    async def room(self, room_id: str) -> Room | None: ...

    async def track(self, room_id: str, track_id: str) -> tuple[Room, Track] | None: ...


@dataclass
class _LiveRoom:
    """The tracks of one room, its captions so far, and the delivery of its end, which may come more than once."""

    state: StateTeller
    ears: dict[str, TrackEar] = field(default_factory=dict)
    captions: int = 0
    ended: list[Delivery[RoomEnded]] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return bool(self.ended) and all(ear.drained for ear in self.ears.values())

    def release(self) -> Iterator[Delivery[Any]]:
        for ear in self.ears.values():
            yield from ear.release()
        if self.over:
            yield from self.ended


class LiveRooms:
    """All live rooms: deliveries go to their track, utterances to the engine, captions out."""

    def __init__(
        self,
        directory: Directory,
        engine: Engine,
        now: Now,
        headers: Headers,
        figures: HearingFigures,
        notes: Notes = NO_NOTES,
        *,
        listeners: int = 1,
    ) -> None:
        self._notes = notes
        self.jobs = Jobs(figures, now, engine.batch)
        self._figures = figures
        self._directory = directory
        self._engine = engine
        self._now = now
        self._headers = headers
        self._voices = VoiceModel()
        self._listeners = listeners
        self._rooms: dict[str, _LiveRoom] = {}
        self._ended: dict[str, None] = {}
        self._refused: list[Delivery[Any]] = []

    def release(self) -> Iterator[Delivery[Any]]:
        """The deliveries that can be acknowledged now."""
        refused, self._refused = self._refused, []
        yield from refused
        for room_id, room in list(self._rooms.items()):
            yield from room.release()
            if room.over:
                del self._rooms[room_id]

    async def delivered(self, deliveries: Sequence[Delivery[Any]]) -> list[Record]:
        """Take deliveries, in their order; return what is to be published before `release`."""
        outputs: list[Record] = []
        for sound, together in groupby(deliveries, lambda one: isinstance(one.record, AudioChunk)):
            if sound:
                await self._chunks(list(together))
                continue
            for delivery in together:
                outputs += await self._ended_here(delivery)
        return outputs

    async def _ended_here(self, delivery: Delivery[Any]) -> list[Record]:
        if isinstance(delivery.record, RoomEnded):
            return await self._room_ended(delivery)
        await self._track_ended(delivery)
        return []

    async def _chunks(self, deliveries: Sequence[Delivery[AudioChunk]]) -> None:
        for together in rounds(deliveries):
            admitted = [found for delivery in together if (found := await self._admitted(delivery))]
            for ear, said in await listened(admitted, self._listeners):
                self._submit(ear, said)

    async def _admitted(self, delivery: Delivery[AudioChunk]) -> Admitted | None:
        ear = await self._ear(delivery.record)
        if ear is None:
            self._refused.append(delivery)
            return None
        ear.arrived_ms, ear.chunk_ms = self._now(), delivery.record.duration_ms
        self._live(delivery.record.room_id).state.arrived_ms = ear.arrived_ms
        return ear, await ear.admit(delivery, self._headers)

    async def _ear(self, chunk: AudioChunk) -> TrackEar | None:
        """Who listens to the chunk's track; None where nobody may, or where the recorder refuses the chunk."""
        if chunk.room_id in self._ended:
            return None
        found = await through_outages(lambda: self._directory.track(chunk.room_id, chunk.track_id))
        if found is None or not found[0].record or not _fits(chunk, found[1]):
            return None
        room, track = found
        live = self._live(room.room_id)
        if track.track_id not in live.ears:
            notes = self._notes.of(room.room_id, track.track_id)
            live.ears[track.track_id] = TrackEar(self._origin(room, track), room.opened_ms, self._voices, notes)
        return live.ears[track.track_id]

    def _live(self, room_id: str) -> _LiveRoom:
        if room_id not in self._rooms:
            self._rooms[room_id] = _LiveRoom(StateTeller(room_id, self._now(), self._now()))
        return self._rooms[room_id]

    def _origin(self, room: Room, track: Track) -> Origin:
        return Origin(
            room_id=room.room_id,
            track_id=track.track_id,
            speaker=track.speaker,
            pass_name="live",
            engine=self._engine.name,
            model=self._engine.model,
        )

    async def _track_ended(self, delivery: Delivery[TrackEnded]) -> None:
        room = self._rooms.get(delivery.record.room_id)
        ear = room.ears.get(delivery.record.track_id) if room else None
        if ear is None:
            self._refused.append(delivery)
            return
        self._submit(ear, await asyncio.to_thread(ear.finish))
        ear.wait(delivery)

    async def _room_ended(self, delivery: Delivery[RoomEnded]) -> list[Record]:
        room_id = delivery.record.room_id
        known = await through_outages(lambda: self._directory.room(room_id))
        if known is None or not known.record:
            self._refused.append(delivery)
            return []
        room = self._live(room_id)
        for ear in room.ears.values():
            self._submit(ear, await asyncio.to_thread(ear.finish))
        room.ended.append(delivery)
        self._remember_end(room_id)
        return self._closing(room_id)

    def heard(self, results: list[tuple[Job, Heard]]) -> list[Record]:
        """Take what the engine heard; return what is to be published before `release`."""
        self.jobs.done([job for job, _ in results])
        captions = [caption for job, heard in results for caption in self._captions(job, heard)]
        finished = dict.fromkeys(job.room_id for job, _ in results if job.utterance.final)
        return [*captions, *(ended for room_id in finished for ended in self._closing(room_id))]

    def states(self) -> tuple[CaptionState, ...]:
        """How the captions of the rooms are, where there is something to say."""
        told = (room.state.tell(self._now(), self._figures) for room in self._rooms.values())
        return tuple(state for state in told if state is not None)

    def pause_silent(self, caught_up_ms: int) -> None:
        """Finish what was being said on tracks that send nothing any more, as far as all is known that was sent.

        Where intake is behind, it is us who are late: cut there, words are lost and utterances become more.
        """
        for room in self._rooms.values():
            for ear in room.ears.values():
                if caught_up_ms - ear.arrived_ms >= max(PAUSED_AFTER_MS, 2 * ear.chunk_ms):
                    self._submit(ear, ear.pause())

    def _captions(self, job: Job, heard: Heard) -> Iterator[Caption]:
        room = self._rooms.get(job.room_id)
        if room is None:  # a draft of a room that is over by now
            return
        ear = room.ears[job.track_id]
        caption = ear.told(job.utterance, heard, self._now())
        self.jobs.shorten(job.key, ear.unsettled)
        _watch(room.state, job, heard, self._now())
        if caption is None:
            return
        room.captions += caption.status == "final" and bool(caption.text)
        self._figures.told(caption, ear.opened_ms)
        yield caption

    def _closing(self, room_id: str) -> list[Record]:
        room = self._rooms[room_id]
        if not room.over:
            return []
        self._figures.forget(room_id)
        log.info("live_captions_ended", room_id=room_id, captions=room.captions, drafts_shed=self.jobs.drafts_shed)
        return [TranscriptEnded(room_id=room_id, pass_name="live", captions=room.captions)]

    def _submit(self, ear: TrackEar, said: list[Utterance]) -> None:
        now_ms = self._now()
        for utterance in map(ear.unsettled, said):
            origin = ear.origin
            job = Job(
                room_id=origin.room_id,
                track_id=origin.track_id,
                utterance=utterance,
                since_ms=now_ms,
                language=ear.language,
            )
            self.jobs.add(job)
            self._live(origin.room_id).state.gaps.said(utterance.utterance_id, now_ms)

    def _remember_end(self, room_id: str) -> None:
        self._ended[room_id] = None
        if len(self._ended) > _ENDED_ROOMS_REMEMBERED:
            del self._ended[next(iter(self._ended))]


def _watch(state: StateTeller, job: Job, heard: Heard, now_ms: int) -> None:
    said = job.utterance
    if heard.text:
        state.gaps.worded(job.track_id, said.utterance_id)
    elif said.final:
        state.gaps.wordless(job.track_id, said.utterance_id, said.end_ms - said.start_ms, now_ms)


def _fits(chunk: AudioChunk, track: Track) -> bool:
    try:
        check_chunk(chunk)
        return media_of(chunk.content_type) == media_of(track.content_type)
    except Invalid:
        return False
