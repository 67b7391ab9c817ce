"""Tracks' chunks in; their sound on room time out: each track as runs that never overlap, the room as one mix.

Sample numbers count from the opening of the room. A track is anchored where its first chunk was captured and then runs
by its samples, because clocks jitter and samples do not; where its clock is fast or slow it is stretched
(`processors/drift.py`); it is anchored anew where capture ran ahead of it: at a pause, at a rejoin, at a loss. What was
lost stays silent, for as long as it lasted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from processors.decoding import Samples, StreamDecoder
from processors.drift import DRIFT_MS, Drift, stretched
from processors.media import SELF_TIMED, media_of, reentry, starts_stream
from processors.notes import UNNOTED, TrackNotes, refuse_deadly
from schemas.audio import AudioChunk, StoredChunk
from schemas.errors import Invalid

RATE_HZ = 48_000
"""Opus decodes to it, AAC takes it."""

LONGEST_ROOM_MS = 24 * 3_600_000
"""A capture time further from the opening is a broken clock; such a chunk follows the one before."""

_PAGE_MS = 1_000  # what a decoder may hold back: an Ogg page, as ffmpeg and libopusenc make them
_LOUD = 0.7  # the mix is untouched up to here, -3 dBFS, and bends towards 1 above


@dataclass
class Heard:
    """What came of a track: `samples` decoded (at 48 kHz) and the first sequences of stretches nobody can decode.

    Where a container keeps time, the silence its decoder put in place of lost chunks counts as decoded.
    """

    samples: int = 0
    unreadable: list[int] = field(default_factory=list)

    @property
    def ms(self) -> int:
        return round(self.samples * 1000 / RATE_HZ)


Run = tuple[int, Samples]
"""Where some samples begin on room time, in samples, and the samples."""


def place(chunks: Iterable[StoredChunk], opened_ms: int, heard: Heard, notes: TrackNotes = UNNOTED) -> Iterator[Run]:
    """Decode one track's chunks (rising sequences) onto room time; runs rise and never overlap.

    Audio that cannot be decoded is noted in `heard` and left silent.
    """
    track = TrackTimeline(opened_ms, notes=notes)
    readable = True
    for chunk in chunks:
        try:
            yield from track.take(chunk)
            readable = True
        except Invalid:
            heard.unreadable += [chunk.sequence] if readable else []
            readable = False
        heard.samples = track.decoded
    try:
        yield from track.finish()
    except Invalid:
        heard.unreadable.append(track.sequence)
    heard.samples = track.decoded


def mix(tracks: Sequence[Iterator[Run]], *, block: int = RATE_HZ) -> Iterator[Samples]:
    """Add tracks up, `block` samples at a time, softly limited to -1..1; the last block ends with the last run."""
    lanes = [_Lane(track) for track in tracks]
    start = 0
    while any(lane.more() for lane in lanes):
        total = np.zeros(block, np.float32)
        filled = max((lane.add_to(total, start) for lane in lanes), default=0)
        more = any(lane.more() for lane in lanes)
        yield soft_limit(total if more else total[:filled])
        start += block


def soft_limit(samples: Samples) -> Samples:
    """Bend what is louder than -3 dBFS towards full scale, which it never reaches; leave the rest untouched."""
    size = np.abs(samples)
    over = size > _LOUD
    if not over.any():
        return samples
    bent = _LOUD + (1 - _LOUD) * np.tanh((size - _LOUD) / (1 - _LOUD))
    return np.where(over, np.copysign(bent, samples), samples).astype(np.float32)


@dataclass(frozen=True)
class _Anchor:
    """From sample `media` of the track's own count on, the track stands at `room` on room time."""

    media: int
    room: int


class TrackTimeline:
    """Feeds a decoder and keeps count: how much came out, how much is held back, where that belongs.

    Samples and sample numbers are at `rate` Hz. `take` and `finish` raise `Invalid` where audio cannot be decoded;
    what comes next begins anew. A deadly chunk is refused before it changes anything: as if it had been lost.
    """

    def __init__(self, opened_ms: int, *, rate: int = RATE_HZ, notes: TrackNotes = UNNOTED) -> None:
        self._opened_ms = opened_ms
        self._notes = notes
        self._rate = rate
        self._decoder: StreamDecoder | None = None
        self._anchors: list[_Anchor] = []
        self._before: AudioChunk | StoredChunk | None = None
        self._media = 0  # where the current chunk begins in the track's own count, as well as can be known
        self._held = 0  # samples that went in since something came out
        self._reentry = b""
        self._drift = Drift(rate)
        self._clear = 0  # room time is taken up to here
        self.decoded = 0

    @property
    def sequence(self) -> int:
        return self._before.sequence if self._before else 0

    def take(self, chunk: AudioChunk | StoredChunk) -> Iterator[Run]:
        refuse_deadly(self._notes, chunk.sequence)
        lost = self._before is not None and chunk.sequence != self._before.sequence + 1
        name = media_of(chunk.content_type).name
        starts = starts_stream(name, chunk.data)
        if starts or (lost and name not in SELF_TIMED):
            yield from self.finish()
        self._advance(chunk, hole=lost)
        self._anchor(chunk)
        self._reentry = reentry(name, chunk.data) if starts else self._reentry
        entered = self._decoder is None and not starts
        decoder = self._decoder = self._decoder or StreamDecoder(chunk.content_type, rate=self._rate)
        self._held += self._samples(chunk.duration_ms)
        data = self._reentry + chunk.data if entered else chunk.data
        yield from self._out(self._noted(lambda: decoder.feed(data)))

    def finish(self) -> Iterator[Run]:
        """What the decoder still holds; the next chunk begins a new stream."""
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            yield from self._out(self._noted(decoder.finish))
        self._held = 0
        self._media = self.decoded

    def _noted(self, decode: Callable[[], Samples]) -> Samples:
        """Decode the last chunk, which is noted meanwhile; forget a decoder that fails."""
        try:
            with self._notes.in_hand(self.sequence):
                return decode()
        except Invalid:
            self._decoder = None
            self._held = 0
            self._media = self.decoded
            raise

    def _advance(self, chunk: AudioChunk | StoredChunk, *, hole: bool) -> None:
        """Work out where the chunk begins: after the one before, but not past what the decoder can hold back.

        Over a hole the container's own clock goes on, and so does the count: the decoder will fill it with silence.
        """
        before, self._before = self._before, chunk
        if before is None or self._decoder is None:
            return
        length = self._samples(before.duration_ms)
        if hole:
            missing = self._samples(max(0, chunk.captured_ms - before.captured_ms - before.duration_ms))
            length += missing
            self._held += missing
        most = self.decoded + self._held + self._samples(_PAGE_MS)
        self._media = min(max(self._media + length, self.decoded), most)

    def _anchor(self, chunk: AudioChunk | StoredChunk) -> None:
        offset_ms = chunk.captured_ms - self._opened_ms
        plausible = abs(offset_ms) <= LONGEST_ROOM_MS
        captured = self._samples(max(0, offset_ms)) if plausible else 0
        expected = self._room_at(self._media)
        if expected is None or captured > expected + self._samples(DRIFT_MS):
            self._anchors.append(_Anchor(self._media, captured))
            self._drift = Drift(self._rate)
        elif plausible and len(self._anchors) == 1:
            self._drift.observe(captured, self._anchors[0].room + self.decoded - self._anchors[0].media)

    def _room_at(self, media: int) -> int | None:
        if not self._anchors:
            return None
        last = self._anchors[-1]
        return last.room + media - last.media

    def _samples(self, ms: int) -> int:
        return ms * self._rate // 1000

    def _out(self, samples: Samples) -> Iterator[Run]:
        """Cut at the anchors, give each piece its place, and never go back over what is taken."""
        if samples.size:
            self._held = 0
        while samples.size:
            while len(self._anchors) > 1 and self._anchors[1].media <= self.decoded:
                self._anchors.pop(0)
            here = self._anchors[0]
            until = self._anchors[1].media if len(self._anchors) > 1 else self.decoded + samples.size
            piece, samples = np.split(samples, [until - self.decoded])
            start = max(self._clear, here.room + self.decoded - here.media)
            self.decoded += piece.size
            longer = self._drift.stretch(piece.size) if len(self._anchors) == 1 else 0
            self._anchors[0] = _Anchor(here.media, here.room + longer)
            piece = stretched(piece, piece.size + longer)
            self._clear = start + piece.size
            yield start, piece


class _Lane:
    """One track's runs, taken as far as a block needs them."""

    def __init__(self, runs: Iterator[Run]) -> None:
        self._runs = runs
        self._run: Run | None = next(runs, None)

    def more(self) -> bool:
        return self._run is not None

    def add_to(self, total: Samples, start: int) -> int:
        """Add what falls into the block that begins at `start`; return how far into the block it goes."""
        reach = 0
        while self._run is not None and self._run[0] < start + total.size:
            at, samples = self._run
            begin = at - start
            piece = samples[: total.size - begin]
            total[begin : begin + piece.size] += piece
            reach = begin + piece.size
            rest = samples[piece.size :]
            self._run = (at + piece.size, rest) if rest.size else next(self._runs, None)
        return reach
