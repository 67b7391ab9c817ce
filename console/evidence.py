"""A case in; the packet of its evidence out, to whoever moderates, until the purge and with a line in the audit."""

from litestar import Response, get
from litestar.params import FromPath

from console.access import evidence_recording
from console.asking import GivenDesk
from console.ports import RecordingStore
from processors.layout import clip_key, kept_reasons_key, reasons_key
from processors.packet import packet
from schemas.errors import Invalid, Missing
from schemas.rooms import Case, Room


@get("/moderation/rooms/{room_id:str}/cases/{case_id:str}/evidence.zip", tags=["moderation"])
async def evidence(desk: GivenDesk, room_id: FromPath[str], case_id: FromPath[str]) -> Response[bytes]:
    """The clip, the words with their confidence, the scores, what carried them, and every digest, as a ZIP."""
    path = f"/moderation/rooms/{room_id}/cases/{case_id}/evidence.zip"
    room = await evidence_recording(desk.services, room_id, desk.actor, path)
    case = room.cases.get(case_id)
    if case is None:
        raise Invalid("unknown_case", f"the room has no case {case_id}", field="case_id")
    kept = await _kept(desk.services.store, room, case)
    headers = {"Content-Disposition": f'attachment; filename="{case_id}.zip"', "Cache-Control": "no-store"}
    return Response(packet(room, case, kept), media_type="application/zip", headers=headers)


async def _kept(store: RecordingStore, room: Room, case: Case) -> dict[str, bytes]:
    """What there is by now: a live case has its clip once the recording is complete, a report has no testimony."""
    keys = {
        "testimony.json": (kept_reasons_key(room.room_id, case.case_id), reasons_key(room.room_id, case.finding_id)),
        "clip.flac": (clip_key(room.room_id, case.case_id, "flac"),),
        "clip.json": (clip_key(room.room_id, case.case_id, "json"),),
    }
    found = {name: await _first(store, places) for name, places in keys.items()}
    return {name: data for name, data in found.items() if data is not None}


async def _first(store: RecordingStore, keys: tuple[str, ...]) -> bytes | None:
    for key in keys:
        try:
            return await store.get(key)
        except Missing:
            continue
    return None
