"""The services in, the whole console out: every address of the API and of the pages."""

from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.exceptions import PermissionDeniedException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.types import Message, Scope

from console.access import actor_of
from console.adapters import adapter_router
from console.asking import Desk
from console.chunks import chunk_router
from console.door import Door
from console.evidence import evidence
from console.live import live_router
from console.live_socket import live_socket_router
from console.media import evidence_media, hosts_media, public_media
from console.moderation import MODERATION
from console.operations import health, metrics
from console.pages import PAGES
from console.problems import HANDLERS
from console.rooms import list_rooms, open_room, room_router
from console.search import search
from console.services import Services
from console.socket import socket_router
from console.spoken import spoken_router
from console.streamed import stream_router
from schemas.audio import MAX_CHUNK_BYTES

AnyRequest = Request[Any, Any, Any]

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
    "Referrer-Policy": "no-referrer",  # a share link must not leak to where its page links
    "X-Content-Type-Options": "nosniff",
}

OPENAPI = OpenAPIConfig(
    title="Earwitness",
    version="1",
    description="Live audio rooms: recorded, captioned, screened, shared, kept and purged as promised.",
    path="/schema",
    render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"]), YamlRenderPlugin()],
)


def create_app(services: Services) -> Litestar:
    """The console over `services`; nothing is contacted before the first request."""
    return Litestar(
        route_handlers=[
            open_room,
            list_rooms,
            room_router,
            chunk_router,
            socket_router,
            adapter_router,
            stream_router,
            live_router,
            live_socket_router,
            spoken_router,
            hosts_media,
            public_media,
            evidence_media,
            evidence,
            *MODERATION,
            search,
            health,
            metrics,
            *PAGES,
        ],
        dependencies={"desk": Provide(_desk, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        before_request=_same_site,
        before_send=[_finish],
        openapi_config=OPENAPI,
        logging_config=None,  # the process decides how it logs
        request_max_body_size=MAX_CHUNK_BYTES,
        state=State({"services": services, "door": Door(services)}),
    )


def _desk(request: AnyRequest, state: State) -> Desk:
    return Desk(state.services, actor_of(request.headers.get("Earwitness-Actor")))


def _same_site(request: AnyRequest) -> None:
    """Nobody is asked for a password yet, so other sites' pages must not act through a visitor's browser."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise PermissionDeniedException("pages of other sites may not change anything here")


async def _finish(message: Message, scope: Scope) -> None:
    """What every answer has and counts for, problems and static files included."""
    if message["type"] != "http.response.start":
        return
    MutableScopeHeaders.from_message(message).update(SECURITY_HEADERS)
    services: Services = scope["litestar_app"].state.services
    services.metrics.answers.labels(scope.get("method", ""), message["status"]).inc()
