"""One stream's bytes in, as a reader gives them; mono float32 samples at one rate out.

libavformat takes containers apart, libavcodec decodes, libswresample converts (all through PyAV). Where a container's
own clock jumps ahead (a lost chunk, discontinuous transmission), silence fills the hole.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeAlias, cast

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph

from processors.media import L16, RATES_HZ, SELF_TIMED, Media
from schemas.audio import MAX_CHUNK_BYTES
from schemas.errors import Invalid

Samples: TypeAlias = npt.NDArray[np.float32]
"""Mono audio, shape (n,), in -1..1."""

LONGEST_HOLE_S = 300
"""A longer jump of a container's clock is a broken clock and gets no silence."""

BUFFER_BYTES = 4096
"""libavformat asks for so much at a time, and takes less."""

HEAD_BYTES = {"audio/mpeg": BUFFER_BYTES}
"""Where the first read has to be full: this demuxer looks back while it finds its feet."""

MOST_CHANNELS = 64
"""As many as libswresample converts (swresample_internal.h, SWR_CH_MAX)."""

MOST_PLANES = 7
"""PyAV counts a frame's planes up to a null pointer. libavutil has room for eight pointers and puts none behind them
(frame.h, AV_NUM_DATA_POINTERS): with eight planes or more it reads what is no plane, and the process dies."""

_SHORTEST_HOLE_S = 0.1  # WebM's clock ticks in ms and jitters by a packet (20-60 ms)
_LONGEST_SEARCH_BYTES = 2 * MAX_CHUNK_BYTES  # with no audio by then, it is not audio
_MOST_BREAKS = 1_000  # places where a demuxer may lose its way in one stream
_SURE_BY_HEADER = frozenset({"audio/ogg", "audio/webm", "audio/wav"})  # only a header: a speaker who left at once
_DEMUXERS = {
    "audio/ogg": "ogg",
    "audio/webm": "matroska",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
}
_AT_ONCE = {"probesize": "32", "analyzeduration": "0"}  # the least libavformat takes: measured, first audio out at once


class Source(Protocol):
    """What libavformat reads from: some bytes, at most `size`, none at the end."""

    fed: int

    def read(self, size: int) -> bytes: ...


def not_audio(detail: str) -> Invalid:
    return Invalid("not_audio", detail, field="data")


def decoded(media: Media, source: Source, rate: int) -> Iterator[Samples]:
    """Decode one stream from its first byte to its last."""
    converter = _Converter(rate)
    frames = _pcm_frames(media, source) if media.name == L16 else _container_frames(media, source)
    for frame in frames:
        yield from converter.convert(frame, timed=media.name in SELF_TIMED)
    yield from converter.flush()


def _pcm_frames(media: Media, source: Source) -> Iterator[av.AudioFrame]:
    """`audio/L16`: big-endian, channels interleaved (RFC 2586)."""
    pending = b""
    while data := source.read(1 << 16):
        pending += data
        whole = len(pending) - len(pending) % media.frame_bytes
        values = np.frombuffer(pending[:whole], ">i2").reshape(-1, media.channels)
        pending = pending[whole:]
        if values.size:
            mono = values.mean(axis=1, dtype=np.float32) / 32_768
            frame = av.AudioFrame.from_ndarray(mono.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate = media.rate_hz
            yield frame


def _container_frames(media: Media, source: Source) -> Iterator[av.AudioFrame]:
    try:
        container = av.open(
            source,
            format=_DEMUXERS[media.name],
            options=_AT_ONCE,
            buffer_size=BUFFER_BYTES,
            metadata_errors="replace",  # tags need not be text, and nobody reads them
        )
    except av.FFmpegError as error:
        raise not_audio(f"no {media.name} stream begins here") from error
    with container:
        yield from _demuxed(container, source, media.name)


def _demuxed(container: Any, source: Source, name: str) -> Iterator[av.AudioFrame]:
    # Any: PyAV has no public name for a container that is surely an input
    if not container.streams.audio:
        raise not_audio(f"the {name} stream holds no audio")
    heard = False
    for packet in _packets(container):
        for frame in _frames(packet):
            heard = True
            yield frame
        if not heard and source.fed > _LONGEST_SEARCH_BYTES:
            break
    if not heard and name not in _SURE_BY_HEADER:
        raise not_audio(f"no {name} frame was found")


def _packets(container: Any) -> Iterator["av.Packet[av.AudioStream]"]:
    """All packets; past broken bytes the demuxer is asked to find its way again, a bounded number of times."""
    for _ in range(_MOST_BREAKS):
        try:
            yield from container.demux(audio=0)
        except av.FFmpegError:
            continue
        return
    raise not_audio("the stream breaks off again and again")


def _frames(packet: "av.Packet[av.AudioStream]") -> Sequence[av.AudioFrame]:
    """A packet's audio; a broken packet is one packet of audio lost, not a broken stream."""
    try:
        return packet.decode()
    except av.FFmpegError:
        return ()


class _Converter:
    """Frames of any rate and layout in; mono at one rate out, with silence where a timed stream has a hole."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._shape: tuple[str, str, int] | None = None
        self._graph: Graph | None = None
        self._end_s: float | None = None

    def convert(self, frame: av.AudioFrame, *, timed: bool) -> Iterator[Samples]:
        if frame.sample_rate not in RATES_HZ:
            raise not_audio(f"{frame.sample_rate} Hz is no rate of sound")
        if frame.layout.nb_channels > MOST_CHANNELS:
            raise not_audio(f"{frame.layout.nb_channels} channels are more than {MOST_CHANNELS}")
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        hole_s = self._hole_s(frame) if timed else 0.0
        if hole_s or shape != self._shape:  # a resampler remembers the audio before: never smear it over a hole
            yield from self.flush()
            yield from self._silence(hole_s)
            self._shape = shape
            self._graph = None if _is_float(frame, self._rate) else _resampling(*shape, self._rate)
        if self._graph is None:
            yield _mono(frame)
            return
        frame.pts = None  # the resampler counts for itself
        yield from self._resampled(frame)

    def flush(self) -> Iterator[Samples]:
        if self._graph is not None:
            yield from self._resampled(None)
            self._graph = None
        self._shape = None

    def _resampled(self, frame: av.AudioFrame | None) -> Iterator[Samples]:
        assert self._graph is not None
        self._graph.push(frame)
        with suppress(av.BlockingIOError, av.EOFError):
            while True:
                yield _mono(cast(av.AudioFrame, self._graph.pull()))

    def _silence(self, hole_s: float) -> Iterator[Samples]:
        left = round(hole_s * self._rate)
        while left > 0:
            yield np.zeros(min(left, self._rate), np.float32)
            left -= self._rate

    def _hole_s(self, frame: av.AudioFrame) -> float:
        """Seconds missing before this frame, by the container's clock."""
        at_s, before_s = frame.time, self._end_s
        if at_s is None:
            return 0.0
        self._end_s = at_s + frame.samples / frame.sample_rate
        if before_s is None or not _SHORTEST_HOLE_S < at_s - before_s < LONGEST_HOLE_S:
            return 0.0
        return at_s - before_s


def _is_float(frame: av.AudioFrame, rate: int) -> bool:
    """Whether a decoder gives what is wanted already, as Opus does at 48 kHz: then nothing need be converted."""
    return frame.format.name == "fltp" and frame.sample_rate == rate and frame.layout.nb_channels <= MOST_PLANES


def _mono(frame: av.AudioFrame) -> Samples:
    """Of a frame of floats, the mean of its channels, which are planes or one after the other in the only one."""
    values = frame.to_ndarray()
    if frame.layout.nb_channels == 1:
        return _sound(values[0])
    channels = values if frame.format.is_planar else values.reshape(frame.samples, -1).T
    return _sound(channels.mean(axis=0, dtype=np.float32))


def _sound(samples: Samples) -> Samples:
    """Samples that can be mixed: broken floats would spoil every other track."""
    if samples.size and samples.min() >= -1.0 and samples.max() <= 1.0:  # false for what is no number, too
        return samples
    return np.clip(np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)


def _resampling(sample_format: str, layout: str, rate_from: int, rate_to: int) -> Graph:
    """As `av.AudioResampler`, but without a pool of threads for every track, and with all channels in one plane."""
    graph = Graph()
    graph.threads = 1
    source = graph.add(
        "abuffer",
        sample_rate=str(rate_from),
        sample_fmt=sample_format,
        channel_layout=layout,
        time_base=f"1/{rate_from}",
    )
    shaped = graph.add("aformat", sample_rates=str(rate_to), sample_fmts="flt", channel_layouts=layout)
    sink = graph.add("abuffersink")
    source.link_to(shaped)
    shaped.link_to(sink)
    graph.configure()
    return graph
