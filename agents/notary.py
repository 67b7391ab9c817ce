"""Cases opened and recordings completed in; for each case a clip in the store, and the digests of its evidence, out.

A clip is cut from durable parts, so that of a live case comes once the recording is complete. It lies in the room's
folder: the host's deletion hides the recording and touches nothing here, the purge takes all of it.
"""

import asyncio
from functools import partial

import msgspec
import structlog

from agents.outages import through_outages
from agents.ports import Agent, Deliveries, Now, Outputs, RecordingStore, RoomLog
from agents.sound import Sound
from processors.clipping import AROUND_MS, cut, flac, mixed
from processors.decoding import Samples
from processors.layout import clip_key, kept_reasons_key, reasons_key
from processors.packet import sha256
from schemas.asks import AttachEvidence, Command
from schemas.errors import Conflict, Missing
from schemas.evidence import Clip, CutFrom
from schemas.facts import CaseOpened, Entry, RecordingCompleted
from schemas.rooms import Case, Room

log = structlog.get_logger()


def notary(rooms: RoomLog, store: RecordingStore, sound: Sound, now: Now) -> Agent:
    """Make the agent of topic `room.events` that keeps the evidence of cases; the same events make the same again."""

    async def run(deliveries: Deliveries[Entry]) -> Outputs:
        async for delivery in deliveries:
            if isinstance(delivery.record.fact, CaseOpened | RecordingCompleted):
                room = await through_outages(partial(rooms.load, delivery.record.room_id))
                for case in _due(room) if room is not None else ():
                    yield _attach(room, await _kept(room, case, store, sound), now())  # type: ignore[arg-type]  # not None
            await delivery.ack()

    return run


def _due(room: Room) -> list[Case]:
    """Cases whose evidence can be kept now and is not yet."""
    if room.completed_ms is None or room.purged_ms is not None:
        return []
    return [case for case in room.cases.values() if case.evidence is None]


async def _kept(room: Room, case: Case, store: RecordingStore, sound: Sound) -> AttachEvidence:
    data = await _clip(room, case, store, sound)
    testimony = await _testimony(room, case, store)
    return AttachEvidence(case_id=case.case_id, clip_sha256=sha256(data), testimony_sha256=sha256(testimony))


async def _clip(room: Room, case: Case, store: RecordingStore, sound: Sound) -> bytes:
    """Cut, keep and return the clip; empty for a report of a whole recording, and where nothing can be decoded."""
    if case.start_ms is None:
        return b""
    start_ms, end_ms = max(0, case.start_ms - AROUND_MS), (case.end_ms or case.start_ms) + AROUND_MS
    tracks: list[Samples] = []
    parts: list[CutFrom] = []
    for track_id in room.tracks:
        found = await sound.stretch(room, track_id, start_ms, end_ms)
        notes = sound.notes.of(room.room_id, track_id)
        cutting = partial(cut, found.chunks, room.opened_ms, start_ms, end_ms, notes=notes)
        tracks.append(await asyncio.to_thread(cutting))
        parts += found.cut_from
    together = mixed(tracks)
    if not together.size:
        return b""
    data = await asyncio.to_thread(flac, together)
    key = clip_key(room.room_id, case.case_id, "flac")
    clip = Clip(
        case_id=case.case_id, start_ms=start_ms, end_ms=end_ms, key=key, sha256=sha256(data), cut_from=tuple(parts)
    )
    await through_outages(lambda: store.put(key, data))
    await through_outages(lambda: store.put(clip_key(room.room_id, case.case_id, "json"), msgspec.json.encode(clip)))
    log.info("clip_kept", room_id=room.room_id, case_id=case.case_id, bytes=len(data), parts=len(parts))
    return data


async def _testimony(room: Room, case: Case, store: RecordingStore) -> bytes:
    """Keep and return the reasons as they are now: their digest goes into the log, and a room may be screened again.

    What was kept first stays, so that the same event twice does not leave a digest of something else.
    """
    key = kept_reasons_key(room.room_id, case.case_id)
    try:
        data = await through_outages(lambda: store.get(reasons_key(room.room_id, case.finding_id)))
        await through_outages(lambda: store.put(key, data, if_absent=True))
    except Missing:  # a report: nobody but its reporter has said anything yet
        return b""
    except Conflict:
        return await through_outages(lambda: store.get(key))
    return data


def _attach(room: Room, ask: AttachEvidence, at_ms: int) -> Command:
    return Command(command_id=f"evidence:{ask.case_id}", room_id=room.room_id, actor="notary", at_ms=at_ms, ask=ask)
