"""A store in; the cases that people decided, with what was said in them, out."""

from collections.abc import AsyncIterator

import msgspec

from agents.ports import RecordingStore
from processors.layout import ROOMS, reasons_key, shadow_key, transcript_key
from processors.screening.learning import Labelled, weight
from processors.screening.shadow import Comparison
from schemas.captions import Transcript
from schemas.errors import Malformed, Missing
from schemas.evidence import Testimony
from schemas.findings import Finding
from schemas.rooms import Case, Room
from streams.roomlog import StoredRoomLog


async def labelled(store: RecordingStore, since_ms: int) -> AsyncIterator[Labelled]:
    """Cases decided at `since_ms` (Unix) or later, room by room; those in which nothing was said are left out."""
    log = StoredRoomLog(store)
    for room_id in await log.room_ids():
        try:
            room = await log.load(room_id)
        except Malformed:  # `earwitness verify` names it
            continue
        for case in room.cases.values() if room is not None and room.purged_ms is None else ():
            if room is not None and case.decided_ms is not None and case.decided_ms >= since_ms:
                finding = await _finding(store, room, case)
                text = finding.text if finding else await _said(store, room, case)
                if text:
                    yield _labelled(room, case, text, finding)


async def comparisons(store: RecordingStore) -> AsyncIterator[Comparison]:
    """What the shadow said, room by room."""
    for room_id in await store.folders(ROOMS):
        try:
            yield msgspec.json.decode(await store.get(shadow_key(room_id)), type=Comparison)
        except (Missing, msgspec.DecodeError):
            continue


def _labelled(room: Room, case: Case, text: str, finding: Finding | None) -> Labelled:
    return Labelled(
        room_id=room.room_id,
        case_id=case.case_id,
        text=text,
        category=case.category,
        violation=bool(case.violation),
        weight=weight(case.source, violation=bool(case.violation)),
        source=case.source,
        score=case.score,
        marks=finding.marks if finding else (),
        policy_version=finding.policy_version if finding else "",
        decided_ms=case.decided_ms or 0,
    )


async def _finding(store: RecordingStore, room: Room, case: Case) -> Finding | None:
    try:
        data = await store.get(reasons_key(room.room_id, case.finding_id))
        return msgspec.json.decode(data, type=Testimony).finding
    except (Missing, msgspec.DecodeError):
        return None


async def _said(store: RecordingStore, room: Room, case: Case) -> str:
    """What everybody said in the time that a report names."""
    if case.start_ms is None:
        return ""
    end_ms = case.end_ms if case.end_ms is not None else case.start_ms
    try:
        transcript = msgspec.json.decode(await store.get(transcript_key(room.room_id)), type=Transcript)
    except (Missing, msgspec.DecodeError):
        return ""
    return " ".join(one.text for one in transcript.captions if one.start_ms <= end_ms and one.end_ms >= case.start_ms)
