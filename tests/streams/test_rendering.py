"""What people play is complete, as loud as speech should be, and can be fetched in pieces."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from processors.chapters import About, Chapter
from processors.timeline import RATE_HZ
from streams.ffmpeg_binary import describe_ffmpeg, ffmpeg_binary
from streams.rendering import FfmpegRenderer, gain_db
from tests.audio import voice


def blocks(samples: np.ndarray) -> Iterator[np.ndarray]:
    return (samples[start : start + RATE_HZ] for start in range(0, samples.size, RATE_HZ))


def rendered(samples: np.ndarray, folder: Path, title: str = "A room", chapters: tuple[Chapter, ...] = ()) -> Path:
    FfmpegRenderer().render(blocks(samples), folder, lambda: About(title=title, chapters=chapters))
    return folder


def asked(*arguments: str) -> str:
    """What ffmpeg says about a file."""
    done = subprocess.run((ffmpeg_binary(), "-hide_banner", "-nostats", *arguments), capture_output=True, text=True)
    return done.stderr


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP)."""
    said = asked("-i", str(path), "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-")
    return float(re.findall(r"I:\s+(-?[\d.]+)", said)[-1]), float(re.findall(r"Peak:\s+(-?[\d.]+|-inf)", said)[-1])


def decoded(path: Path) -> np.ndarray:
    command = (ffmpeg_binary(), "-loglevel", "error", "-i", str(path), "-f", "f32le", "-ac", "1", "-ar", "48000", "-")
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)


def levels(sound: np.ndarray) -> np.ndarray:
    """Loudness of each of the first twenty seconds."""
    return np.sqrt(np.mean(sound[: 20 * RATE_HZ].reshape(20, RATE_HZ) ** 2, axis=1))


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.03], ids=["close", "far", "whisper"])
@pytest.mark.parametrize("seconds", [3, 20])
def test_speech_comes_out_at_16_lufs(tmp_path: Path, gain: float, seconds: int):
    rendered((gain * voice(seconds)).astype(np.float32), tmp_path)
    integrated, peak = loudness(tmp_path / "audio.m4a")
    assert integrated == pytest.approx(-16, abs=1)
    assert peak <= -1


def test_pauses_stay_as_quiet_as_they_were(tmp_path: Path):
    samples = np.concatenate((voice(5), np.random.default_rng(1).normal(0, 1e-4, 10 * RATE_HZ), voice(5)))
    sound = decoded(rendered(samples.astype(np.float32), tmp_path) / "audio.m4a")
    pause = sound[7 * RATE_HZ : 13 * RATE_HZ]
    assert np.sqrt(np.mean(pause**2)) < 1e-3


def test_the_length_is_kept_and_hls_plays_the_same(tmp_path: Path):
    rendered(voice(20.5), tmp_path)
    whole, pieces = decoded(tmp_path / "audio.m4a"), decoded(tmp_path / "hls" / "index.m3u8")
    assert whole.size == pytest.approx(20.5 * RATE_HZ, abs=0.05 * RATE_HZ)
    assert pieces.size == pytest.approx(whole.size, abs=0.05 * RATE_HZ)
    assert np.allclose(levels(pieces), levels(whole), atol=0.02)


def test_the_playlist_lists_segments_of_six_seconds_that_are_there(tmp_path: Path):
    rendered(voice(20), tmp_path)
    lines = (tmp_path / "hls" / "index.m3u8").read_text().splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert '#EXT-X-MAP:URI="init.mp4"' in lines
    named = [line for line in lines if line.endswith(".m4s")]
    assert sorted(path.name for path in (tmp_path / "hls").iterdir()) == sorted(["index.m3u8", "init.mp4", *named])
    lengths = [float(line[8:].rstrip(",")) for line in lines if line.startswith("#EXTINF:")]
    assert sum(lengths) == pytest.approx(20, abs=0.1)
    assert all(length == pytest.approx(6, abs=0.1) for length in lengths[:-1])


def test_the_index_comes_first_and_the_title_is_in_it(tmp_path: Path):
    rendered(voice(3), tmp_path, title="Où: 'voices' = \"us\"; [x], 100 %")
    data = (tmp_path / "audio.m4a").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert "Où: 'voices' = \"us\"; [x], 100 %".encode() in data


def test_the_same_sound_makes_the_same_files(tmp_path: Path):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        rendered(voice(7), folder)
    one, two = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*.*")} for f in folders)
    assert one == two


def test_silence_stays_silent_and_no_sound_makes_no_files(tmp_path: Path):
    rendered(np.zeros(3 * RATE_HZ, np.float32), tmp_path)
    assert np.abs(decoded(tmp_path / "audio.m4a")).max() == 0
    empty = tmp_path / "empty"
    empty.mkdir()
    rendered(np.zeros(0, np.float32), empty)
    assert not list(empty.iterdir())


def test_an_error_in_the_sound_ends_ffmpeg_and_comes_out(tmp_path: Path):
    def broken() -> Iterator[np.ndarray]:
        yield voice(1)
        raise ConnectionError("the store is away")

    with pytest.raises(ConnectionError):
        FfmpegRenderer().render(broken(), tmp_path, lambda: About(title="A room"))


@pytest.mark.parametrize(
    ("lufs", "gain"),
    [pytest.param(-23.0, 7.0, id="quiet"), pytest.param(-9.0, -7.0, id="loud"), pytest.param(-70.0, 0.0, id="nothing")],
)
def test_the_gain_is_what_is_missing(lufs: float, gain: float):
    assert gain_db(lufs) == gain


def test_ffmpeg_can_be_named():
    assert ffmpeg_binary() in describe_ffmpeg()


def test_true_peaks_stay_below_minus_one_and_a_half(tmp_path: Path):
    shouted = np.clip(20 * voice(20), -1, 1).astype(np.float32) * np.linspace(0.02, 1, 20 * RATE_HZ, dtype=np.float32)
    integrated, peak = loudness(rendered(shouted, tmp_path) / "audio.m4a")
    assert integrated == pytest.approx(-16, abs=1)
    assert peak <= -1.5


def test_sound_stands_where_it_stood(tmp_path: Path):
    samples = np.zeros(20 * RATE_HZ, np.float32)
    samples[15 * RATE_HZ : 15 * RATE_HZ + 480] = 0.5
    sound = decoded(rendered(samples, tmp_path) / "audio.m4a")
    assert int(np.abs(sound).argmax()) == pytest.approx(15 * RATE_HZ + 240, abs=RATE_HZ // 200)


def probed(path: Path) -> dict[str, Any]:
    with av.open(str(path)) as container:
        return {"metadata": dict(container.metadata), "chapters": container.chapters()}


def test_chapters_and_title_are_in_the_file_whatever_they_hold(tmp_path: Path):
    titles = ("Anna; #1 = \\", "Où\nTom")
    made = tuple(Chapter(start_ms=3000 * n, end_ms=3000 * (n + 1), title=title) for n, title in enumerate(titles))
    found = probed(rendered(voice(6), tmp_path, "Talk", made) / "audio.m4a")
    assert found["metadata"]["title"] == "Talk"
    assert [chapter["metadata"]["title"].rstrip() for chapter in found["chapters"]] == list(titles)
    assert [float(chapter["start"] * chapter["time_base"]) for chapter in found["chapters"]] == [0, 3]
