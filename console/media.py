"""The recording, its captions and its waveform: a door and a room's state in, bytes out (ranges, ETags, HEAD)."""

import dataclasses
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import HttpMethod, MediaType, Request, Response, Router, get, route
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from msgspec.structs import replace

from console.access import evidence_recording, hosts_recording, public_recording
from console.asking import Desk, GivenDesk
from console.ports import RecordingStore
from console.ranges import Span, wanted
from console.speakers import speaker_recording
from console.spoken import transcript_of
from console.views import CAPTION_FORMATS, PublicView, public_view
from processors.layout import audio_key, hls_key, waveform_key
from processors.masking import masked, masks_of
from processors.norms import norms_of
from processors.playlists import (
    AUDIO,
    CAPTIONS,
    captions_playlist,
    captions_segment,
    multivariant,
    trimmed_playlist,
)
from processors.serving import for_public
from processors.subtitles import render
from processors.trimming import Patch, edits, patched, trimmed_outline, trimmed_transcript
from schemas.errors import Invalid, Malformed, Missing
from schemas.rooms import Room

MediaRequest = Request[None, None, State]
Bytes = Response[bytes] | Stream

BLOCK_BYTES = 256 * 1024
"""What is read from the store at a time: 16 s of a 128 kbit/s recording."""

CAPTION_TYPES = {
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "ttml": "application/ttml+xml; charset=utf-8",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
}
SEGMENT_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "m4s": "audio/mp4",
    "mp4": "audio/mp4",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "ts": "video/mp2t",
}
_SEGMENT = re.compile(r"[A-Za-z0-9_-]{1,80}\.([a-z0-9]{2,4})")
PUBLIC = "/listen/"
_CAPTIONS = re.compile(r"captions([0-9]{1,6})\.vtt")
PRIVATE = "private, no-cache"
"""Every play asks again, so that a deletion works the same second."""


@dataclass(frozen=True)
class Kept:
    """An object as it goes out. Recordings never change, so the manifest's digest and the key make the ETag.

    `patches` are bytes that go out in place of those that are kept.
    """

    key: str
    size: int
    media_type: str
    etag: str
    patches: list[Patch] = field(default_factory=list)

    def headers(self, span: Span | None) -> dict[str, str]:
        shown = {"ETag": self.etag, "Accept-Ranges": "bytes", "Cache-Control": PRIVATE}
        if span is None:
            return shown | {"Content-Length": str(self.size)}
        place = f"bytes {span.start}-{span.last}/{self.size}"
        return shown | {"Content-Length": str(span.length), "Content-Range": place}


@route("/recording.m4a", http_method=[HttpMethod.GET, HttpMethod.HEAD], media_type="audio/mp4", tags=["media"])
async def recording(request: MediaRequest, desk: GivenDesk, room: NamedDependency[Room]) -> Bytes:
    """The whole room as one M4A; ranges are answered with 206."""
    kept = await _kept(desk.services.store, room, audio_key(room.room_id), "audio/mp4")
    if room.trim_start_ms:
        patches = edits(*await _index(desk.services.store, kept), room.trim_start_ms)
        kept = dataclasses.replace(kept, etag=f'{kept.etag[:-1]}-{room.trim_start_ms}"', patches=patches)
    return await _send(request, desk, kept)


@route("/hls/{name:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], tags=["media"])
async def hls(request: MediaRequest, desk: GivenDesk, room: NamedDependency[Room], name: FromPath[str]) -> Bytes:
    """The playlist to open (`index.m3u8`), those of sound and captions, and their segments."""
    text = await _playlist(desk, room, name)
    if text is not None:
        media_type = CAPTION_TYPES["vtt"] if name.endswith(".vtt") else SEGMENT_TYPES["m3u8"]
        return Response(text.encode(), media_type=media_type, headers={"Cache-Control": PRIVATE})
    found = _SEGMENT.fullmatch(name)
    if found is None or found[1] not in SEGMENT_TYPES:
        raise Invalid("unknown_segment", f"there is no segment {name!r}", field="name")
    kept = await _kept(desk.services.store, room, hls_key(room.room_id, name), SEGMENT_TYPES[found[1]])
    return await _send(request, desk, kept)


async def _playlist(desk: Desk, room: Room, name: str) -> str | None:
    """What is made when it is asked for: captions may come later than the recording, and be trimmed at any time."""
    found = _CAPTIONS.fullmatch(name)
    if found is None and name not in ("index.m3u8", AUDIO, CAPTIONS):
        return None
    _assembled(room)
    if name == "index.m3u8":
        said = (await transcript_of(desk, room)).captions if room.transcript else ()
        return multivariant(said[0].language or "und" if said else None)
    if name == AUDIO:
        stored = await desk.services.store.get(hls_key(room.room_id, "index.m3u8"))
        return trimmed_playlist(stored.decode(), room.trim_start_ms)
    if name == CAPTIONS and room.assembled:
        return captions_playlist(room.assembled.duration_ms)
    return captions_segment(await transcript_of(desk, room), int(found[1])) if found else None


@get("/waveform.json", tags=["media"])
async def waveform(desk: GivenDesk, room: NamedDependency[Room]) -> Response[bytes]:
    """The loudness over time, as the assembler measured it."""
    _assembled(room)
    data = await desk.services.store.get(waveform_key(room.room_id))
    if room.trim_start_ms:
        data = trimmed_outline(data, room.trim_start_ms)
    return Response(data, media_type=MediaType.JSON, headers={"Cache-Control": PRIVATE})


@get([f"/captions.{name}" for name in CAPTION_FORMATS], tags=["media"])
async def captions(
    request: MediaRequest,
    desk: GivenDesk,
    room: NamedDependency[Room],
    profile: FromQuery[str] = "",
    mask: FromQuery[str] = "",
) -> Response[bytes]:
    """The final captions as WebVTT, SRT, TTML, JSON or text.

    `profile` is `netflix` or `bbc` (without: within both); `mask` is `profanity`, `names` or both with a comma.
    """
    name = request.url.path.rpartition(".")[2]
    norms, masks = norms_of(profile), masks_of(mask)
    shown = await transcript_of(desk, room)
    if request.url.path.startswith(PUBLIC):
        shown = for_public(shown)
    if room.trim_start_ms:
        shown = trimmed_transcript(shown, room.trim_start_ms)
    shown = masked(shown, masks, (room.host,))
    data = render(shown, name, norms).encode()
    return Response(data, media_type=CAPTION_TYPES[name], headers={"Cache-Control": PRIVATE})


@get("/about", tags=["media"])
async def about(desk: GivenDesk, room: NamedDependency[Room]) -> PublicView:
    """What a listener is told about the recording."""
    return public_view(room, desk.services.now())


def _assembled(room: Room) -> str:
    """The manifest's digest; raises where there is no recording to play."""
    if not room.record:
        raise Invalid("nothing_recorded", "this room was not recorded")
    if room.assembled is None:
        raise Invalid("not_ready", "the recording is being prepared")
    return room.assembled.manifest_sha256


async def _kept(store: RecordingStore, room: Room, key: str, media_type: str) -> Kept:
    digest = _assembled(room)
    folder = key.rpartition("/")[0] + "/"
    size = next((item.size for item in await store.list(folder) if item.key == key), None)
    if size is None:
        raise Missing(f"{key.rpartition('/')[2]} is not there")
    return Kept(key, size, media_type, f'"{digest[:32]}-{key.rpartition("/")[2]}"')


async def _index(store: RecordingStore, kept: Kept) -> tuple[bytes, int]:
    """The M4A's index (`moov`, which our recordings have before the sound) and where it stands."""
    at = 0
    while at + 8 <= kept.size:
        head = await store.get(kept.key, start=at, length=8)
        size = int.from_bytes(head[:4], "big")
        if head[4:] == b"moov":
            return await store.get(kept.key, start=at + 8, length=size - 8), at + 8
        if size < 8:
            break
        at += size
    raise Malformed("m4a_malformed", "the recording has no index before its sound")


async def _send(request: MediaRequest, desk: Desk, kept: Kept) -> Bytes:
    headers = request.headers
    if kept.etag in (tag.strip() for tag in headers.get("If-None-Match", "").split(",")):
        return Response(b"", status_code=304, headers={"ETag": kept.etag, "Cache-Control": PRIVATE})
    span = wanted(_fresh_range(headers, kept.etag), kept.size)
    status = 200 if span is None else 206
    if request.method == HttpMethod.HEAD:
        return Response(b"", status_code=status, headers=kept.headers(span), media_type=kept.media_type)
    blocks = _blocks(desk.services.store, kept, span or Span(0, kept.size - 1))
    return Stream(blocks, status_code=status, headers=kept.headers(span), media_type=kept.media_type)


def _fresh_range(headers: Mapping[str, str], etag: str) -> str | None:
    """The `Range` header, unless `If-Range` names another version."""
    return headers.get("Range") if headers.get("If-Range", etag) == etag else None


async def _blocks(store: RecordingStore, kept: Kept, span: Span) -> AsyncIterator[bytes]:
    for start in range(span.start, span.last + 1, BLOCK_BYTES):
        block = await store.get(kept.key, start=start, length=min(BLOCK_BYTES, span.last + 1 - start))
        yield patched(block, start, kept.patches) if kept.patches else block


def _whole(room: Room) -> Room:
    """Hosts and moderators hear all of it, on room time; only listeners begin where the host said."""
    return replace(room, trim_start_ms=0)


async def _hosts(desk: GivenDesk, room_id: FromPath[str]) -> Room:
    return _whole(await hosts_recording(desk.services, room_id))


async def _listeners(desk: GivenDesk, token: FromPath[str]) -> Room:
    return await public_recording(desk.services, token)


async def _moderators(request: MediaRequest, desk: GivenDesk, room_id: FromPath[str]) -> Room:
    return _whole(await evidence_recording(desk.services, room_id, desk.actor, request.url.path))


def _door(path: str, opened_by: Any, *more: Any) -> Router:
    handlers = [recording, hls, waveform, captions, *more]
    return Router(path, route_handlers=handlers, dependencies={"room": Provide(opened_by)})


hosts_media = _door("/rooms/{room_id:str}", _hosts, speaker_recording)
public_media = _door(f"{PUBLIC}{{token:str}}", _listeners, about)
evidence_media = _door("/moderation/rooms/{room_id:str}", _moderators, about)
