"""A console's address in; rooms opened, followed by their live feeds and closed, as a platform and its listeners do."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from bench.delays import Shown
from schemas.captions import Caption
from streams.playing import CONTENT_TYPE

QUIET_S = 4.0
"""So long without a caption in any room after the last sound: nothing more comes of the live pass."""


@dataclass
class LiveRoom:
    """A room with one speaker and one listener; `over` is set when the recording and its captions are there."""

    room_id: str
    track_id: str
    opened_ms: int
    shown: list[Shown] = field(default_factory=list, repr=False)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, event: str, data: str, at_ms: float) -> None:
        if event == "caption":
            self.shown.append(Shown(caption=msgspec.json.decode(data, type=Caption), at_ms=at_ms))


class Rooms:
    """All rooms of a run over one HTTP client."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._feeds: list[asyncio.Task[None]] = []
        self.all: list[LiveRoom] = []

    async def open(self, name: str) -> LiveRoom:
        """Open a recorded room, join its speaker and begin to listen."""
        room = await self._ask("POST", "/rooms", json={"title": name, "host": name, "record": True})
        path = f"/rooms/{room['room_id']}"
        track = await self._ask("POST", f"{path}/tracks", json={"speaker": name, "content_type": CONTENT_TYPE})
        live = LiveRoom(room["room_id"], track["track_id"], room["opened_ms"])
        self._feeds.append(asyncio.create_task(self._follow(live)))
        self.all.append(live)
        return live

    async def silence(self, timeout_s: float) -> None:
        """The speakers leave; returns when nothing has been shown for a while, or the time is up."""
        await asyncio.gather(*(self._ask("DELETE", f"/rooms/{r.room_id}/tracks/{r.track_id}") for r in self.all))
        until = time.monotonic() + timeout_s
        left_ms = time.time() * 1000
        while time.monotonic() < until:
            newest = max((room.shown[-1].at_ms for room in self.all if room.shown), default=left_ms)
            if time.time() * 1000 - max(newest, left_ms) > QUIET_S * 1000:
                return
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        await asyncio.gather(*(self._ask("POST", f"/rooms/{room.room_id}/close") for room in self.all))

    async def final_texts(self, timeout_s: float) -> list[str]:
        """The final pass of each room, as one text; waits until all recordings are finished."""
        await asyncio.wait_for(asyncio.gather(*(room.over.wait() for room in self.all)), timeout_s)
        found = await asyncio.gather(*(self._ask("GET", f"/rooms/{r.room_id}/captions.json") for r in self.all))
        return [" ".join(caption["text"] for caption in transcript["captions"]) for transcript in found]

    async def leave(self) -> None:
        for feed in self._feeds:
            feed.cancel()
        await asyncio.gather(*self._feeds, return_exceptions=True)

    async def _follow(self, room: LiveRoom) -> None:
        async with self._http.stream("GET", f"/rooms/{room.room_id}/live", timeout=None) as answer:
            async for event, data in _events(answer):
                room.hear(event, data, time.time() * 1000)
        room.over.set()

    async def _ask(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        answer = await self._http.request(method, path, **arguments)
        answer.raise_for_status()
        return dict(answer.json())


async def _events(answer: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    """Server-sent events as (name, data); ours have one line of data."""
    event = ""
    async for line in answer.aiter_lines():
        name, _, value = line.partition(":")
        if name == "event":
            event = value.strip()
        elif name == "data":
            yield event, value.strip()
