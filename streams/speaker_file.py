"""A room and one of its speakers in; an M4A of that speaker alone, on room time, out."""

import asyncio
import threading
from pathlib import Path

from agents.stored_tracks import ReadableStore, StoredTrack, WaitingStore
from processors.chapters import About
from processors.notes import NO_NOTES, Notes
from processors.timeline import mix, place
from schemas.errors import Invalid
from schemas.rooms import Room
from streams.rendering import FfmpegRenderer

_one_at_a_time = threading.Lock()  # each takes all cores


async def speaker_file(store: ReadableStore, room: Room, speaker: str, folder: Path, notes: Notes = NO_NOTES) -> Path:
    """Make the file in `folder` from the kept parts, silent where others speak; takes as long as an assembly.

    Raises `Invalid`: `unknown_speaker`, `nothing_recorded`.
    """
    if speaker not in {track.speaker for track in room.tracks.values() if track.track_id not in room.erased}:
        raise Invalid("unknown_speaker", f"nobody is called {speaker!r} in this room", field="speaker")
    ids = [track_id for track_id, track in room.tracks.items() if track.speaker == speaker]
    waiting = WaitingStore(store, asyncio.get_running_loop())
    sources = [
        StoredTrack(waiting, room.room_id, track_id, notes.of(room.room_id, track_id))
        for track_id in ids
        if track_id not in room.erased
    ]
    await asyncio.to_thread(_render, room, sources, f"{room.title}: {speaker}", folder)
    made = folder / "audio.m4a"
    if not made.exists():
        raise Invalid("nothing_recorded", f"nothing of {speaker!r} was recorded")
    return made


def _render(room: Room, sources: list[StoredTrack], title: str, folder: Path) -> None:
    with _one_at_a_time:
        sound = mix([place(source.chunks(), room.opened_ms, source.heard, source.notes) for source in sources])
        FfmpegRenderer(hls=False).render(sound, folder, lambda: About(title=title))
