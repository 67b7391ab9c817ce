"""Mixed sound in; an M4A with chapters and an HLS playlist at speech loudness out, made by ffmpeg.

The sound passes once, into a lossless file, while its loudness is measured (EBU R128); one constant gain then brings it
to -16 LUFS, so quiet passages stay quiet and noise in pauses is not pulled up. It is encoded once, in pieces side by
side (decision 0015); the M4A and HLS repack the same frames.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import ffmpeg

from processors.chapters import About
from processors.decoding import Samples
from processors.pieces import FRAME
from processors.timeline import RATE_HZ
from streams.encoding import encode
from streams.ffmpeg_binary import ffmpeg_binary
from streams.ffmpeg_running import quiet, run

LOUDNESS_LUFS = -16.0
"""For speech over loudspeakers and headphones: AES TD1008 (2021), and what podcast platforms ask for."""

SEGMENT_S = 6
"""Apple's HLS authoring specification, 7.5."""

_MOST_GAIN_DB = 40.0  # brings a whisper across a room to -16; more would be for noise
_SUMMARY = re.compile(r"I:\s+(-?[\d.]+) LUFS")
_ABSOLUTE_GATE_LUFS = -70.0  # EBU R128: at or below, nothing was loud enough to be measured
_SPECIAL = re.compile(r"([=;#\\\n])")  # what ffmpeg's metadata files want escaped


class FfmpegRenderer:
    """A `Renderer` on the ffmpeg of this machine."""

    def __init__(self, *, hls: bool = True) -> None:
        self._hls = hls

    def render(self, sound: Iterable[Samples], folder: Path, about: Callable[[], About]) -> None:
        blocks = iter(sound)
        first = next(blocks, None)
        if first is None:
            return
        mix, stream = folder / "mix.flac", folder / "audio.aac"
        loudness, samples = _measured(first, blocks, mix)
        encode(mix, samples, gain_db(loudness), stream)
        mix.unlink()
        _pack(stream, folder / "audio.m4a", about())
        stream.unlink()
        if self._hls:
            _segment(folder / "audio.m4a", folder / "hls")


def gain_db(loudness_lufs: float) -> float:
    """The constant gain that brings a loudness to -16 LUFS; none where nothing was heard."""
    if loudness_lufs <= _ABSOLUTE_GATE_LUFS:
        return 0.0
    return min(LOUDNESS_LUFS - loudness_lufs, _MOST_GAIN_DB)


def _measured(first: Samples, blocks: Iterable[Samples], path: Path) -> tuple[float, int]:
    """Write the sound to a FLAC of 24 bits; return its integrated loudness, LUFS, and its length in samples."""
    stream = ffmpeg.input("pipe:", format="f32le", ar=RATE_HZ, ac=1).filter("ebur128", framelog="verbose")
    output = stream.output(str(path), ar=RATE_HZ, ac=1, sample_fmt="s32")
    process = quiet(output, level="info").run_async(cmd=ffmpeg_binary(), pipe_stdin=True, pipe_stderr=True)
    try:
        samples = _write(process.stdin, first, blocks)
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
    return float(found[-1]), samples


def _write(pipe: Any, first: Samples, blocks: Iterable[Samples]) -> int:
    """Send everything and count it; if ffmpeg hangs up, its exit status says why."""
    samples = first.size
    try:
        with pipe:
            pipe.write(first.tobytes())
            for block in blocks:
                pipe.write(block.tobytes())
                samples += block.size
    except BrokenPipeError:
        pass
    return samples


def _pack(stream: Path, target: Path, about: About) -> None:
    """ADTS to M4A: the edit list leaves the priming out, the index comes first."""
    words = target.with_suffix(".txt")
    words.write_text(described(about), encoding="utf-8")
    sound = ffmpeg.input(str(stream), format="aac", itsoffset=f"{-FRAME / RATE_HZ:.9f}")
    packed = sound["a"].output(
        str(target),
        acodec="copy",
        movflags="+faststart",
        map_metadata=1,
        map_chapters=1,
        fflags="+bitexact",
    )
    # ffmpeg-python has inputs for streams only; a metadata file has none
    run(packed.global_args("-f", "ffmetadata", "-i", str(words)))
    words.unlink()


def described(about: About) -> str:
    """Title and chapters as one of ffmpeg's metadata files."""
    chapters = (
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={chapter.start_ms}\nEND={chapter.end_ms}\ntitle={_escaped(chapter.title)}\n"
        for chapter in about.chapters
    )
    return "".join((f";FFMETADATA1\ntitle={_escaped(about.title)}\n", *chapters))


def _escaped(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\1", text)
    return f"{escaped} " if text.endswith("\\") else escaped  # ffmpeg 5.1 loses a chapter whose line ends in one


def _segment(source: Path, folder: Path) -> None:
    folder.mkdir()
    run(
        ffmpeg.input(str(source))["a"].output(
            str(folder / "index.m3u8"),
            format="hls",
            acodec="copy",
            hls_time=SEGMENT_S,
            hls_playlist_type="vod",
            hls_segment_type="fmp4",
            hls_fmp4_init_filename="init.mp4",
            hls_segment_filename=str(folder / "seg%05d.m4s"),
            fflags="+bitexact",
            map_chapters=-1,
        )
    )
