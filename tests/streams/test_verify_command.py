"""`earwitness verify` says in its status, in words and in JSON whether a room is what it was."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from streams.stores import open_store
from tests.streams.test_verification import recorded

KEY = "rooms/r/recording/audio.m4a"


async def keep(folder: Path, objects: dict[str, bytes]) -> None:
    store = open_store(folder)
    for key, data in objects.items():
        await store.put(key, data)


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        pytest.param({}, 0, "Whole: ", id="untouched"),
        pytest.param({KEY: b"played"}, 1, f"{KEY} bytes 0-62: output_changed", id="cut short"),
    ],
)
def test_the_status_and_the_words_say_it(tmp_path: Path, changed: dict[str, bytes], status: int, said: str):
    asyncio.run(keep(tmp_path, recorded() | changed))
    answer = earwitness("verify", "r", "--store", str(tmp_path))
    assert (answer.returncode, said in answer.stdout) == (status, True), answer.stdout
    as_json = earwitness("verify", "r", "--store", str(tmp_path), "--json")
    assert json.loads(as_json.stdout)["whole"] is (status == 0)


def earwitness(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from streams.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
