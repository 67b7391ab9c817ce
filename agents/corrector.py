"""Corrections and erasures in; the index's utterances and findings as they should read now, out."""

import msgspec

from agents.indexing import NOTHING, Change, Removal, indexing
from agents.ports import Agent, Now, RecordingStore, RoomLog, SearchIndex
from processors.documents import utterance_document
from processors.layout import transcript_key
from processors.serving import as_corrected
from schemas.captions import Transcript
from schemas.errors import Missing
from schemas.facts import CaptionCorrected, Entry, SpeakerErased
from schemas.rooms import Room

SPOKEN = ("utterances", "findings")
"""The indices that hold words of a speaker."""


def corrector(rooms: RoomLog, store: RecordingStore, index: SearchIndex, now: Now) -> Agent:
    """Make the agent of topic `room.events` that keeps what can be searched true to what is served."""

    async def changes(entry: Entry) -> Change:
        match entry.fact:
            case CaptionCorrected(caption_id=caption_id):
                return await _corrected(await rooms.load(entry.room_id), caption_id)
            case SpeakerErased(track_ids=track_ids):
                terms = [{"room_id": entry.room_id, "track_id": track_id} for track_id in track_ids]
                return Change(removals=tuple(Removal(index=name, terms=term) for name in SPOKEN for term in terms))
        return NOTHING

    async def _corrected(room: Room | None, caption_id: str) -> Change:
        if room is None or room.purged_ms is not None:
            return NOTHING
        try:
            kept = msgspec.json.decode(await store.get(transcript_key(room.room_id)), type=Transcript)
        except Missing:  # purged meanwhile
            return NOTHING
        found = [each for each in kept.captions if each.caption_id == caption_id and each.track_id not in room.erased]
        return Change(documents=tuple(utterance_document(as_corrected(each, room), room) for each in found))

    return indexing(index, changes, now)
