"""For moderators: cases and rooms whose time is over in; decisions and purges out."""

from collections.abc import AsyncIterator

from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec.structs import replace

from console.asking import Desk, GivenDesk
from console.views import CaseView, case_view
from processors.clocks import clocks
from processors.purging import purge_due
from schemas.asks import DecideCase
from schemas.base import Record
from schemas.rooms import Room


class CaseList(Record, frozen=True, kw_only=True):
    cases: tuple[CaseView, ...]


class Decision(Record, frozen=True, kw_only=True):
    """A person's word on a case; `note` says why."""

    violation: bool
    note: str = ""


class PurgeOrder(Record, frozen=True, kw_only=True):
    """Without `execute` nothing is destroyed; the answer is what would be."""

    execute: bool = False


class Due(Record, frozen=True, kw_only=True):
    """A room whose time is over, since when and why."""

    room_id: str
    title: str
    purge_at_ms: int
    reason: str


class PurgeList(Record, frozen=True, kw_only=True):
    executed: bool
    rooms: tuple[Due, ...]


@get("/cases", tags=["moderation"])
async def list_cases(desk: GivenDesk) -> CaseList:
    """All cases: open ones first, urgent ones before others, then the oldest first."""
    views = [
        case_view(room, case, desk.services.base_url) async for room in _kept(desk) for case in room.cases.values()
    ]
    views.sort(key=lambda view: (view.case.decided_ms is not None, not view.case.urgent, view.case.opened_ms))
    return CaseList(cases=tuple(views))


@post("/cases/{room_id:str}/{case_id:str}/decision", tags=["moderation"])
async def decide_case(
    desk: GivenDesk, room_id: FromPath[str], case_id: FromPath[str], data: JSONBody[Decision]
) -> CaseView:
    """Decide a case; what was decided stays."""
    room = await desk.ask(room_id, DecideCase(case_id=case_id, violation=data.violation, note=data.note))
    return case_view(room, room.cases[case_id], desk.services.base_url)


@post("/purge", status_code=200, tags=["moderation"])
async def purge(desk: GivenDesk, data: JSONBody[PurgeOrder]) -> PurgeList:
    """List the rooms whose time is over; with `execute` destroy them, leaving a certificate of each."""
    now_ms = desk.services.now()
    due = [(room, command) async for room in _kept(desk) if (command := purge_due(room, now_ms)) is not None]
    if data.execute:
        for _, command in due:
            await desk.send(replace(command, actor=desk.actor))
    return PurgeList(executed=data.execute, rooms=tuple(_due(room, now_ms) for room, _ in due))


def _due(room: Room, now_ms: int) -> Due:
    purge_at = clocks(room, now_ms).purge_at
    assert purge_at is not None  # only a room with this clock is due
    return Due(room_id=room.room_id, title=room.title, purge_at_ms=purge_at.at_ms, reason=purge_at.reason)


async def _kept(desk: Desk) -> AsyncIterator[Room]:
    for room_id in await desk.services.log.room_ids():
        room = await desk.services.log.load(room_id)
        if room is not None and room.purged_ms is None:
            yield room


MODERATION = [list_cases, decide_case, purge]
