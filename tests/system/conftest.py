"""The command as people get it: from the wheel, in an environment of its own. These tests import nothing of ours."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(__file__).parents[2] / "build" / "wheel" / "bin" / "earwitness"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def earwitness() -> Run:
    """Run the installed command; returns what it said. A run that takes longer than three minutes has failed."""
    if not COMMAND.exists():
        pytest.fail(f"{COMMAND} is not there: run `make wheel`")

    def run(*arguments: str | Path, check: bool = True, **environment: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            env={**clean_environment(), **environment},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        if check and done.returncode != 0:
            pytest.fail(
                f"earwitness {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr[-4000:]}"
            )
        return done

    return run


def clean_environment() -> dict[str, str]:
    """This environment without our settings, so that a developer's own do not leak into a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EARWITNESS_")}


def last_line(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the tests of one system."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def up(data: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start `earwitness up`; whatever was started ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [COMMAND, "up", "--data", str(data), "--port", "0", *arguments],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(30)
