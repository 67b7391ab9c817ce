"""What went through in, figures out; a figure's id is its source's, so that counting twice changes nothing."""

from schemas.audio import PartStored
from schemas.captions import Caption
from schemas.facts import (
    CaseDecided,
    CaseOpened,
    Entry,
    Fact,
    RecordingAssembled,
    RecordingDeleted,
    RecordingReported,
    RecordingShared,
    RoomClosed,
    RoomOpened,
    TrackJoined,
)
from schemas.figures import Figure
from schemas.findings import Finding
from schemas.rooms import Room

MINUTE_MS = 60_000

COUNTED: dict[type[Fact], str] = {
    RoomOpened: "rooms_opened",
    RoomClosed: "rooms_closed",
    TrackJoined: "tracks_joined",
    RecordingAssembled: "recordings_assembled",
    RecordingShared: "recordings_shared",
    RecordingDeleted: "recordings_deleted",
    RecordingReported: "reports",
    CaseOpened: "cases_opened",
    CaseDecided: "cases_decided",
}
"""Facts that are counted, and the names they are counted under."""


def figures_of_part(part: PartStored) -> tuple[Figure, ...]:
    source = f"part:{part.room_id}:{part.track_id}:{part.index}"
    values = {"audio_seconds": part.duration_ms / 1000, "bytes": part.bytes, "chunks": part.chunks}
    return tuple(_figure(source, part.room_id, part.stored_ms, name, value) for name, value in values.items())


def figures_of_caption(caption: Caption, room: Room) -> tuple[Figure, ...]:
    """Words of a final caption, and how long after its last word a live one was there (ms); of an empty one nothing."""
    if caption.status != "final" or not caption.text:
        return ()
    source = f"caption:{caption.room_id}:{caption.track_id}:{caption.pass_name}:{caption.caption_id}"
    said_ms = room.opened_ms + caption.end_ms
    values: dict[str, float] = {"words": len(caption.words) or len(caption.text.split())}
    if caption.pass_name == "live":
        values["caption_delay_ms"] = caption.emitted_ms - said_ms
    return tuple(
        _figure(source, caption.room_id, said_ms, name, value, caption.pass_name) for name, value in values.items()
    )


def figures_of_finding(finding: Finding, room: Room) -> tuple[Figure, ...]:
    """One finding, however often it has grown, labelled with its pass and category."""
    source = f"finding:{finding.finding_id}"
    label = f"{finding.pass_name}:{finding.category}"
    return (_figure(source, finding.room_id, room.opened_ms + finding.start_ms, "findings", 1, label),)


def figures_of_entry(entry: Entry) -> tuple[Figure, ...]:
    name = COUNTED.get(type(entry.fact))
    if name is None:
        return ()
    source = f"entry:{entry.room_id}:{entry.position}"
    return (_figure(source, entry.room_id, entry.at_ms, name, 1, _label(entry.fact)),)


def _label(fact: Fact) -> str:
    if isinstance(fact, CaseDecided):
        return "violation" if fact.violation else "no_violation"
    return fact.category if isinstance(fact, CaseOpened | RecordingReported) else ""


def _figure(source: str, room_id: str, at_ms: int, name: str, value: float, label: str = "") -> Figure:
    return Figure(
        figure_id=f"{source}:{name}",
        minute_ms=at_ms - at_ms % MINUTE_MS,
        room_id=room_id,
        name=name,
        value=float(value),
        label=label,
    )
