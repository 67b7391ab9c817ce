"""One AAC stream, made in pieces, is what one encoder would have made of the whole."""

from pathlib import Path

import ffmpeg
import numpy as np
import pytest

from processors.pieces import FRAME, PIECE_FRAMES, pieces, stretch
from processors.timeline import RATE_HZ
from schemas.errors import Malformed
from streams.encoding import encode
from streams.ffmpeg_binary import ffmpeg_binary
from tests.audio import encoded, voice
from tests.streams.test_rendering import decoded


def flac(samples: np.ndarray, path: Path) -> Path:
    written = ffmpeg.input("pipe:", format="f32le", ar=RATE_HZ, ac=1).output(str(path), sample_fmt="s32")
    written.run(cmd=ffmpeg_binary(), input=samples.tobytes(), quiet=True)
    return path


@pytest.mark.parametrize("samples", [1, FRAME, 28_125 * FRAME - 1, 28_125 * FRAME, 100_000_000])
def test_the_pieces_hold_every_frame_once(samples: int):
    cut = list(pieces(samples))
    kept = sum(piece.frames or 0 for piece in cut[:-1])
    assert [piece.frames for piece in cut[:-1]] == [PIECE_FRAMES] * (len(cut) - 1)
    assert (cut[-1].start // FRAME + cut[-1].skip, cut[-1].end, cut[-1].frames) == (kept, None, None)


def test_where_pieces_meet_nothing_is_heard(tmp_path: Path):
    samples = (0.9 * voice(12)).astype(np.float32)
    mix = flac(samples, tmp_path / "mix.flac")
    encode(mix, samples.size, 0.0, tmp_path / "whole.aac")
    encode(mix, samples.size, 0.0, tmp_path / "pieces.aac", piece_frames=100)
    whole, made = decoded(tmp_path / "whole.aac"), decoded(tmp_path / "pieces.aac")
    assert whole.size == made.size
    sound = whole[FRAME : FRAME + samples.size]
    noise = [np.sqrt(np.mean((each[FRAME : FRAME + samples.size] - samples) ** 2)) for each in (whole, made)]
    assert noise[1] <= 1.05 * noise[0]
    for seam in range(100 * FRAME, samples.size - 4 * FRAME, 100 * FRAME):
        around = slice(seam - 2 * FRAME, seam + 2 * FRAME)
        error = made[FRAME:][around] - samples[around]
        assert np.abs(error).max() < 0.1 * np.abs(sound).max()


def test_a_stretch_of_frames_is_cut_at_their_headers():
    stream = encoded("audio/aac", 2)
    assert stretch(stream, 0, None) == stream
    assert stretch(stream, 0, 10) + stretch(stream, 10, None) == stream
    with pytest.raises(Malformed):
        stretch(stream, 1_000, None)
    with pytest.raises(Malformed):
        stretch(stream[1:], 1, None)
