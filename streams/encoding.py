"""A lossless mix and a gain in; the same sound as one AAC stream out, made by as many ffmpegs as there are cores."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import ffmpeg

from processors.pieces import PIECE_FRAMES, Piece, pieces, stretch
from processors.timeline import RATE_HZ
from streams.ffmpeg_running import run

T = TypeVar("T")

PEAK_DBFS = -2.0
"""Half a decibel below the allowed true peak of -1.5 dBTP: the limiter sees samples, not what is between them."""

MOST_AT_ONCE = 4
"""Encoders side by side: each takes some 45 MB."""

_BIT_RATE = "96k"
_CODER = "fast"  # ffmpeg's documentation: better and much faster than `twoloop` from 64 kbit/s a channel upwards


def encode(mix: Path, samples: int, gain_db: float, target: Path, piece_frames: int = PIECE_FRAMES) -> None:
    """Write the first `samples` samples of `mix`, at `gain_db` and limited, to `target` as ADTS.

    The stream begins with one frame of priming: the sound begins 1024 samples into it.
    """

    def encoded(numbered: tuple[int, Piece]) -> bytes:
        number, piece = numbered
        path = target.with_suffix(f".{number}.aac")
        _encode(mix, piece, gain_db, path)
        data = path.read_bytes()
        path.unlink()
        return stretch(data, piece.skip, piece.frames)

    with target.open("wb") as file:
        for data in _side_by_side(encoded, enumerate(pieces(samples, piece_frames))):
            file.write(data)


def _side_by_side(work: Callable[[tuple[int, Piece]], T], items: Iterable[tuple[int, Piece]]) -> Iterator[T]:
    """Results in order, never more of them waiting than there are workers; the first error ends it."""
    workers = min(os.cpu_count() or 1, MOST_AT_ONCE)
    waiting: list[Future[T]] = []
    with ThreadPoolExecutor(workers, thread_name_prefix="encoder") as pool:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > workers:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _encode(mix: Path, piece: Piece, gain_db: float, target: Path) -> None:
    stream = ffmpeg.input(str(mix), **({"ss": f"{piece.start / RATE_HZ:.6f}"} if piece.start else {}))
    if piece.end is not None:
        stream = stream.filter("atrim", end_sample=piece.end - piece.start)
    limit = 10 ** (PEAK_DBFS / 20)
    limited = stream.filter("volume", f"{gain_db:.2f}dB").filter(
        "alimiter", limit=f"{limit:.4f}", level=0, attack=5, release=50, latency=1
    )
    made = limited.output(
        str(target), format="adts", acodec="aac", aac_coder=_CODER, audio_bitrate=_BIT_RATE, ar=RATE_HZ, threads=1
    )
    run(made)
