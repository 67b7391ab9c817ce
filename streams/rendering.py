"""Mixed sound in; an M4A and an HLS playlist at speech loudness out, made by ffmpeg.

The sound passes once, into a lossless file, while its loudness is measured (EBU R128); one constant gain then brings it
to -16 LUFS, so quiet passages stay quiet and noise in pauses is not pulled up. It is encoded once: HLS repacks the M4A.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ffmpeg

from processors.decoding import Samples
from processors.timeline import RATE_HZ
from streams.ffmpeg_binary import ffmpeg_binary

LOUDNESS_LUFS = -16.0
"""For speech over loudspeakers and headphones: AES TD1008 (2021), and what podcast platforms ask for."""

PEAK_DBFS = -2.0
"""Half a decibel below the allowed true peak of -1.5 dBTP: the limiter sees samples, not what is between them."""

SEGMENT_S = 6
"""Apple's HLS authoring specification, 7.5."""

_MOST_GAIN_DB = 40.0  # brings a whisper across a room to -16; more would be for noise
_BIT_RATE = "96k"
_SUMMARY = re.compile(r"I:\s+(-?[\d.]+) LUFS")
_ABSOLUTE_GATE_LUFS = -70.0  # EBU R128: at or below, nothing was loud enough to be measured


class FfmpegRenderer:
    """A `Renderer` on the ffmpeg of this machine."""

    def render(self, sound: Iterable[Samples], folder: Path, title: str) -> None:
        blocks = iter(sound)
        first = next(blocks, None)
        if first is None:
            return
        loudness = _measured(first, blocks, folder / "mix.flac")
        _encode(folder / "mix.flac", folder / "audio.m4a", title, gain_db(loudness))
        (folder / "mix.flac").unlink()
        _segment(folder / "audio.m4a", folder / "hls")


def gain_db(loudness_lufs: float) -> float:
    """The constant gain that brings a loudness to -16 LUFS; none where nothing was heard."""
    if loudness_lufs <= _ABSOLUTE_GATE_LUFS:
        return 0.0
    return min(LOUDNESS_LUFS - loudness_lufs, _MOST_GAIN_DB)


def _measured(first: Samples, blocks: Iterable[Samples], path: Path) -> float:
    """Write the sound to a FLAC of 24 bits; return its integrated loudness, LUFS."""
    stream = ffmpeg.input("pipe:", format="f32le", ar=RATE_HZ, ac=1).filter("ebur128", framelog="verbose")
    output = stream.output(str(path), ar=RATE_HZ, ac=1, sample_fmt="s32")
    process = _quiet(output, level="info").run_async(cmd=ffmpeg_binary(), pipe_stdin=True, pipe_stderr=True)
    try:
        _write(process.stdin, first, blocks)
        said = process.stderr.read().decode(errors="replace")
    except BaseException:
        process.kill()
        raise
    finally:
        process.stderr.close()
        status = process.wait()
    found = _SUMMARY.findall(said)
    if status or not found:
        raise RuntimeError(f"ffmpeg could not take the mix: {said[-500:]}")
    return float(found[-1])


def _write(pipe: Any, first: Samples, blocks: Iterable[Samples]) -> None:
    """Send everything; if ffmpeg hangs up, its exit status says why."""
    try:
        with pipe:
            pipe.write(first.tobytes())
            for block in blocks:
                pipe.write(block.tobytes())
    except BrokenPipeError:
        return


def _encode(source: Path, target: Path, title: str, gain: float) -> None:
    stream = ffmpeg.input(str(source)).filter("volume", f"{gain:.2f}dB")
    limit = 10 ** (PEAK_DBFS / 20)
    limited = stream.filter("alimiter", limit=f"{limit:.4f}", level=0, attack=5, release=50)
    _run(
        limited.output(
            str(target),
            acodec="aac",
            audio_bitrate=_BIT_RATE,
            ar=RATE_HZ,
            movflags="+faststart",
            metadata=f"title={title}",
            map_metadata=-1,
            fflags="+bitexact",
        )
    )


def _segment(source: Path, folder: Path) -> None:
    folder.mkdir()
    _run(
        ffmpeg.input(str(source)).output(
            str(folder / "index.m3u8"),
            format="hls",
            acodec="copy",
            hls_time=SEGMENT_S,
            hls_playlist_type="vod",
            hls_segment_type="fmp4",
            hls_fmp4_init_filename="init.mp4",
            hls_segment_filename=str(folder / "seg%05d.m4s"),
            fflags="+bitexact",
        )
    )


def _run(output: Any) -> None:
    try:
        _quiet(output).run(cmd=ffmpeg_binary(), capture_stdout=True, capture_stderr=True)
    except ffmpeg.Error as error:
        raise RuntimeError(f"ffmpeg failed: {error.stderr.decode(errors='replace')[-500:]}") from error


def _quiet(output: Any, level: str = "error") -> Any:
    return output.global_args("-hide_banner", "-nostats", "-nostdin", "-loglevel", level).overwrite_output()
