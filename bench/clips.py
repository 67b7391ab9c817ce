"""A folder of audio and its reference in; what each room says and when, encoded as a microphone would send it, out."""

import heapq
import tempfile
import wave
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np

from processors.cutting import Piece
from processors.engines.base import SAMPLE_RATE, Samples
from schemas.audio import AudioChunk
from schemas.base import Record
from schemas.errors import Invalid
from streams.playing import pieces

SUFFIXES = (".flac", ".wav", ".mp3", ".m4a", ".ogg", ".opus")
LEAST_PAUSE_MS = 500
"""Between two files of a room."""


class Clip(Record, frozen=True, kw_only=True):
    """One audio file with what is said in it; empty where nobody wrote it down."""

    path: Path
    text: str
    samples: Samples

    _private = frozenset({"text", "samples"})

    @property
    def duration_ms(self) -> int:
        return len(self.samples) * 1000 // SAMPLE_RATE


class Cue(Record, frozen=True, kw_only=True):
    """`clip` begins at `starts_ms` of its room's programme; silence follows it up to `ends_ms`."""

    clip: Clip
    starts_ms: int
    ends_ms: int


def read_clips(folder: Path, reference: Path | None) -> tuple[Clip, ...]:
    """The files of `folder`, by name; with a reference (lines `id<TAB>text`) those it names. `Invalid` without any."""
    texts = read_reference(reference) if reference else {}
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    known = [path for path in paths if path.stem in texts or not texts]
    if not known:
        raise Invalid("no_audio", f"{folder} holds no audio that the reference names", field="AUDIO_DIR")
    return tuple(Clip(path=path, text=texts.get(path.stem, ""), samples=_samples(path)) for path in known)


def read_reference(path: Path) -> dict[str, str]:
    rows = [line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if any(len(row) != 2 for row in rows):
        raise Invalid("reference_malformed", f"{path.name}: each line is id<TAB>text", field="--reference")
    return {row[0]: row[1] for row in rows}


def programme(clips: Sequence[Clip], room: int, seconds: float, duty: float) -> tuple[Cue, ...]:
    """What room number `room` plays: whole files from another one on than the room before it, until `seconds` are over.

    `duty` is the share of the time in which a file plays; the pauses are never shorter than half a second.
    """
    cues: list[Cue] = []
    ends_ms = 0
    for clip in islice(cycle(clips), room % len(clips), None):
        if ends_ms >= seconds * 1000:
            break
        pause_ms = max(LEAST_PAUSE_MS, round(clip.duration_ms * (1 / duty - 1)))
        cues.append(Cue(clip=clip, starts_ms=ends_ms, ends_ms=ends_ms + clip.duration_ms + pause_ms))
        ends_ms = cues[-1].ends_ms
    return tuple(cues)


def encoded(cues: Sequence[Cue]) -> tuple[Piece, ...]:
    """The programme as one stream, pauses included: a microphone that is on sends silence too."""
    sound = np.zeros(cues[-1].ends_ms * SAMPLE_RATE // 1000, np.float32)
    for cue in cues:
        first = cue.starts_ms * SAMPLE_RATE // 1000
        sound[first : first + len(cue.clip.samples)] = cue.clip.samples
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        with wave.open(file, "wb") as out:
            out.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            out.writeframes((sound * 32767).astype("<i2").tobytes())
        return tuple(pieces(Path(file.name)))


def due_ms(chunk: AudioChunk) -> int:
    """Unix time at which its last sample has been heard, so that it can be sent."""
    return chunk.captured_ms + chunk.duration_ms


def in_time_order(tracks: Iterable[Iterator[AudioChunk]]) -> Iterator[AudioChunk]:
    return heapq.merge(*tracks, key=due_ms)


def _samples(path: Path) -> Samples:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        frames = [made for frame in container.decode(audio=0) for made in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.float32)
