"""Chunks of the tracks around a passage in; its sound out: cut to the millisecond, mixed, and as FLAC."""

import io
from collections.abc import Iterable, Sequence

import av
import numpy as np

from processors.decoding import Samples
from processors.notes import UNNOTED, TrackNotes
from processors.timeline import RATE_HZ, TrackTimeline, soft_limit
from schemas.audio import AudioChunk, StoredChunk
from schemas.errors import Invalid

AROUND_MS = 15_000
"""Before and after a passage: enough to hear what was asked and what was answered."""

_FULL_SCALE = 32_767


def cut(
    chunks: Iterable[AudioChunk | StoredChunk],
    opened_ms: int,
    start_ms: int,
    end_ms: int,
    *,
    rate: int = RATE_HZ,
    notes: TrackNotes = UNNOTED,
) -> Samples:
    """One track's samples from `start_ms` to `end_ms` of room time, no longer than it sounds; silence where it holds.

    The first chunk has to be one that a decoder can begin with. What cannot be decoded is silent.
    """
    first, last = (ms * rate // 1000 for ms in (start_ms, end_ms))
    whole, reached = np.zeros(last - first, np.float32), 0
    track = TrackTimeline(opened_ms, rate=rate, notes=notes)
    for chunk in (*chunks, None):
        try:
            runs = list(track.finish() if chunk is None else track.take(chunk))
        except Invalid:
            continue
        for at, samples in runs:
            begin, end = max(at, first), min(at + samples.size, last)
            if begin < end:
                whole[begin - first : end - first] = samples[begin - at : end - at]
                reached = max(reached, end - first)
    return whole[:reached]


def mixed(tracks: Sequence[Samples]) -> Samples:
    """Tracks that begin together as one, as long as the longest."""
    total = np.zeros(max((track.size for track in tracks), default=0), np.float32)
    for track in tracks:
        total[: track.size] += track
    return soft_limit(total)


def flac(samples: Samples, *, rate: int = RATE_HZ) -> bytes:
    """Mono FLAC of 16 bits: the same bytes for the same samples and the same libavcodec."""
    whole = np.rint(np.clip(samples, -1, 1) * _FULL_SCALE).astype(np.int16)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("flac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(whole[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = rate
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return buffer.getvalue()
