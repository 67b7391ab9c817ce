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


def test_a_caption_worker_killed_in_the_middle_of_a_room_leaves_no_word_out(
    up: Up, data: Path, earwitness: Run, repository: Path, tmp_path: Path
) -> None:
    process = up()
    assert process.stdout is not None
    base_url = process.stdout.readline().split()[3]
    files = [repository / "streams" / "demo_room" / f"{name}.opus" for name in ("anna", "tom")]
    whole = json.loads(earwitness("record", *files, "--json", "--data", data).stdout.strip().splitlines()[-1])
    before = {whole["room_id"], *(room["room_id"] for room in rooms(base_url))}
    recording = subprocess.Popen(
        [COMMAND, "record", *files, "--json", "--data", data],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    room_id = wait_for(lambda: next((r["room_id"] for r in rooms(base_url) if r["room_id"] not in before), None))
    wait_for(lambda: live_finals(base_url, room_id))
    os.kill(child_of(process, "streams.worker caption"), signal.SIGKILL)
    said, _ = recording.communicate(timeout=200)
    report = json.loads(said.strip().splitlines()[-1])
    assert report["room_id"] == room_id
    texts = []
    for each in (whole["room_id"], room_id):
        earwitness("export", each, "--format", "txt", tmp_path / f"{each}.txt", "--data", data)
        texts.append((tmp_path / f"{each}.txt").read_text())
    assert texts[0] == texts[1]
    assert len(texts[1].split()) > 100
    undisturbed = live_finals(base_url, whole["room_id"])
    wait_for(lambda: live_finals(base_url, room_id)[-1]["end_ms"] >= undisturbed[-1]["end_ms"] - 1000, 30)


def rooms(base_url: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{base_url}/rooms", timeout=10) as response:
        return list(json.loads(response.read())["rooms"])


def live_finals(base_url: str, room_id: str) -> list[dict[str, Any]]:
    """The live finals so far, as somebody who joins late is told them."""
    with urllib.request.urlopen(f"{base_url}/rooms/{room_id}/live", timeout=10) as response:
        data = next(line for line in response if line.startswith(b"data: "))
    told = json.loads(data.removeprefix(b"data: "))["captions"]
    return [caption for caption in told if caption["status"] == "final" and caption["text"]]
