"""Real speech for tests, from the bundled room: as samples, as raw PCM chunks and as Ogg/Opus chunks."""

from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np

import streams.demo_room
from processors.decoding import decode_all
from processors.engines.base import SAMPLE_RATE, Samples
from schemas.audio import AudioChunk
from schemas.facts import ZERO_DIGEST
from schemas.rooms import Room, Track
from streams.playing import CONTENT_TYPE, pieces

OPENED_MS = 1_760_000_000_000
L16 = "audio/L16;rate=16000;channels=1"
FOLDER = Path(streams.demo_room.__file__).parent
ANNA = "Good evening, and welcome to Garden Street. My name is Anna. This room is being recorded"
"""How Anna begins, 0.8 s after the room's opening; she pauses from 8.6 s to 9.1 s and goes on until 17.4 s."""


@cache
def speech(seconds: float, speaker: str = "anna") -> Samples:
    """The first `seconds` of a speaker's track, 16 kHz."""
    data = (FOLDER / f"{speaker}.opus").read_bytes()
    sound = islice(decode_all("audio/ogg", [data], rate=SAMPLE_RATE), round(seconds * 60))
    return np.concatenate(list(sound))[: round(seconds * SAMPLE_RATE)]


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def pcm_chunks(samples: Samples, track_id: str = "a", *, sequence: int = 0, late_ms: int = 0) -> list[AudioChunk]:
    """Samples as raw PCM, a second a chunk, captured from `late_ms` after the room's opening."""
    seconds = [samples[at : at + SAMPLE_RATE] for at in range(0, len(samples), SAMPLE_RATE)]
    return [
        _chunk(
            track_id,
            sequence + n,
            late_ms + 1000 * n,
            len(second) * 1000 // SAMPLE_RATE,
            L16,
            (np.clip(second, -1, 1) * 32767).astype(">i2").tobytes(),
        )
        for n, second in enumerate(seconds)
    ]


@cache
def opus_chunks(seconds: int, speaker: str = "anna", track_id: str = "a") -> tuple[AudioChunk, ...]:
    """A speaker's first seconds as a client sends them."""
    sent = islice(pieces(FOLDER / f"{speaker}.opus"), seconds)
    return tuple(
        _chunk(track_id, n, piece.starts_ms, piece.duration_ms, CONTENT_TYPE, piece.data)
        for n, piece in enumerate(sent)
    )


def room_of(*tracks: tuple[str, str], content_type: str = L16, record: bool = True) -> Room:
    """A live room `r` with tracks of (id, speaker)."""
    return Room(
        room_id="r",
        title="Evening",
        host="hanna",
        record=record,
        policy="article_2022",
        opened_ms=OPENED_MS,
        head=ZERO_DIGEST,
        position=0,
        tracks={
            track_id: Track(track_id=track_id, speaker=speaker, content_type=content_type, joined_ms=OPENED_MS)
            for track_id, speaker in tracks
        },
    )


def _chunk(
    track_id: str, sequence: int, offset_ms: int, duration_ms: int, content_type: str, data: bytes
) -> AudioChunk:
    return AudioChunk(
        room_id="r",
        track_id=track_id,
        sequence=sequence,
        captured_ms=OPENED_MS + offset_ms,
        duration_ms=duration_ms,
        content_type=content_type,
        data=data,
    )
