"""`earwitness policy` and `earwitness screening` read and write the store alone, and say which line is wrong."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from processors.layout import log_key, reasons_key, transcript_key
from processors.screening.policy import shipped_policy
from schemas.asks import DecideCase
from schemas.captions import Transcript
from schemas.evidence import Testimony as Kept  # pytest takes Test… for tests
from schemas.facts import Entry, entry_encoder
from streams.stores import open_store
from tests.rooms import COMPLETED_ASKS, TRANSCRIPT, finding, log_of
from tests.talk import caption
from tests.talk import finding as found

BAD = "Immigrants are vermin."
ASKS = (
    *COMPLETED_ASKS, TRANSCRIPT, finding("f", 0, 900), finding("g", 90_000, 90_900),
    DecideCase(case_id="room-case-1", violation=True), DecideCase(case_id="room-case-2", violation=False),
)  # fmt: skip


def earwitness(*arguments: str, status: int = 0) -> str:
    command = [sys.executable, "-c", "from streams.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


@pytest.fixture
def store(tmp_path: Path) -> str:
    asyncio.run(_fill(tmp_path / "store"))
    return str(tmp_path / "store")


async def _fill(folder: Path) -> None:
    """A finished room in which something bad was said, heard twice, and decided once each way."""
    store = open_store(folder)
    entries: tuple[Entry, ...] = log_of(*ASKS)
    lines = b"".join(entry_encoder.encode(entry) + b"\n" for entry in entries)
    await store.put(log_key("room", 0), lines)
    said = (caption(BAD, 0, pass_name="final"), caption(BAD, 1, start_ms=90_000, pass_name="final"))
    kept = Transcript(room_id="room", title="", duration_ms=1, engine="e", model="m", captions=said)
    await store.put(transcript_key("room"), msgspec.json.encode(kept))
    for name in ("f", "g"):
        testimony = Kept(
            finding=found(finding_id=name, text=BAD),
            captions=said[:1],
            words=(),
            scores={},
            second_listen=None,
            made_ms=1,
        )
        await store.put(reasons_key("room", name), msgspec.json.encode(testimony))


def policy(folder: Path, text: str) -> str:
    (folder / "policy.yaml").write_text(text)
    return str(folder / "policy.yaml")


SOUND = 'version: "lax"\ncategories:\n  hate:\n    log: 0.5\n'


def test_a_policy_is_shown_checked_tried_and_applied(tmp_path: Path, store: str) -> None:
    assert shipped_policy().version in earwitness("policy", "show", "--store", store)
    file = policy(tmp_path, SOUND)
    assert "sound, version lax" in earwitness("policy", "check", file)
    trial = json.loads(earwitness("policy", "try", file, "--since", "2020-01-01", "--store", store, "--json"))
    assert (trial["rooms"], trial["before"]["queue"], trial["after"]["queue"]) == (1, 2, 0)
    assert [(one["before"], one["after"]) for one in trial["differences"]] == [("queue", "log")] * 2
    assert "2 passages treated otherwise" in earwitness(
        "policy", "try", file, "--since", "2020-01-01", "--store", store
    )
    assert shipped_policy().version in earwitness("policy", "show", "--store", store), "a trial changes nothing"
    assert "Version lax holds from" in earwitness("policy", "apply", file, "--store", store)
    shown = json.loads(earwitness("policy", "show", "--store", store, "--json"))
    assert (shown["version"], shown["actor"], shown["text"]) == ("lax", "command-line", SOUND)


@pytest.mark.parametrize("command", ["check", "apply"])
def test_a_mistake_is_refused_with_its_line(tmp_path: Path, command: str) -> None:
    file = policy(tmp_path, SOUND.replace("0.5", "high"))
    options = [] if command == "check" else ["--store", str(tmp_path / "store")]
    assert "line 4: Expected `float | null`" in earwitness("policy", command, file, *options, status=1)
    assert not list((tmp_path).glob("store/policies/*"))


def test_decisions_become_a_labelled_set_and_figures(tmp_path: Path, store: str) -> None:
    target = tmp_path / "labels.jsonl"
    said = earwitness("screening", "export", str(target), "--since", "2020-01-01", "--store", store)
    assert "2 cases, 1 of them overturned" in said
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert [(line["text"], line["violation"], line["weight"]) for line in lines] == [
        (BAD, True, 1.0),
        (BAD, False, 2.0),
    ]
    options = ("--since", "2020-01-01", "--store", store)
    figures = json.loads(earwitness("screening", "evaluate", *options, "--json"))
    assert (figures["overturn_rate"], figures["categories"]["hate"]["precision"]) == (0.5, 0.5)
    assert "too few cases" in earwitness("screening", "evaluate", *options)
    assert "No candidate" in earwitness("screening", "shadow", "--store", store)


def test_a_moment_that_is_none_is_refused(tmp_path: Path) -> None:
    file = policy(tmp_path, SOUND)
    options = ("--since", "yesterday", "--store", str(tmp_path / "store"))
    assert "'yesterday' is no moment" in earwitness("policy", "try", file, *options, status=1)
