"""What a process had in hand when it died is counted against it, what did no harm is forgotten."""

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import Invalid
from streams.notes import DEATHS_A_CHUNK, DEATHS_A_TRACK, FileNotes

DYING = """
import os, sys
from pathlib import Path
from streams.notes import FileNotes
track = FileNotes(Path(sys.argv[1])).of("r", "a")
with track.in_hand(6): pass
with track.in_hand(int(sys.argv[2])): os.kill(os.getpid(), 9)
"""


def died(folder: Path, sequence: int, times: int = 1) -> None:
    for _ in range(times):
        assert subprocess.run([sys.executable, "-c", DYING, str(folder), str(sequence)], check=False).returncode == -9


def deadly(folder: Path, sequence: int) -> bool:
    """What the next process thinks."""
    return FileNotes(folder).of("r", "a").deadly(sequence)


@pytest.mark.parametrize(
    ("times", "left_out"), [pytest.param(1, False, id="once"), pytest.param(DEATHS_A_CHUNK, True, id="twice")]
)
def test_a_chunk_is_left_out_once_two_processes_have_died_of_it(times: int, left_out: bool, tmp_path: Path) -> None:
    died(tmp_path, 7, times)
    assert deadly(tmp_path, 7) == left_out
    assert deadly(tmp_path, 7) == left_out  # nobody died in between
    assert not deadly(tmp_path, 6)


@pytest.mark.parametrize("refused", [False, True], ids=["decoded", "refused-as-data"])
def test_what_does_no_harm_the_next_time_is_innocent(refused: bool, tmp_path: Path) -> None:
    died(tmp_path, 7)
    notes = FileNotes(tmp_path).of("r", "a")
    try:
        with notes.in_hand(7):
            if refused:
                raise Invalid("not_audio", "noise")
    except Invalid:
        pass
    died(tmp_path, 7)
    assert not deadly(tmp_path, 7)


def test_a_bug_counts_as_the_death_that_follows_it(tmp_path: Path) -> None:
    bug = DYING.replace("os.kill(os.getpid(), 9)", "raise UnicodeDecodeError('utf-8', b'', 0, 0, '')").replace(
        "with track.in_hand(int", "try:\n with track.in_hand(int"
    )
    script = f"{bug}\nexcept ValueError: os._exit(70)"
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", script, str(tmp_path), "7"], check=False).returncode == 70
    assert deadly(tmp_path, 7)


def test_a_living_process_is_not_counted_with_the_dead(tmp_path: Path) -> None:
    notes = FileNotes(tmp_path).of("r", "a")
    with notes.in_hand(7):
        died(tmp_path, 8)
        died(tmp_path, 8)
        assert not deadly(tmp_path, 7)
        assert deadly(tmp_path, 8)


def test_no_more_is_tried_of_a_track_that_kills_with_one_chunk_after_the_other(tmp_path: Path) -> None:
    for sequence in range(10, 10 + DEATHS_A_TRACK // DEATHS_A_CHUNK):
        assert not deadly(tmp_path, 99)
        died(tmp_path, sequence, DEATHS_A_CHUNK)
    assert deadly(tmp_path, 99)
    assert not FileNotes(tmp_path).of("r", "b").deadly(99)


def test_a_process_that_ends_well_leaves_no_file(tmp_path: Path) -> None:
    script = DYING.replace("os.kill(os.getpid(), 9)", "pass")
    subprocess.run([sys.executable, "-c", script, str(tmp_path), "7"], check=True)
    assert not list(tmp_path.glob("*.hand"))


def test_a_torn_count_is_forgotten(tmp_path: Path) -> None:
    died(tmp_path, 7, 2)
    assert deadly(tmp_path, 7)
    (tmp_path / "deaths.json").write_bytes(b'{"r/a/7"')
    assert not deadly(tmp_path, 7)
