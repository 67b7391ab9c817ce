"""Real audio for tests, made on the spot: a speech-like sound, encoded by ffmpeg, cut into chunks as a client would."""

import subprocess
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from schemas.audio import AudioChunk
from streams.ffmpeg_binary import ffmpeg_binary

OPENED_MS = 1_760_000_000_000
ENCODINGS: dict[str, tuple[str, ...]] = {
    "audio/ogg": ("-c:a", "libopus", "-page_duration", "100000", "-f", "ogg"),
    "audio/webm": ("-c:a", "libopus", "-f", "webm"),
    "audio/wav": ("-c:a", "pcm_s16le", "-f", "wav"),
    "audio/flac": ("-c:a", "flac", "-f", "flac"),
    "audio/mpeg": ("-c:a", "libmp3lame", "-f", "mp3"),
    "audio/aac": ("-c:a", "aac", "-f", "adts"),
    "audio/L16;rate=48000;channels=1": ("-f", "s16be"),
    "audio/L16;rate=44100;channels=2": ("-ar", "44100", "-ac", "2", "-f", "s16be"),
}
"""Content types and how ffmpeg writes them."""


def voice(seconds: float, *, rate: int = 48_000, pitch_hz: float = 150.0) -> npt.NDArray[np.float32]:
    """A hum with harmonics, in syllables of a quarter of a second, no two alike: somebody close to a microphone."""
    t = np.arange(round(seconds * rate)) / rate
    tone = sum(np.sin(2 * np.pi * pitch_hz * n * t) / n for n in range(1, 6))
    loudness = np.random.default_rng(1).uniform(0.1, 1, round(seconds * 4) + 2)
    return (0.15 * tone * np.interp(4 * t, np.arange(loudness.size), loudness)).astype(np.float32)


@cache
def encoded(content_type: str, seconds: float, pitch_hz: float = 150.0) -> bytes:
    """`seconds` of `voice` as one stream of `content_type`."""
    command = (ffmpeg_binary(), "-loglevel", "error", "-f", "f32le", "-ar", "48000", "-ac", "1", "-i", "pipe:0")
    pcm = voice(seconds, pitch_hz=pitch_hz).tobytes()
    return subprocess.run(
        (*command, *ENCODINGS[content_type], "pipe:1"), input=pcm, capture_output=True, check=True
    ).stdout


def cut(data: bytes, pieces: int, multiple: int = 4) -> list[bytes]:
    """Cut evenly, at multiples of `multiple` bytes (whole sample frames of all the PCM made here)."""
    bounds = [len(data) * n // pieces // multiple * multiple for n in range(pieces)] + [len(data)]
    return [data[start:end] for start, end in pairwise(bounds)]


def chunks(content_type: str, seconds: int, *, track_id: str = "t0", late_ms: int = 0) -> list[AudioChunk]:
    """One stream as chunks of a second each, captured from `late_ms` after the room's opening."""
    return [
        AudioChunk(
            room_id="r",
            track_id=track_id,
            sequence=n,
            captured_ms=OPENED_MS + late_ms + 1000 * n,
            duration_ms=1000,
            content_type=content_type,
            data=data,
        )
        for n, data in enumerate(cut(encoded(content_type, seconds), seconds))
    ]
