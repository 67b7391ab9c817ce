"""Each row of docs/codecs.md: made by ffmpeg, sent as chunks, kept by the recorder, decoded as the assembler does.

What comes out of the parts is compared with what went into the encoder: length, energy, and shape at the right moment.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from processors.decoding import Samples
from processors.layout import parts_folder
from processors.parts import decode_part
from processors.timeline import RATE_HZ, Heard, mix, place
from schemas.audio import AudioChunk, PartStored, RoomEnded, StoredChunk
from streams.ffmpeg_binary import ffmpeg_binary
from streams.stores import MemoryStore
from tests.agents.test_recorder import OPENED_MS, Rooms, room, run
from tests.audio import cut

SECONDS = 20
"""More than one part of 16 chunks of a second."""
CONTINUED, WHOLE = "continued", "self-contained"


@dataclass(frozen=True)
class Row:
    """A way to send: its name in the docs, the content type, ffmpeg's options, and whether its chunks stand alone.

    `padding_ms` is the most that the encoder's own silence, of which the format cannot tell, may add.
    """

    name: str
    content_type: str
    options: tuple[str, ...]
    mode: str = CONTINUED
    channels: int = 1
    rate_hz: int = 48_000
    padding_ms: int = 1

    @property
    def id(self) -> str:
        return f"{self.name}, {self.mode}, {self.rate_hz // 1000} kHz, {'stereo' if self.channels == 2 else 'mono'}"


OPUS = ("-c:a", "libopus", "-b:a", "96k")
FILES = {
    "Ogg/Opus": ("audio/ogg;codecs=opus", (*OPUS, "-page_duration", "200000", "-f", "ogg")),
    "WebM/Opus": ("audio/webm;codecs=opus", (*OPUS, "-f", "webm")),
    "WAV": ("audio/wav", ("-c:a", "pcm_s16le", "-f", "wav")),
    "FLAC": ("audio/flac", ("-c:a", "flac", "-f", "flac")),
}
FRAMES = {
    "MP3": ("audio/mpeg", ("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3")),
    "AAC/ADTS": ("audio/aac", ("-c:a", "aac", "-b:a", "128k", "-f", "adts")),
}
RATES_HZ = (8_000, 16_000, 24_000, 44_100, 48_000)
ROWS = [
    *(Row(name, *FILES[name], mode, shape) for name in FILES for mode in (CONTINUED, WHOLE) for shape in (1, 2)),
    *(Row(name, *FRAMES[name], channels=channels, padding_ms=48) for name in FRAMES for channels in (1, 2)),
    *(
        Row("L16", f"audio/L16;rate={rate};channels={channels}", ("-f", "s16be"), mode, channels, rate)
        for rate in RATES_HZ
        for channels in (1, 2)
        for mode in (CONTINUED, WHOLE)
    ),
]


def sweep() -> Samples:
    """From 200 to 3,000 Hz and back every four seconds, in syllables: a shape that fits itself at one moment only."""
    t = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    pitch_hz = 1_600 + 1_400 * np.sin(2 * np.pi * t / 4 + t / 9)
    loudness = np.random.default_rng(7).uniform(0.2, 1, SECONDS * 4 + 2)
    tone = np.sin(2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ) * np.interp(4 * t, np.arange(loudness.size), loudness)
    return (0.4 * tone).astype(np.float32)


def encoded(row: Row, sound: Samples, path: Path) -> bytes:
    """A stream comes from a pipe and knows no length; what stands alone is written to a file, as recorders do."""
    command = (ffmpeg_binary(), "-y", "-loglevel", "error", "-f", "f32le", "-ar", str(RATE_HZ), "-ac", "1", "-i", "-")
    both = ("-af", "pan=stereo|c0=c0|c1=c0") if row.channels == 2 else ()  # plain `-ac 2` takes 3 dB off
    shape = ("-ar", str(row.rate_hz), *both, *row.options)
    target = "pipe:1" if row.mode == CONTINUED else str(path)
    made = subprocess.run((*command, *shape, target), input=sound.tobytes(), capture_output=True, check=True).stdout
    return made if row.mode == CONTINUED else path.read_bytes()


def pieces(row: Row, sound: Samples, path: Path) -> list[bytes]:
    if row.mode == CONTINUED:
        return cut(encoded(row, sound, path), SECONDS, multiple=4 if row.name == "L16" else 1)
    return [encoded(row, second, path) for second in np.split(sound, SECONDS)]


async def kept(row: Row, data: list[bytes]) -> list[StoredChunk]:
    """Send the chunks through the recorder; return what its parts hold."""
    store = MemoryStore()
    sent = [
        AudioChunk(
            room_id="r",
            track_id="t0",
            sequence=n,
            captured_ms=OPENED_MS + 1000 * n,
            duration_ms=1000,
            content_type=row.content_type,
            data=each,
        )
        for n, each in enumerate(data)
    ]
    there = room("t0")
    there.tracks["t0"] = type(there.tracks["t0"])(
        track_id="t0", speaker="t0", content_type=row.content_type, joined_ms=OPENED_MS
    )
    outputs, source = await run(store, *sent, RoomEnded(room_id="r", at_ms=OPENED_MS), rooms=Rooms(there))
    assert sum(isinstance(output, PartStored) for output in outputs) == 2
    assert source.all
    found = await store.list(parts_folder("r", "t0"))
    return [chunk for part in found for chunk in decode_part(await store.get(part.key)).chunks]


def best_fit(heard: Samples, source: Samples) -> tuple[float, float]:
    """How alike two sounds are at best (1 is the same), and how much later the first one is then, ms."""
    size = 1 << (heard.size + source.size).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(source, size))
    matches = np.fft.irfft(spectrum, size)
    at = int(np.argmax(matches))
    norm = float(np.linalg.norm(heard) * np.linalg.norm(source))
    return float(matches[at]) / norm, (at if at < size // 2 else at - size) * 1000 / RATE_HZ


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
async def test_what_was_said_comes_out_of_the_parts(row: Row, tmp_path: Path) -> None:
    source = sweep()
    data = pieces(row, source, tmp_path / "chunk")
    chunks = await kept(row, data)
    assert [chunk.data for chunk in chunks] == data
    heard = Heard()
    sound = np.concatenate(list(mix([place(chunks, OPENED_MS, heard)])))
    assert not heard.unreadable
    assert sound.size * 1000 / RATE_HZ == pytest.approx(SECONDS * 1000, abs=20 + row.padding_ms)
    assert np.mean(sound**2) == pytest.approx(np.mean(source**2), rel=0.1)
    alike, late_ms = best_fit(sound, source)
    assert alike > 0.97
    assert abs(late_ms) <= row.padding_ms


def test_the_table_in_the_docs_promises_what_is_proven_here(repository: Path) -> None:
    lines = (repository / "docs" / "codecs.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
    promised = {(name, CONTINUED) for name, _, continued, _ in cells if continued.startswith("yes")}
    promised |= {(name, WHOLE) for name, _, _, whole in cells if whole.startswith("yes")}
    assert promised == {(row.name, row.mode) for row in ROWS}
