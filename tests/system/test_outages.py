"""Pieces that die or stand still in the middle: said at once, nothing lost, everything there when they are back."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.system.conftest import COMMAND, Run, clean_environment

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

Up = Callable[..., "subprocess.Popen[str]"]


def child_of(process: "subprocess.Popen[str]", words: str) -> int:
    """The process id of the child of `up` whose command line has these words."""
    children = psutil.Process(process.pid).children()
    (found,) = [child.pid for child in children if words in " ".join(child.cmdline())]
    return found


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)
    return found


def health(base_url: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{base_url}/health", timeout=10) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_recorder_and_an_index_killed_in_the_middle_lose_nothing(
    up: Up, data: Path, earwitness: Run, repository: Path
) -> None:
    process = up()
    assert process.stdout is not None
    process.stdout.readline()
    files = [repository / "streams" / "demo_room" / f"{name}.opus" for name in ("anna", "tom")]
    recording = subprocess.Popen(
        [COMMAND, "record", *files, "--json", "--data", data],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    log = data / "logs" / "record.log"
    wait_for(lambda: "part_stored" in log.read_text())
    for child in [child_of(process, "streams.worker record"), child_of(process, "noida-db")]:
        os.kill(child, signal.SIGKILL)
    said, _ = recording.communicate(timeout=200)
    report = json.loads(said.strip().splitlines()[-1])
    assert report["seconds_recorded"] == pytest.approx(report["seconds_sent"], abs=0.2)
    room = json.loads(earwitness("show", report["room_id"], "--json", "--data", data).stdout)
    assert [track["gaps"] for track in room["tracks"]] == [0, 0]
    assert sum(track["chunks"] for track in room["tracks"]) == 404
    found = wait_for(
        lambda: json.loads(
            earwitness("search", "tomatoes", "--room", report["room_id"], "--json", "--data", data).stdout
        )["hits"]
    )
    assert found[0]["speaker"] == "tom"


def test_an_index_that_stands_still_is_named_by_health_and_doctor(up: Up, data: Path, earwitness: Run) -> None:
    process = up()
    assert process.stdout is not None
    base_url = process.stdout.readline().split()[3]
    index = child_of(process, "noida-db")
    os.kill(index, signal.SIGSTOP)
    try:
        status, said = health(base_url)
        assert status == 503
        assert "index" in json.dumps(said)
        doctor = earwitness("doctor", "--json", "--data", data, check=False)
        assert doctor.returncode == 1
        checks = {check["name"]: check["well"] for check in json.loads(doctor.stdout)["checks"]}
        assert (checks["index"], checks["broker"]) == (False, True)
    finally:
        os.kill(index, signal.SIGCONT)
    wait_for(lambda: health(base_url)[0] == 200, 20)
