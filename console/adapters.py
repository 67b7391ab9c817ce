"""Audio as LiveKit's track egress and Jitsi's Skynet clients send it in; chunks of ours through the one door out.

Recipes: docs/adapters.md. Neither system sends anything twice, so a broken line is a gap, which the recording shows.
"""

from dataclasses import dataclass, field
from typing import Any

from litestar import Router, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from console.access import actor_of, known_room
from console.asking import Desk
from console.door import Door
from console.problems import Undecided, problem, problem_of
from console.services import Services
from console.socket import Socket, check_caller, refuse
from console.streamed import Pouring
from processors.cutting import CHUNK_MS, Piece
from processors.foreign import SKYNET_CONTENT_TYPE, big_endian, livekit_text, skynet_frame, track_id_of
from processors.media import L16, media_of
from schemas.asks import JoinTrack
from schemas.audio import MAX_CHUNK_BYTES
from schemas.errors import Invalid, Unavailable

PAUSE_MS = 500
"""Frames of a microphone follow each other; after a longer silence on the line the next one begins another chunk."""


@dataclass
class Feed:
    """One track's samples on their way: gathered to chunks of a second, placed by when they arrived (Unix ms)."""

    pouring: Pouring
    bytes_per_s: int
    gathered: bytearray = field(default_factory=bytearray)
    begun_ms: int = 0

    async def take(self, samples: bytes) -> None:
        now_ms = self.pouring.services.now()
        begins_ms = now_ms - self._lasts_ms(len(samples))
        if self.gathered and begins_ms - self.begun_ms - self._lasts_ms(len(self.gathered)) > PAUSE_MS:
            await self.flush()
        if not self.gathered:
            self.begun_ms = begins_ms
        self.gathered += samples
        if self._lasts_ms(len(self.gathered)) >= CHUNK_MS or len(self.gathered) > MAX_CHUNK_BYTES // 2:
            await self.flush()

    async def flush(self) -> None:
        """Send what was gathered on; returns once the broker has it."""
        if not self.gathered:
            return
        duration_ms = max(1, self._lasts_ms(len(self.gathered)))
        data = big_endian(bytes(self.gathered))
        self.gathered.clear()
        await self.pouring.send(Piece(starts_ms=self.begun_ms, duration_ms=duration_ms, data=data))

    def _lasts_ms(self, size: int) -> int:
        return size * 1000 // self.bytes_per_s


async def _feed(socket: Socket, room_id: str, track_id: str) -> Feed:
    """A feed of a track that has joined; raises `Invalid` where it may not send, or not like this."""
    door: Door = socket.app.state.door
    entrance = await door.enter(room_id, track_id)
    media = media_of(entrance.track.content_type)
    if media.name != L16:
        raise Invalid("content_type_changed", "raw samples come here: join with audio/L16;rate=…", field="track_id")
    first = await entrance.place.resume(None)
    if first is None:
        raise Invalid("sequence_unknown", "the track began at another console; join another track", field="track_id")
    return Feed(Pouring(socket.app.state.services, door, entrance, 0, first), media.rate_hz * media.frame_bytes)


@websocket("/tracks/{track_id:str}/livekit")
async def livekit(socket: Socket, room_id: FromPath[str], track_id: FromPath[str]) -> None:
    """Take what LiveKit's track egress sends: samples, and whether the microphone is muted."""
    feeds: dict[str, Feed] = {}

    async def take(event: Any) -> None:
        if not feeds:
            feeds[track_id] = await _feed(socket, room_id, track_id)
        if event.get("bytes") is not None:
            await feeds[track_id].take(event["bytes"])
        elif livekit_text(event["text"]).muted:
            await feeds[track_id].flush()

    await _served(socket, take, feeds)


@websocket("/skynet")
async def skynet(socket: Socket, room_id: FromPath[str]) -> None:
    """Take what clients of Jitsi's Skynet send: frames of every speaker, who joins with the first."""
    feeds: dict[str, Feed] = {}

    async def take(event: Any) -> None:
        if event.get("bytes") is None:
            return  # its text frames are no audio
        spoken = skynet_frame(event["bytes"])
        track_id = track_id_of(spoken.speaker)
        if track_id not in feeds:
            await _join(socket, room_id, track_id, spoken.speaker)
            feeds[track_id] = await _feed(socket, room_id, track_id)
        await feeds[track_id].take(spoken.samples)

    await _served(socket, take, feeds)


async def _join(socket: Socket, room_id: str, track_id: str, speaker: str) -> None:
    services: Services = socket.app.state.services
    known = (await known_room(services, room_id)).tracks.get(track_id)
    if known is None or known.left_ms is not None:
        desk = Desk(services, actor_of(socket.headers.get("Earwitness-Actor")))
        await desk.ask(room_id, JoinTrack(track_id=track_id, speaker=speaker, content_type=SKYNET_CONTENT_TYPE))


async def _served(socket: Socket, take: Any, feeds: dict[str, Feed]) -> None:
    """Hand each frame to `take` until the line ends; then send what is left."""
    await socket.accept()
    try:
        check_caller(socket)
        await _until_it_ends(socket, take)
        for feed in feeds.values():
            await feed.flush()
    except (WebSocketDisconnect, OSError):
        return
    except Invalid as error:
        await refuse(socket, problem_of(error))
    except (Unavailable, Undecided) as error:
        await refuse(socket, problem(503, "unavailable", str(error) or "a part is away; try again"))


async def _until_it_ends(socket: Socket, take: Any) -> None:
    while True:
        event: Any = await socket.receive()
        if event["type"] == "websocket.disconnect":
            return
        await take(event)


adapter_router = Router("/rooms/{room_id:str}", route_handlers=[livekit, skynet])
