"""Room events, captions and findings in; what can be searched of them into the index.

Only recorded rooms are indexed, and a purged one is taken out again. The final pass replaces the live one: its
captions take the place of the live captions, and its findings that of the live findings once the room is screened.
"""

from typing import TypeGuard

from agents.directory import RoomDirectory
from agents.indexing import NOTHING, Change, Removal, indexing
from agents.ports import Agent, Now, RoomLog, SearchIndex
from processors.documents import PER_ROOM, case_documents, finding_document, room_document, utterance_document
from schemas.captions import Caption, CaptionRecord
from schemas.facts import Entry, RecordingScreened
from schemas.findings import Finding
from schemas.rooms import Room


def room_indexer(rooms: RoomLog, index: SearchIndex, now: Now) -> Agent:
    """Topic `room.events`: the room's card and its cases, as its log has them now."""

    async def changes(entry: Entry) -> Change:
        room = await rooms.load(entry.room_id)
        if not _kept(room):
            return Change(removals=tuple(_removal(name, entry.room_id) for name in PER_ROOM))
        replaced = isinstance(entry.fact, RecordingScreened)
        return Change(
            documents=(room_document(room), *case_documents(room)),
            removals=(_removal("findings", room.room_id, pass_name="live"),) if replaced else (),
        )

    return indexing(index, changes, now)


def caption_indexer(directory: RoomDirectory, index: SearchIndex, now: Now) -> Agent:
    """Topic `captions`: each final caption; after the final pass no live one is left.

    Where the live pass ends last (it was behind), it is removed then.
    """

    async def changes(record: CaptionRecord) -> Change:
        if isinstance(record, Caption):
            return await _utterance(record, directory)
        room = await directory.room(record.room_id)
        replaced = record.pass_name == "final" or (room is not None and room.transcript is not None)
        return Change(removals=(_removal("utterances", record.room_id, pass_name="live"),)) if replaced else NOTHING

    return indexing(index, changes, now)


def finding_indexer(directory: RoomDirectory, index: SearchIndex, now: Now) -> Agent:
    """Topic `findings`: each finding as it grows; a live one only until its room is screened."""

    async def changes(finding: Finding) -> Change:
        room = await directory.room(finding.room_id)
        if not _kept(room) or finding.track_id in room.erased:
            return NOTHING
        if finding.pass_name == "live" and room.screened is not None:
            return NOTHING
        return Change(documents=(finding_document(finding, room),))

    return indexing(index, changes, now)


async def _utterance(caption: Caption, directory: RoomDirectory) -> Change:
    if caption.status != "final" or not caption.text:  # an empty final only takes its draft back
        return NOTHING
    known = await directory.track(caption.room_id, caption.track_id)
    if known is None or not _kept(known[0]) or caption.track_id in known[0].erased:
        return NOTHING
    return Change(documents=(utterance_document(caption, known[0]),))


def _kept(room: Room | None) -> TypeGuard[Room]:
    return room is not None and room.record and room.purged_ms is None


def _removal(index: str, room_id: str, **terms: str) -> Removal:
    return Removal(index=index, terms={"room_id": room_id, **terms})
