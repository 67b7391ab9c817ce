"""Stored parts, captions, findings and room events in; figures about recorded rooms into the index."""

from agents.directory import RoomDirectory
from agents.indexing import NOTHING, Change, indexing
from agents.ports import Agent, Now, SearchIndex
from processors.documents import figure_document
from processors.metering import figures_of_caption, figures_of_entry, figures_of_finding, figures_of_part
from schemas.audio import PartStored
from schemas.captions import Caption, TranscriptEnded
from schemas.facts import Entry
from schemas.figures import Figure
from schemas.findings import Finding
from schemas.rooms import Room

Metered = PartStored | Caption | TranscriptEnded | Finding | Entry


def meter(directory: RoomDirectory, index: SearchIndex, now: Now) -> Agent:
    """Make the agent for any of the topics `parts.stored`, `captions`, `findings` and `room.events`."""

    async def changes(record: Metered) -> Change:
        if isinstance(record, TranscriptEnded) or (isinstance(record, Caption) and record.status != "final"):
            return NOTHING
        room = await _room(directory, record)
        if room is None or not room.record or room.purged_ms is not None:
            return NOTHING
        return Change(documents=tuple(map(figure_document, _figures(record, room))))

    return indexing(index, changes, now)


async def _room(directory: RoomDirectory, record: PartStored | Caption | Finding | Entry) -> Room | None:
    if isinstance(record, Entry):
        return await directory.room(record.room_id)
    known = await directory.track(record.room_id, record.track_id)
    return known[0] if known else None


def _figures(record: PartStored | Caption | Finding | Entry, room: Room) -> tuple[Figure, ...]:
    match record:
        case PartStored():
            return figures_of_part(record)
        case Caption():
            return figures_of_caption(record, room)
        case Finding():
            return figures_of_finding(record, room)
        case Entry():
            return figures_of_entry(record)
