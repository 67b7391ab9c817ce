"""The pages for people: addresses in, static HTML out (the pages ask the API for what they show)."""

from importlib.resources import files

from litestar import MediaType, Response, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from console.access import known_room, public_recording
from console.asking import GivenDesk
from console.problems import STATUS_OF
from schemas.errors import Invalid

STATIC = files("console") / "static"


def page(name: str, status: int = 200) -> Response[bytes]:
    return Response((STATIC / f"{name}.html").read_bytes(), status_code=status, media_type=MediaType.HTML)


@get("/", include_in_schema=False)
async def rooms_page() -> Response[bytes]:
    return page("rooms")


@get("/room/{room_id:str}", include_in_schema=False)
async def room_page(desk: GivenDesk, room_id: FromPath[str]) -> Response[bytes]:
    """The live page and, once the recording is there, the player."""
    try:
        await known_room(desk.services, room_id)
    except Invalid as error:
        return page("gone", STATUS_OF[error.reason])
    return page("room")


@get("/listen/{token:str}", include_in_schema=False)
async def listen_page(desk: GivenDesk, token: FromPath[str]) -> Response[bytes]:
    """The public player; a page that says why not, where it is closed (404, 410)."""
    try:
        await public_recording(desk.services, token)
    except Invalid as error:
        return page("deleted" if error.reason == "recording_deleted" else "gone", STATUS_OF[error.reason])
    return page("listen")


@get("/studio", include_in_schema=False)
async def studio_page() -> Response[bytes]:
    """Speaks into a room from a browser."""
    return page("studio")


@get("/moderate", include_in_schema=False)
async def moderate_page() -> Response[bytes]:
    return page("moderate")


@get("/moderate/{room_id:str}", include_in_schema=False)
async def evidence_page(desk: GivenDesk, room_id: FromPath[str]) -> Response[bytes]:
    """The evidence player, which works also after the host has deleted the recording."""
    try:
        await known_room(desk.services, room_id)
    except Invalid as error:
        return page("gone", STATUS_OF[error.reason])
    return page("evidence")


static_router = create_static_files_router(path="/static", directories=[str(STATIC)], include_in_schema=False)
PAGES: list[HTTPRouteHandler | Router] = [
    rooms_page,
    room_page,
    listen_page,
    studio_page,
    moderate_page,
    evidence_page,
    static_router,
]
