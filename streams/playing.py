"""An audio file in, Ogg/Opus chunks out, as a microphone would send them: cut at pages, with their true durations."""

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import av
import ffmpeg

from processors.cutting import Cutter, Piece
from schemas.audio import AudioChunk
from schemas.errors import Invalid
from streams.ffmpeg_binary import ffmpeg_binary

PAGE_MS = 500
BITRATE = "32k"
READ_BYTES = 65_536
OPUS = ("opus", "libopus")
CONTENT_TYPE = "audio/ogg;codecs=opus"


def pieces(path: Path) -> Iterator[Piece]:
    """Read `path` (any format that ffmpeg reads) and yield it as pieces of about a second.

    Raises `Invalid` when the file holds no audio.
    """
    with tempfile.TemporaryFile() as complaints:
        process = _encoder(path, complaints)
        with process:  # closes the pipe and waits
            yield from _cut(cast(IO[bytes], process.stdout))
        if process.returncode != 0:
            complaints.seek(0)
            raise Invalid("not_audio", f"{path.name} holds no audio: {_last_line(complaints.read())}", field="FILE")


def _last_line(output: bytes) -> str:
    return (output.decode(errors="replace").strip().splitlines() or ["it ended early"])[-1]


def _encoder(path: Path, complaints: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Cut what is Opus already as it is; encode the rest."""
    made = {"acodec": "copy"} if codec_of(path) in OPUS else {"acodec": "libopus", "audio_bitrate": BITRATE, "ac": 1}
    stream = ffmpeg.input(str(path)).output("pipe:", format="ogg", vn=None, page_duration=PAGE_MS * 1000, **made)
    command = ffmpeg.compile(stream.global_args("-loglevel", "error", "-nostdin"), cmd=ffmpeg_binary())
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints)


def codec_of(path: Path) -> str:
    """The codec of the file's first audio stream; `Invalid` when it is not there or holds no audio."""
    if not path.is_file():
        raise Invalid("file_missing", f"{path} is not there", field="FILE")
    try:
        with av.open(str(path)) as container:
            return str(container.streams.audio[0].codec_context.name)
    except (av.error.FFmpegError, IndexError) as error:
        raise Invalid("not_audio", f"{path.name} holds no audio that ffmpeg knows", field="FILE") from error


def _cut(source: IO[bytes]) -> Iterator[Piece]:
    cutter = Cutter(CONTENT_TYPE)
    while data := source.read(READ_BYTES):
        yield from cutter.feed(data)
    yield from cutter.finish()


def chunks(sound: Iterable[Piece], room_id: str, track_id: str, begins_ms: int) -> Iterator[AudioChunk]:
    """The chunks of one track whose sound begins at `begins_ms` (Unix time)."""
    for sequence, piece in enumerate(sound):
        yield AudioChunk(
            room_id=room_id,
            track_id=track_id,
            sequence=sequence,
            captured_ms=begins_ms + piece.starts_ms,
            duration_ms=piece.duration_ms,
            content_type=CONTENT_TYPE,
            data=piece.data,
        )
