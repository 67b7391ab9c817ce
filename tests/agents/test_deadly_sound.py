"""A chunk that kills whoever decodes it is tried twice and then left out; the room and the rest of its track go on."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.agents.dying import DEADLY, SECONDS
from tests.speech import opus_chunks


def run(agent: str, folder: Path) -> tuple[int, Any]:
    """Start the worker; its exit status, and what it said where it came to its end."""
    command = [sys.executable, "-m", "tests.agents.dying", agent, str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return ran.returncode, msgspec.json.decode(ran.stdout.splitlines()[-1]) if ran.returncode == 0 else ran.stderr


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "agent",
    [
        pytest.param("captioner", id="met-in-the-stream"),
        pytest.param("late-captioner", id="met-first-after-a-restart-when-the-header-is-wanted"),
    ],
)
def test_captions_go_on_behind_a_chunk_that_killed_the_worker_twice(agent: str, tmp_path: Path) -> None:
    assert [run(agent, tmp_path)[0] for _ in range(2)] == [-signal.SIGSEGV] * 2
    status, said = run(agent, tmp_path)
    assert status == 0, said
    assert said["acked"]
    assert min(said["last_ms"].values()) > (SECONDS - 2) * 1000


@pytest.mark.timeout(300)
def test_a_recording_has_everything_but_the_chunk_that_killed_the_worker_twice(tmp_path: Path) -> None:
    assert [run("assembler", tmp_path)[0] for _ in range(2)] == [-signal.SIGSEGV] * 2
    status, said = run("assembler", tmp_path)
    assert status == 0, said
    assert said["a"][0] == [DEADLY]
    assert said["b"] == [[], SECONDS * 1000]
    whole_ms = sum(chunk.duration_ms for chunk in opus_chunks(SECONDS))
    assert said["a"][1] == pytest.approx(whole_ms, abs=100)  # Ogg keeps time: silence where the chunk was
    assert run("assembler", tmp_path) == (0, said)  # what is known of it is kept
