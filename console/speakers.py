"""One speaker of a recording: a name in, an M4A of that voice alone out, made when it is asked for."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from console.asking import GivenDesk
from schemas.rooms import Room
from streams.speaker_file import speaker_file

BLOCK_BYTES = 256 * 1024


@get("/speakers/{speaker:str}/recording.m4a", media_type="audio/mp4", tags=["media"])
async def speaker_recording(desk: GivenDesk, room: NamedDependency[Room], speaker: FromPath[str]) -> Stream:
    """One speaker alone, on room time, silent where others speak."""
    folder = TemporaryDirectory(prefix="earwitness-speaker-")
    try:
        made = await speaker_file(desk.services.store, room, speaker, Path(folder.name), desk.services.notes)
    except BaseException:
        folder.cleanup()
        raise
    headers = {"Cache-Control": "private, no-store", "Content-Length": str(made.stat().st_size)}
    return Stream(_read(made, folder), headers=headers, media_type="audio/mp4")


async def _read(path: Path, folder: "TemporaryDirectory[str]") -> AsyncIterator[bytes]:
    with folder, path.open("rb") as file:
        while data := file.read(BLOCK_BYTES):
            yield data
