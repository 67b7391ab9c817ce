"""A seed in; what the microphones of a room send, chunk by chunk, always the same, out."""

import wave
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from processors.cutting import Piece
from schemas.audio import AudioChunk
from streams.playing import CONTENT_TYPE as OPUS
from streams.playing import chunks as chunks_of
from streams.playing import pieces

RATE_HZ = 16_000
L16 = f"audio/L16;rate={RATE_HZ};channels=1"
L16_CHUNK_MS = 250


def l16(seed: int, room_id: str, track_id: str, begins_ms: int, seconds: int) -> Iterator[AudioChunk]:
    """A microphone that sends raw samples, four chunks a second; no two tracks have a chunk in common."""
    size = 2 * RATE_HZ * L16_CHUNK_MS // 1000
    for sequence in range(seconds * 1000 // L16_CHUNK_MS):
        hum = _hum(L16_CHUNK_MS / 1000, np.random.default_rng([seed, sequence, *f"{room_id}/{track_id}".encode()]))
        yield AudioChunk(
            room_id=room_id,
            track_id=track_id,
            sequence=sequence,
            captured_ms=begins_ms + sequence * L16_CHUNK_MS,
            duration_ms=L16_CHUNK_MS,
            content_type=L16,
            data=hum.astype(">i2").tobytes()[:size],
        )


def opus(seed: int, room_id: str, track_id: str, begins_ms: int, seconds: int) -> Iterator[AudioChunk]:
    """A microphone that sends one Ogg/Opus stream, a chunk a second."""
    yield from chunks_of(_clip(seed, seconds), room_id, track_id, begins_ms)


@cache
def _clip(seed: int, seconds: int) -> tuple[Piece, ...]:
    with TemporaryDirectory(prefix="earwitness-bench-") as folder:
        path = Path(folder) / "hum.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(_hum(seconds, np.random.default_rng(seed)).astype("<i2").tobytes())
        return tuple(pieces(path))


def _hum(seconds: float, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """A tone of its own with a little noise, in sample values of 16 bits."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = np.sin(2 * np.pi * random.uniform(100, 400) * t)
    return 4000 * tone + random.normal(0, 200, t.size)


__all__ = ["L16", "OPUS", "l16", "opus"]
