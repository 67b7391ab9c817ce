"""A worker that was killed is back at work within seconds: it waits for no index, and for no broker to forget it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from streams import processes
from streams.settings import Settings, child_environment
from streams.system import await_steward

LONG_S = 30.0
"""A session so long that whoever has to wait for its end is found out."""
START_S = 40.0
"""The first start of a group on a busy machine; the embedded broker lets it begin after half a session."""

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(kafka: str, tmp_path: Path) -> Iterator[Start]:
    """Starts record workers of one group, without an index; ends those that still run."""
    group = f"g{uuid4().hex[:8]}"
    started: list[subprocess.Popen[bytes]] = []

    def start(**settings: object) -> "subprocess.Popen[bytes]":
        given = {"data": str(tmp_path), "kafka": kafka, "elasticsearch": "http://127.0.0.1:1", "group_prefix": group}
        environment = child_environment(Settings(**(given | settings)))  # type: ignore[arg-type]
        command = [sys.executable, "-m", "streams.worker", "record"]
        started.append(processes.start(command, log=tmp_path / "record.log", environment=environment))
        return started[-1]

    yield start
    processes.stop_all(started)


@pytest.mark.timeout(120)
def test_a_worker_that_needs_no_index_begins_while_the_index_is_away(kafka: str, start: Start) -> None:
    start()
    await_steward(kafka, START_S)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kafka", [pytest.param("EARWITNESS_TEST_KAFKA", marks=pytest.mark.services)], indirect=True)
def test_a_worker_back_under_its_name_does_not_wait_until_the_broker_has_given_it_up(kafka: str, start: Start) -> None:
    """On a real Kafka: the embedded broker has whoever joins wait for half a session."""
    named = partial(start, instance="one", session_timeout_s=LONG_S)
    first = named()
    await_steward(kafka, START_S)
    first.kill()
    first.wait()
    killed_s = time.monotonic()
    named()
    await_steward(kafka, START_S)
    assert time.monotonic() - killed_s < LONG_S / 2
