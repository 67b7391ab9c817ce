"""`RecordingCompleted` in; the final captions, made from the durable parts with a better beam, out.

They go out as records in time order, into the store as one transcript, and to the room as `Command(AttachTranscript)`.
Everything derives from the parts, so a repeated event writes the same again (but for `emitted_ms`). One part of one
track is in memory at a time; decoding and hearing run in threads.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

import msgspec
import structlog

from agents.jobs import hear
from agents.outages import through_outages
from agents.ports import Agent, Delivery, Now, Outputs, RecordingStore, RoomLog
from processors.captioning import Origin, final_caption, held_language
from processors.continuity import captioned_ms
from processors.ear import Ear
from processors.engines.base import Engine, Speech
from processors.layout import parts_folder, transcript_key
from processors.notes import NO_NOTES, Notes
from processors.parts import decode_part
from processors.utterances import Utterance
from processors.voice import FINAL, VoiceModel
from schemas.asks import AttachTranscript, Command
from schemas.audio import Part
from schemas.captions import Caption, Transcript, TranscriptEnded
from schemas.errors import Invalid
from schemas.facts import Entry, RecordingCompleted
from schemas.rooms import Room

log = structlog.get_logger()

Ears = Callable[[str], Ear]
"""Listens to a track from its beginning."""

FINAL_BEAM = 5
LIVE_SHARE = 4
"""A call takes this part of a pass: long windows gain little from batches, and live rooms wait for the same engine."""


def transcriber(rooms: RoomLog, store: RecordingStore, engine: Engine, now: Now, notes: Notes = NO_NOTES) -> Agent:
    """Make the agent of topic `room.events` that hears a whole recording again."""

    async def run(deliveries: AsyncIterator[Delivery[Entry]]) -> Outputs:
        voices = VoiceModel()
        async for delivery in deliveries:
            if isinstance(delivery.record.fact, RecordingCompleted):
                room = await _loaded(rooms, delivery.record.room_id)
                if room is not None and room.transcript is None and room.purged_ms is None:
                    captions = await _captions(room, store, engine, partial(_ear, room, voices, notes), now)
                    for caption in captions:
                        yield caption
                    await _keep(store, _transcript(room, engine, captions))
                    yield TranscriptEnded(room_id=room.room_id, pass_name="final", captions=len(captions))
                    yield _attach(room, engine, captions, now())
            await delivery.ack()

    return run


async def _loaded(rooms: RoomLog, room_id: str) -> Room | None:
    return await through_outages(lambda: rooms.load(room_id))


def _ear(room: Room, voices: VoiceModel, notes: Notes, track_id: str) -> Ear:
    return Ear(track_id, room.opened_ms, FINAL, voices, notes.of(room.room_id, track_id))


async def _captions(room: Room, store: RecordingStore, engine: Engine, ears: Ears, now: Now) -> tuple[Caption, ...]:
    """Hear one track after the other; all captions of the room, in time order."""
    captions: list[Caption] = []
    for track in room.tracks.values():
        origin = Origin(
            room_id=room.room_id,
            track_id=track.track_id,
            speaker=track.speaker,
            pass_name="final",
            engine=engine.name,
            model=engine.model,
        )
        captions += await _track_captions(origin, store, engine, ears, now)
    captions.sort(key=lambda caption: (caption.start_ms, caption.track_id))
    log.info("final_captions_made", room_id=room.room_id, captions=len(captions), tracks=len(room.tracks))
    return tuple(captions)


async def _track_captions(origin: Origin, store: RecordingStore, engine: Engine, ears: Ears, now: Now) -> list[Caption]:
    captions: list[Caption] = []
    language = ""
    most = max(1, engine.batch // LIVE_SHARE)
    async for batch in _utterances(origin, store, ears(origin.track_id), most):
        speeches = [Speech(samples=said.samples, final=True, language=language) for said in batch]
        for utterance, heard in zip(batch, await hear(engine, speeches, beam=FINAL_BEAM), strict=True):
            language = held_language(language, heard)
            captions += [final_caption(origin, utterance, heard, now())] if heard.text else []
    return captions


async def _utterances(origin: Origin, store: RecordingStore, ear: Ear, most: int) -> AsyncIterator[list[Utterance]]:
    """A track's utterances, `most` at a time, part by part."""
    waiting: list[Utterance] = []
    for found in await through_outages(lambda: store.list(parts_folder(origin.room_id, origin.track_id))):
        data = await through_outages(partial(store.get, found.key))
        waiting += await asyncio.to_thread(_said, ear, decode_part(data))
        while len(waiting) >= most:
            yield waiting[:most]
            del waiting[:most]
    waiting += await asyncio.to_thread(ear.finish)
    for first in range(0, len(waiting), most):
        yield waiting[first : first + most]


def _said(ear: Ear, part: Part) -> list[Utterance]:
    """The finals in a part; chunks that cannot be decoded are passed over, as in the recording."""
    said: list[Utterance] = []
    for chunk in part.chunks:
        try:
            said += ear.take(chunk)
        except Invalid:
            said += ear.pause()
    return [utterance for utterance in said if utterance.final]


def _transcript(room: Room, engine: Engine, captions: tuple[Caption, ...]) -> Transcript:
    return Transcript(
        room_id=room.room_id,
        title=room.title,
        duration_ms=(room.closed_ms or room.opened_ms) - room.opened_ms,
        engine=engine.name,
        model=engine.model,
        captions=captions,
    )


async def _keep(store: RecordingStore, transcript: Transcript) -> None:
    data = msgspec.json.encode(transcript)
    await through_outages(lambda: store.put(transcript_key(transcript.room_id), data))


def _attach(room: Room, engine: Engine, captions: tuple[Caption, ...], at_ms: int) -> Command:
    attached = AttachTranscript(
        captions=len(captions),
        words=sum(len(caption.words) for caption in captions),
        engine=engine.name,
        model=engine.model,
        captioned_ms=captioned_ms(captions),
    )
    return Command(
        command_id=f"transcribe:{room.room_id}",
        room_id=room.room_id,
        actor="transcriber",
        at_ms=at_ms,
        ask=attached,
    )
