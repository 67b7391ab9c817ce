"""What was said, from outside: files keep the norms, a line is put right, a speaker is taken out and stays out."""

import json
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Run, last_line

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


@pytest.fixture
def room_id(up: Callable[..., "subprocess.Popen[str]"], earwitness: Run, data: Path, repository: Path) -> str:
    """A finished room of two speakers, in a system that runs until the test is over."""
    process = up()
    assert process.stdout is not None
    process.stdout.readline()
    files = [repository / "streams" / "demo_room" / f"{name}.opus" for name in ("sam", "victor")]
    return str(last_line(earwitness("record", *files, "--json", "--data", data))["room_id"])


def exported(earwitness: Run, data: Path, room_id: str, target: Path, *options: str) -> str:
    ending = target.suffix.removeprefix(".")
    earwitness("export", room_id, "--format", ending, *options, target, "--data", data)
    return target.read_text()


def test_exported_files_pass_the_checker(earwitness: Run, data: Path, room_id: str, tmp_path: Path) -> None:
    for ending, profile in product(("vtt", "srt", "ttml"), ("", "netflix", "bbc")):
        asked = ("--profile", profile) if profile else ()
        exported(earwitness, data, room_id, tmp_path / f"room.{ending}", *asked)
        checked = last_line(earwitness("captions", "check", tmp_path / f"room.{ending}", *asked, "--json"))
        assert checked["findings"] == [], (ending, profile)
        assert checked["cues"] > 5


def test_a_broken_file_ends_with_1(earwitness: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.vtt").write_text("WEBVTT\n\n00:00:01.000 --> 00:00:01.100\nfar too short to be read\n")
    assert earwitness("captions", "check", tmp_path / "bad.vtt", check=False).returncode == 1


def test_a_line_is_put_right_and_then_its_speaker_taken_out(
    earwitness: Run, data: Path, room_id: str, tmp_path: Path
) -> None:
    lines = captions(earwitness, data, room_id, tmp_path)
    line = next(each for each in lines if each["speaker"] == "sam")
    earwitness("captions", "correct", room_id, line["caption_id"], "Marmalade is what I said", "--data", data)
    corrected = next(
        each for each in captions(earwitness, data, room_id, tmp_path) if each["caption_id"] == line["caption_id"]
    )
    assert (corrected["text"], corrected["heard"]) == ("Marmalade is what I said", line["text"])
    masked = captions(earwitness, data, room_id, tmp_path, "--mask", "names")
    assert {each["speaker"] for each in masked} == {"Speaker 1", "Speaker 2"}

    receipt = last_line(earwitness("erase", room_id, "--speaker", "sam", "--json", "--data", data))
    assert len(receipt["tracks"]) == 1
    assert {each["speaker"] for each in captions(earwitness, data, room_id, tmp_path)} == {"victor"}
    assert last_line(earwitness("search", "marmalade", "--json", "--data", data))["hits"] == []
    room = json.loads(earwitness("show", room_id, "--json", "--data", data).stdout)
    recorded = {track["track_id"]: track["recorded_ms"] for track in room["tracks"]}
    assert recorded[receipt["tracks"][0]] == 0
    assert max(recorded.values()) > 0
    assert room["state"] == "ready"
    verified = last_line(earwitness("verify", room_id, "--json", "--data", data))
    assert verified["whole"], verified["faults"]


def captions(earwitness: Run, data: Path, room_id: str, tmp_path: Path, *options: str) -> list[dict[str, Any]]:
    return list(json.loads(exported(earwitness, data, room_id, tmp_path / "room.json", *options))["captions"])
