"""A content type in; a short stream of it, as ffmpeg writes it, cut anywhere, out."""

import subprocess
from functools import cache
from itertools import pairwise

from streams.ffmpeg_binary import ffmpeg_binary

SECONDS = 4
ENCODINGS: dict[str, tuple[str, ...]] = {
    "audio/ogg": ("-c:a", "libopus", "-page_duration", "100000", "-f", "ogg"),
    "audio/webm": ("-c:a", "libopus", "-f", "webm"),
    "audio/wav": ("-c:a", "pcm_s16le", "-ar", "16000", "-f", "wav"),
    "audio/flac": ("-c:a", "flac", "-ar", "16000", "-f", "flac"),
    "audio/mpeg": ("-c:a", "libmp3lame", "-f", "mp3"),
    "audio/aac": ("-c:a", "aac", "-f", "adts"),
    "audio/L16;rate=16000;channels=1": ("-ar", "16000", "-f", "s16be"),
}


@cache
def stream(content_type: str) -> bytes:
    """A tone that swells, so that no two pieces are alike."""
    source = ("-f", "lavfi", "-i", f"aevalsrc=0.3*sin(2*PI*220*t)*sin(t)+0.01*random(0):s=48000:d={SECONDS}")
    command = (ffmpeg_binary(), "-loglevel", "error", *source, *ENCODINGS[content_type], "pipe:1")
    return subprocess.run(command, capture_output=True, check=True).stdout


def pieces(content_type: str, count: int) -> list[bytes]:
    data = stream(content_type)
    bounds = [len(data) * n // count // 2 * 2 for n in range(count)] + [len(data)]
    return [data[start:end] for start, end in pairwise(bounds)]
