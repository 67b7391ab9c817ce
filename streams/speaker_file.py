"""A room and one of its speakers in; an M4A of that speaker alone, on room time, out."""

import asyncio
import threading
from pathlib import Path

from agents.stored_tracks import ReadableStore, StoredTrack, WaitingStore
from processors.chapters import About
from processors.timeline import mix, place
from schemas.errors import Invalid
from schemas.rooms import Room
from streams.rendering import FfmpegRenderer

_one_at_a_time = threading.Lock()  # each takes all cores


async def speaker_file(store: ReadableStore, room: Room, speaker: str, folder: Path) -> Path:
    """Make the file in `folder` from the kept parts, silent where others speak; takes as long as an assembly.

    Raises `Invalid`: `unknown_speaker`, `nothing_recorded`.
    """
    if speaker not in {track.speaker for track in room.tracks.values() if track.track_id not in room.erased}:
        raise Invalid("unknown_speaker", f"nobody is called {speaker!r} in this room", field="speaker")
    await asyncio.to_thread(_render, WaitingStore(store, asyncio.get_running_loop()), room, speaker, folder)
    made = folder / "audio.m4a"
    if not made.exists():
        raise Invalid("nothing_recorded", f"nothing of {speaker!r} was recorded")
    return made


def _render(store: WaitingStore, room: Room, speaker: str, folder: Path) -> None:
    spoken = (track for track in room.tracks.values() if track.speaker == speaker)
    ids = [track.track_id for track in spoken if track.track_id not in room.erased]
    with _one_at_a_time:
        sources = [StoredTrack(store, room.room_id, track_id) for track_id in ids]
        sound = mix([place(source.chunks(), room.opened_ms, source.heard) for source in sources])
        FfmpegRenderer(hls=False).render(sound, folder, lambda: About(title=f"{room.title}: {speaker}"))
