"""An audio file in, Ogg/Opus chunks out, as a microphone would send them: cut at pages, with their true durations.

Source of the page layout: RFC 3533 (Ogg), of granule positions at 48 kHz and the pre-skip: RFC 7845 (Opus in Ogg).
"""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import av
import ffmpeg

from schemas.base import Record
from schemas.errors import Invalid
from streams.ffmpeg_binary import ffmpeg_binary

PAGE_MS = 500
CHUNK_MS = 1000
BITRATE = "32k"
GRANULES_PER_MS = 48
PAGE_HEADER = 27
OPUS = ("opus", "libopus")
CONTENT_TYPE = "audio/ogg;codecs=opus"


class Piece(Record, frozen=True, kw_only=True):
    """The bytes of one chunk, where it begins in the file and how long it sounds, ms."""

    starts_ms: int
    duration_ms: int
    data: bytes

    _private = frozenset({"data"})


def pieces(path: Path) -> Iterator[Piece]:
    """Read `path` (any format that ffmpeg reads) and yield it as pieces of about `CHUNK_MS`.

    Raises `Invalid` when the file holds no audio.
    """
    with tempfile.TemporaryFile() as complaints:
        process = _encoder(path, complaints)
        with process:  # closes the pipe and waits
            yield from _grouped(_pages(cast(IO[bytes], process.stdout)))
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


def _pages(source: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (granule position, bytes) of each Ogg page."""
    while header := source.read(PAGE_HEADER):
        lacing = source.read(header[26])
        yield int.from_bytes(header[6:14], "little", signed=True), header + lacing + source.read(sum(lacing))


def _grouped(pages: Iterator[tuple[int, bytes]]) -> Iterator[Piece]:
    """Join pages to pieces; the two header pages travel with the first audio. The pre-skip is not heard."""
    data, begun_ms, ended_ms, pre_skip = b"", 0, 0, 0
    for granule, page in pages:
        if b"OpusHead" in page[:64]:
            pre_skip = int.from_bytes(page[page.index(b"OpusHead") + 10 :][:2], "little")
        data += page
        ended_ms = max(ended_ms, (granule - pre_skip) // GRANULES_PER_MS)
        if ended_ms - begun_ms >= CHUNK_MS:
            yield Piece(starts_ms=begun_ms, duration_ms=ended_ms - begun_ms, data=data)
            data, begun_ms = b"", ended_ms
    if data and ended_ms > begun_ms:
        yield Piece(starts_ms=begun_ms, duration_ms=ended_ms - begun_ms, data=data)
