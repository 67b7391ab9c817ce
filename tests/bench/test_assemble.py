"""The assembly's figures are of a recording that was really made, and its drift is that of what is played."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from bench.assemble import _lag
from bench.cli import bench


def test_two_minutes_of_three_speakers_give_every_figure():
    done = CliRunner().invoke(bench, ["assemble", "--hours", "0.034", "--tracks", "3", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.output.splitlines()[-1])
    assert set(report) == {"hours", "tracks", "elapsed_s", "speed_x", "peak_rss_mb", "drift_ms"}
    assert report["speed_x"] > 1
    assert report["peak_rss_mb"] > 20
    assert report["drift_ms"] < 2


@pytest.mark.parametrize("late", [-700, -1, 0, 1, 700])
def test_a_lag_is_found_to_the_sample(late: int):
    sound = np.random.default_rng(3).normal(0, 1, 8_000).astype(np.float32)
    other = sound[-late:] if late < 0 else np.concatenate((np.zeros(late, np.float32), sound))
    assert _lag(sound, other) == late
