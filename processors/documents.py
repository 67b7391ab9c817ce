"""Rooms, captions, findings and figures in, documents for the search index out.

Ids are derived and versions rise with the state, so writing again, late or twice leaves the newest state.
"""

from typing import Any

import msgspec

from processors.continuity import continuity
from processors.screening.findings import state_number
from schemas.captions import Caption
from schemas.figures import Figure
from schemas.findings import Finding
from schemas.keeping import Document
from schemas.rooms import Case, Room

PER_ROOM = ("rooms", "utterances", "findings", "cases", "figures")
"""The indices that hold something of a room: a purge empties them all of it."""


def room_document(room: Room) -> Document:
    """The room's card; its version is the position of its last log entry."""
    body = {
        "room_id": room.room_id,
        "title": room.title,
        "host": room.host,
        "policy": room.policy,
        "state": _state(room),
        "speakers": sorted({track.speaker for track in room.tracks.values()}),
        "opened_ms": room.opened_ms,
        "closed_ms": room.closed_ms,
        "deleted_ms": room.deleted_ms,
        "shared": bool(room.share_token) and room.deleted_ms is None,
        "ready": room.ready,
        "duration_ms": room.assembled.duration_ms if room.assembled else None,
        "captions": room.transcript.captions if room.transcript else None,
        "findings": room.screened.findings if room.screened else None,
        "cases": len(room.cases),
        "open_cases": sum(case.decided_ms is None for case in room.cases.values()),
        "reports": len(room.reports),
        "continuity": msgspec.to_builtins(continuity(room)) or None,
    }
    return _document("rooms", room.room_id, room.position + 1, room.room_id, body)


def case_documents(room: Room) -> tuple[Document, ...]:
    """The room's cases, with the room's title and the speaker's name."""
    return tuple(_case_document(room, case) for case in room.cases.values())


def utterance_document(caption: Caption, room: Room) -> Document:
    """A final caption of the room."""
    body = _said(caption, room) | {
        "caption_id": caption.caption_id,
        "language": caption.language,
        "confidence": caption.confidence,
        "model": caption.model,
        "corrected": True if caption.corrected_by else None,
    }
    doc_id = f"{caption.room_id}:{caption.track_id}:{caption.pass_name}:{caption.caption_id}"
    return _document("utterances", doc_id, max(1, caption.emitted_ms), caption.room_id, body)


def finding_document(finding: Finding, room: Room) -> Document:
    body = _said(finding, room) | {
        "finding_id": finding.finding_id,
        "category": finding.category,
        "score": finding.score,
        "marks": list(finding.marks),
        "effect": finding.effect,
        "policy_version": finding.policy_version,
        "caption_ids": list(finding.caption_ids),
    }
    return _document("findings", finding.finding_id, state_number(finding), finding.room_id, body)


def figure_document(figure: Figure) -> Document:
    return _document("figures", figure.figure_id, 1, figure.room_id, msgspec.to_builtins(figure))


def _case_document(room: Room, case: Case) -> Document:
    track = room.tracks.get(case.track_id)
    body = {
        **msgspec.to_builtins(case),
        "room_id": room.room_id,
        "title": room.title,
        "speaker": track.speaker if track else "",
        "decided": case.decided_ms is not None,
    }
    return _document("cases", f"{room.room_id}:{case.case_id}", room.position + 1, room.room_id, body)


def _said(record: Caption | Finding, room: Room) -> dict[str, Any]:
    return {
        "room_id": record.room_id,
        "title": room.title,
        "track_id": record.track_id,
        "speaker": record.speaker,
        "pass_name": record.pass_name,
        "start_ms": record.start_ms,
        "end_ms": record.end_ms,
        "said_ms": room.opened_ms + record.start_ms,
        "text": record.text,
    }


def _state(room: Room) -> str:
    if room.deleted_ms is not None:
        return "deleted"
    return "live" if room.live else "closed"


def _document(index: str, doc_id: str, version: int, room_id: str, body: dict[str, Any]) -> Document:
    filled = {name: value for name, value in body.items() if value is not None}
    return Document(index=index, id=doc_id, version=version, room_id=room_id, body=filled)
