"""The whole path from outside: the bundled room through the installed command, and what is left of it afterwards."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Run, last_line

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]
REPORT = {
    "rooms", "speakers", "chunks_sent", "chunks_stored", "seconds_sent", "seconds_recorded", "captions_live",
    "captions_final", "findings", "cases", "search", "recording_url", "captions_url", "elapsed_s",
}  # fmt: skip


@pytest.fixture(scope="session")
def report(earwitness: Run, data: Path) -> dict[str, Any]:
    return last_line(earwitness("demo", "--once", "--json", "--data", data))


@pytest.fixture(scope="session")
def description(repository: Path) -> dict[str, Any]:
    return dict(json.loads((repository / "streams" / "demo_room" / "room.json").read_text()))


def test_the_demo_reports_every_figure(report: dict[str, Any]) -> None:
    assert set(report) >= REPORT


def test_every_chunk_that_was_sent_is_stored_and_every_second_recorded(report: dict[str, Any]) -> None:
    assert report["chunks_sent"] == report["chunks_stored"] > 0
    for name, seconds in report["seconds_by_speaker"].items():
        assert seconds["recorded"] == pytest.approx(seconds["sent"], abs=0.1), name


def test_the_words_of_the_script_are_in_the_final_captions(
    earwitness: Run, data: Path, report: dict[str, Any], description: dict[str, Any], tmp_path: Path
) -> None:
    earwitness("export", report["room_id"], "--format", "txt", tmp_path / "room.txt", "--data", data)
    heard = set(re.findall(r"[a-z']+", (tmp_path / "room.txt").read_text().lower()))
    said = set(re.findall(r"[a-z']+", " ".join(line["text"] for line in description["lines"]).lower()))
    assert len(said & heard) / len(said) > 0.9


def test_the_bad_passage_makes_a_case_and_the_fine_mention_does_not(
    earwitness: Run, data: Path, report: dict[str, Any], description: dict[str, Any]
) -> None:
    room = json.loads(earwitness("show", report["room_id"], "--json", "--data", data).stdout)
    assert report["cases"] >= 1
    spans = [(case["start_ms"], case["end_ms"]) for case in room["case_list"]]
    assert any(overlaps(span, line) for span in spans for line in lines(description, "violation"))
    assert not any(overlaps(span, line) for span in spans for line in lines(description, "mention"))


def lines(description: dict[str, Any], kind: str) -> list[tuple[int, int]]:
    return [(line["start_ms"], line["end_ms"]) for line in description["lines"] if line["kind"] == kind]


def overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def test_search_finds_the_second_also_after_a_restart(
    earwitness: Run, data: Path, report: dict[str, Any], description: dict[str, Any]
) -> None:
    hits = json.loads(earwitness("search", "apple cake", "--json", "--data", data).stdout)["hits"]
    (start_ms, end_ms) = next(span for span in lines(description, "mention") if span[0] > 75_000)
    assert hits[0]["room_id"] == report["room_id"]
    assert start_ms - 3000 <= hits[0]["start_ms"] <= end_ms


@pytest.mark.parametrize("format_", ["m4a", "vtt", "srt", "ttml", "json", "txt"])
def test_every_format_can_be_exported_after_a_restart(
    earwitness: Run, data: Path, report: dict[str, Any], tmp_path: Path, format_: str
) -> None:
    begins = {"m4a": b"ftyp", "vtt": b"WEBVTT", "srt": b"1\n", "ttml": b"<tt", "json": b"{", "txt": b""}
    target = tmp_path / f"room.{format_}"
    earwitness("export", report["room_id"], "--format", format_, target, "--data", data)
    assert begins[format_] in target.read_bytes()[:200]
    assert target.stat().st_size > 100


def test_record_plays_files_into_a_new_room(earwitness: Run, data: Path, repository: Path) -> None:
    files = [repository / "streams" / "demo_room" / f"{name}.opus" for name in ("sam", "victor")]
    done = earwitness("record", *files, "--title", "Two tracks", "--json", "--data", data)
    recorded = last_line(done)
    assert recorded["tracks"] == 2
    assert recorded["seconds_recorded"] == pytest.approx(recorded["seconds_sent"], abs=0.2)
    assert recorded["captions_final"] > 0
    assert recorded["findings"] >= 1


def test_what_record_cannot_play_is_named_in_one_line(earwitness: Run, data: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no audio here")
    done = earwitness("record", notes, "--data", data, check=False)
    assert done.returncode == 1
    assert "notes.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_says_which_engine_and_versions(earwitness: Run, data: Path) -> None:
    checks = {
        check["name"]: check for check in json.loads(earwitness("doctor", "--json", "--data", data).stdout)["checks"]
    }
    assert "tiny.en" in checks["captions"]["seen"]
    assert checks["faust-streaming"]["well"]
    assert "not running" in checks["system"]["seen"]


def test_what_up_started_serves_keeps_and_ends_with_it(
    up: Callable[..., "subprocess.Popen[str]"], earwitness: Run, data: Path, report: dict[str, Any]
) -> None:
    process = up()
    assert process.stdout is not None
    said = process.stdout.readline()
    base_url = said.split()[3]
    assert get(f"{base_url}/health")[0] == 200
    assert get(f"{base_url}/rooms/{report['room_id']}")[0] == 200
    assert report["room_id"] in earwitness("rooms", "--json", "--data", data).stdout
    second = earwitness("up", "--data", data, check=False)
    assert second.returncode == 1
    assert "already running" in second.stderr
    process.terminate()
    process.wait(30)
    time.sleep(0.5)
    with pytest.raises(urllib.error.URLError):
        get(f"{base_url}/health")


def get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.status, response.read()
