"""Facts in, log entries out; log entries in, the room's state out. Each entry holds the digest of the one before."""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from schemas.asks import Command
from schemas.errors import Malformed
from schemas.facts import (
    ZERO_DIGEST,
    CaptionCorrected,
    CaseDecided,
    CaseOpened,
    Entry,
    EvidenceKept,
    Fact,
    RecordingAssembled,
    RecordingCompleted,
    RecordingDeleted,
    RecordingReported,
    RecordingRestored,
    RecordingScreened,
    RecordingShared,
    RecordingTrimmed,
    RoomClosed,
    RoomOpened,
    RoomPurged,
    SpeakerErased,
    TrackJoined,
    TrackLeft,
    TrackSealed,
    TranscriptAttached,
    entry_encoder,
)
from schemas.rooms import Case, Correction, Report, Room, Track

Changes = dict[str, Any]
_replace = msgspec.structs.replace

ERASED = "[erased]"
"""Stands where the name of a speaker stood who was erased."""


def digest(entry: Entry) -> str:
    """SHA-256 (hex) of the encoded entry."""
    return hashlib.sha256(entry_encoder.encode(entry)).hexdigest()


def entries(room: Room | None, command: Command, facts: Iterable[Fact], now_ms: int) -> tuple[Entry, ...]:
    """The facts as the next entries of the room's log; the last is marked as such."""
    position, previous = (0, ZERO_DIGEST) if room is None else (room.position + 1, room.head)
    made: list[Entry] = []
    told = tuple(facts)
    for n, fact in enumerate(told):
        entry = Entry(
            room_id=command.room_id,
            position=position + n,
            previous=previous,
            command_id=command.command_id,
            actor=command.actor,
            at_ms=now_ms,
            fact=fact,
            last_of_command=n == len(told) - 1,
        )
        made.append(entry)
        previous = digest(entry)
    return tuple(made)


def apply(room: Room | None, entry: Entry) -> Room:
    """The room after `entry`. An entry that is in already changes nothing; a gap before it is `Malformed`."""
    if room is None:
        return _opened(entry)
    if entry.position <= room.position:
        return room
    if entry.position != room.position + 1:
        raise Malformed("log_damaged", f"entry {entry.position} follows entry {room.position}", field="position")
    changes = _changes(room, entry)
    commands = room.commands if room.commands[-1:] == (entry.command_id,) else (*room.commands, entry.command_id)
    return _replace(room, **changes, commands=commands, head=digest(entry), position=entry.position)


def _changes(room: Room, entry: Entry) -> Changes:
    if isinstance(entry.fact, CaptionCorrected):  # the one change that keeps who asked for it
        made = Correction(text=entry.fact.text, actor=entry.actor, at_ms=entry.at_ms)
        return {"corrections": room.corrections | {entry.fact.caption_id: made}}
    return _CHANGES[type(entry.fact)](room, entry.fact, entry.at_ms)


def _opened(entry: Entry) -> Room:
    if entry.position != 0 or not isinstance(entry.fact, RoomOpened):
        raise Malformed("log_damaged", f"a log begins with RoomOpened, not with entry {entry.position}")
    return Room(
        room_id=entry.room_id,
        **msgspec.structs.asdict(entry.fact),
        opened_ms=entry.at_ms,
        head=digest(entry),
        position=0,
        commands=(entry.command_id,),
    )


def _reopened(room: Room, fact: RoomOpened, at_ms: int) -> Changes:
    raise Malformed("log_damaged", "a room opens once")


def _joined(room: Room, fact: TrackJoined, at_ms: int) -> Changes:
    known = room.tracks.get(fact.track_id)
    track = _replace(known, left_ms=None) if known else Track(**msgspec.structs.asdict(fact), joined_ms=at_ms)
    return {"tracks": room.tracks | {fact.track_id: track}}


def _left(room: Room, fact: TrackLeft, at_ms: int) -> Changes:
    return {"tracks": room.tracks | {fact.track_id: _replace(room.tracks[fact.track_id], left_ms=at_ms)}}


def _sealed(room: Room, fact: TrackSealed, at_ms: int) -> Changes:
    return {"tracks": room.tracks | {fact.track_id: _replace(room.tracks[fact.track_id], sealed=fact)}}


def _reported(room: Room, fact: RecordingReported, at_ms: int) -> Changes:
    report = Report(report_id=fact.report_id, category=fact.category, reporter=fact.reporter, at_ms=at_ms)
    return {"reports": (*room.reports, report)}


def _case_opened(room: Room, fact: CaseOpened, at_ms: int) -> Changes:
    return {"cases": room.cases | {fact.case_id: Case(**msgspec.structs.asdict(fact), opened_ms=at_ms)}}


def _evidence_kept(room: Room, fact: EvidenceKept, at_ms: int) -> Changes:
    return {"cases": room.cases | {fact.case_id: _replace(room.cases[fact.case_id], evidence=fact)}}


def _case_decided(room: Room, fact: CaseDecided, at_ms: int) -> Changes:
    case = _replace(room.cases[fact.case_id], decided_ms=at_ms, violation=fact.violation)
    return {"cases": room.cases | {fact.case_id: case}}


def _erased(room: Room, fact: SpeakerErased, at_ms: int) -> Changes:
    """The recording has to be put together again; until then nothing of it is served."""
    erased = dict.fromkeys(fact.track_ids, at_ms)
    tracks = {track_id: _replace(room.tracks[track_id], speaker=ERASED) for track_id in erased}
    corrections = {id: made for id, made in room.corrections.items() if not _of_tracks(id, fact.track_ids)}
    changes = {"erased": room.erased | erased, "tracks": room.tracks | tracks, "corrections": corrections}
    return changes | {"assembled": None}


def _of_tracks(caption_id: str, track_ids: tuple[str, ...]) -> bool:
    """A caption's id is its track's, a dash and a time (`processors/utterances.py`)."""
    return caption_id.rpartition("-")[0] in track_ids


_CHANGES: dict[type, Callable[[Room, Any, int], Changes]] = {
    RoomOpened: _reopened,
    TrackJoined: _joined,
    TrackLeft: _left,
    TrackSealed: _sealed,
    RoomClosed: lambda room, fact, at_ms: {"closed_ms": at_ms},
    RecordingCompleted: lambda room, fact, at_ms: {"completed_ms": at_ms},
    RecordingAssembled: lambda room, fact, at_ms: {"assembled": fact},
    TranscriptAttached: lambda room, fact, at_ms: {"transcript": fact},
    RecordingScreened: lambda room, fact, at_ms: {"screened": fact},
    RecordingShared: lambda room, fact, at_ms: {"share_token": fact.token, "shared_ms": at_ms},
    RecordingDeleted: lambda room, fact, at_ms: {"deleted_ms": at_ms},
    RecordingRestored: lambda room, fact, at_ms: {"deleted_ms": None},
    RecordingTrimmed: lambda room, fact, at_ms: {"trim_start_ms": fact.start_ms},
    RecordingReported: _reported,
    CaseOpened: _case_opened,
    EvidenceKept: _evidence_kept,
    CaseDecided: _case_decided,
    SpeakerErased: _erased,
    RoomPurged: lambda room, fact, at_ms: {"purged_ms": at_ms},
}
