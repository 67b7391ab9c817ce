"""The live feed over a WebSocket: a room in, the events of `console/live.py` out as text frames, with the same ids."""

import asyncio
from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Router, websocket
from litestar import WebSocket as LitestarWebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from console.access import known_room
from console.live import Feed, counted, heard_ms_of
from console.problems import Problem, problem, problem_of
from console.services import Services
from console.socket import CLOSED_BY_PROBLEM, Refusal, check_caller
from console.views import Frame
from schemas.errors import Invalid, Unavailable

Socket = LitestarWebSocket[Any, Any, Any]


@websocket("/live/socket")
async def live_socket(socket: Socket, room_id: FromPath[str]) -> None:
    """The events of `/live` as `{"event", "id", "data"}`; `?last=ID` or `Last-Event-ID` resumes behind an event."""
    await socket.accept()
    services: Services = socket.app.state.services
    try:
        check_caller(socket)
        last = str(socket.query_params.get("last") or socket.headers.get("Last-Event-ID") or "")
        await _tell_until_gone(socket, Feed(services, await known_room(services, room_id), heard_ms_of(last)))
    except (WebSocketDisconnect, OSError):  # OSError: it dropped while we were telling (ASGI specification)
        return
    except Invalid as error:
        await _refuse(socket, services, problem_of(error))
    except Unavailable as error:
        await _refuse(socket, services, problem(503, "unavailable", str(error) or "a part is away; try again"))


async def _tell_until_gone(socket: Socket, feed: Feed) -> None:
    """Tell everything, then close; ends at once when the listener goes."""
    telling, gone = asyncio.create_task(_tell_all(socket, feed)), asyncio.create_task(_gone(socket))
    try:
        await asyncio.wait((telling, gone), return_when=asyncio.FIRST_COMPLETED)
        if telling.done():
            telling.result()
            await socket.close()
    finally:
        for task in (telling, gone):
            task.cancel()
        await asyncio.gather(telling, gone, return_exceptions=True)


async def _tell_all(socket: Socket, feed: Feed) -> None:
    async with aclosing(counted(feed)) as stream:
        async for event in stream:
            if isinstance(event.data, bytes):  # comments are for proxies; a WebSocket has its own pings
                frame = Frame(event=event.event or "", id=str(event.id or ""), data=msgspec.Raw(event.data))
                await socket.send_data(msgspec.json.encode(frame).decode())


async def _gone(socket: Socket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass  # a listener has nothing to say


async def _refuse(socket: Socket, services: Services, told: Problem) -> None:
    services.metrics.problems.labels(told.reason).inc()
    await socket.send_data(msgspec.json.encode(Refusal(problem=told)).decode())
    await socket.close(code=CLOSED_BY_PROBLEM + told.status, reason=told.reason)


live_socket_router = Router("/rooms/{room_id:str}", route_handlers=[live_socket])
