"""Rooms over HTTP: what a platform and a host ask for in, the room as it is then out."""

import secrets
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec.structs import replace

from console.access import known_room, new_token
from console.asking import GivenDesk
from console.views import RoomView, TrackView, track_view
from schemas.asks import (
    CloseRoom,
    DeleteRecording,
    JoinTrack,
    LeaveTrack,
    OpenRoom,
    ReportRecording,
    RestoreRecording,
    ShareRecording,
    TrimRecording,
)
from schemas.base import Record
from streams.verification import Verification, verify_room

Line = Annotated[str, msgspec.Meta(max_length=200)]
Id = Annotated[str, msgspec.Meta(description="Letters, digits, `-` and `_`; at most 64.")]


class NewRoom(Record, frozen=True, kw_only=True):
    title: Line
    host: Line
    record: bool
    policy: str = "article_2022"
    room_id: Id | None = None


class NewTrack(Record, frozen=True, kw_only=True):
    speaker: Line
    content_type: Annotated[str, msgspec.Meta(max_length=200)]
    track_id: Id | None = None


class Notice(Record, frozen=True, kw_only=True):
    """A report (DSA Art. 16). `start_ms` and `end_ms` are room time; without them the whole recording is meant.

    `reporter` may be left out only where the category is `minors`.
    """

    category: Line
    explanation: Annotated[str, msgspec.Meta(max_length=5000)]
    good_faith: bool
    reporter: Annotated[str, msgspec.Meta(max_length=200)] = ""
    start_ms: int | None = None
    end_ms: int | None = None

    _private: ClassVar[frozenset[str]] = frozenset({"explanation"})


class Receipt(Record, frozen=True, kw_only=True):
    """What a reporter is told at once."""

    report_id: str
    room_id: str
    category: str
    received_ms: int


class Trim(Record, frozen=True, kw_only=True):
    """Where listeners begin, ms of room time."""

    start_ms: int


class RoomList(Record, frozen=True, kw_only=True):
    rooms: tuple[RoomView, ...]


class Share(Record, frozen=True, kw_only=True):
    url: str


@post("/rooms", tags=["rooms"])
async def open_room(desk: GivenDesk, data: JSONBody[NewRoom]) -> Response[RoomView]:
    """Open a room; `record` says whether anything of it is kept."""
    room_id = data.room_id or secrets.token_hex(8)
    ask = OpenRoom(title=data.title, host=data.host, record=data.record, policy=data.policy)
    view = desk.view(await desk.ask(room_id, ask))
    return Response(view, status_code=201, headers={"Location": view.links["self"]})


@get("/rooms", tags=["rooms"])
async def list_rooms(desk: GivenDesk) -> RoomList:
    """All rooms, the youngest first."""
    ids = await desk.services.log.room_ids()
    rooms = [room for room_id in ids if (room := await desk.services.log.load(room_id)) is not None]
    rooms.sort(key=lambda room: room.opened_ms, reverse=True)
    return RoomList(rooms=tuple(desk.view(room) for room in rooms))


@get("/", tags=["rooms"])
async def show_room(desk: GivenDesk, room_id: FromPath[str]) -> RoomView:
    """State, tracks, steps, clocks with their reasons, and links."""
    return desk.view(await known_room(desk.services, room_id))


@get("/verification", tags=["rooms"])
async def show_verification(desk: GivenDesk, room_id: FromPath[str]) -> Verification:
    """Read everything kept of the room and check every digest; takes as long as reading it does."""
    await known_room(desk.services, room_id)
    return await verify_room(desk.services.store, room_id)


@post("/tracks", tags=["tracks"])
async def join_track(desk: GivenDesk, room_id: FromPath[str], data: JSONBody[NewTrack]) -> TrackView:
    """A speaker's microphone joins."""
    track_id = data.track_id or secrets.token_hex(4)
    ask = JoinTrack(track_id=track_id, speaker=data.speaker, content_type=data.content_type)
    room = await desk.ask(room_id, ask)
    return track_view(room, room.tracks[track_id], desk.services.base_url)


@delete("/tracks/{track_id:str}", status_code=200, tags=["tracks"])
async def leave_track(desk: GivenDesk, room_id: FromPath[str], track_id: FromPath[str]) -> TrackView:
    """A speaker's microphone leaves."""
    room = await desk.ask(room_id, LeaveTrack(track_id=track_id))
    return track_view(room, room.tracks[track_id], desk.services.base_url)


@post("/close", status_code=200, tags=["rooms"])
async def close_room(desk: GivenDesk, room_id: FromPath[str]) -> RoomView:
    """End the room. Of a room that was not recorded this answer is the last that is heard."""
    before = await known_room(desk.services, room_id)
    await desk.decide(room_id, CloseRoom())
    after = await desk.services.log.load(room_id)
    return desk.view(after or replace(before, closed_ms=desk.services.now()))


@post("/share", status_code=200, tags=["recording"])
async def share(desk: GivenDesk, room_id: FromPath[str]) -> Share:
    """A link that works without an account; the same link every time."""
    room = await known_room(desk.services, room_id)
    if not room.share_token:
        room = await desk.ask(room_id, ShareRecording(token=new_token(room_id)))
    return Share(url=desk.view(room).share_url or "")


@delete("/recording", status_code=200, tags=["recording"])
async def delete_recording(desk: GivenDesk, room_id: FromPath[str]) -> RoomView:
    """Take the recording from the public, at once; the evidence is kept until its clock runs out."""
    return desk.view(await desk.ask(room_id, DeleteRecording()))


@post("/recording/restore", status_code=200, tags=["recording"])
async def restore_recording(desk: GivenDesk, room_id: FromPath[str]) -> RoomView:
    """Bring a deleted recording back, under the same link."""
    return desk.view(await desk.ask(room_id, RestoreRecording()))


@post("/trim", status_code=200, tags=["recording"])
async def trim(desk: GivenDesk, room_id: FromPath[str], data: JSONBody[Trim]) -> RoomView:
    """Have listeners begin later than the recording does; what is kept stays whole, and 0 takes it back."""
    return desk.view(await desk.ask(room_id, TrimRecording(start_ms=data.start_ms)))


@post("/reports", tags=["recording"])
async def report(desk: GivenDesk, room_id: FromPath[str], data: JSONBody[Notice]) -> Receipt:
    """Tell that the recording breaks the law or the policy; the answer is the receipt."""
    room = await desk.ask(room_id, _reported(data))
    kept = room.reports[-1]
    return Receipt(report_id=kept.report_id, room_id=room_id, category=kept.category, received_ms=kept.at_ms)


def _reported(notice: Notice) -> ReportRecording:
    return ReportRecording(
        category=notice.category,
        explanation=notice.explanation,
        reporter=notice.reporter,
        good_faith=notice.good_faith,
        start_ms=notice.start_ms,
        end_ms=notice.end_ms,
    )


room_router = Router(
    "/rooms/{room_id:str}",
    route_handlers=[
        show_room,
        show_verification,
        join_track,
        leave_track,
        close_room,
        share,
        delete_recording,
        restore_recording,
        trim,
        report,
    ],
)
