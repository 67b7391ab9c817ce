"""Real workers that get their records in batches: kills and rebalances lose nothing that was not finished."""

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from schemas.asks import CloseRoom, Command
from schemas.base import Record
from schemas.facts import Refused
from schemas.topics import REFUSALS
from schemas.wire import encode
from streams.reading import TopicReader

WORKER = """
import sys
import streams.worker as worker
from schemas.facts import Refused
from schemas.topics import COMMANDS
from streams.settings import Settings
from streams.topology import flow

kafka, group, name, data = sys.argv[1:5]

def keeping_back(outside):
    async def agent(deliveries):
        async for delivery in deliveries:
            told = delivery.record
            if told.room_id.startswith(group):
                yield Refused(command_id=told.command_id, room_id=told.room_id, reason=name, detail="seen")
            if name != "first" or not told.command_id.endswith("7"):
                await delivery.ack()
            kept.append(delivery)
    return agent

kept = []
worker.WORKERS = {"record": (flow(COMMANDS, "keeping", keeping_back),)}
settings = Settings(data=data, kafka=kafka, elasticsearch="http://127.0.0.1:1", group_prefix=group)
app = worker.make_app("record", settings)
sys.argv = ["worker"]
worker.faust.Worker(app, loglevel="CRITICAL", redirect_stdouts=False, quiet=True).execute_from_commandline()
"""
"""Answers every command under its own name; the worker named `first` never finishes those that end in 7."""

COMMANDS = 200
ROOMS = 32
MANY_S = 40.0


class Workers:
    """Workers of one group on one broker, and what each of them answered."""

    def __init__(self, kafka: str, folder: Path) -> None:
        self.group = f"g{uuid4().hex[:8]}"
        self._kafka, self._folder = kafka, folder
        self._answered: list[Refused] = []
        self._reader = TopicReader(kafka, [REFUSALS], self._take)
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        script = [sys.executable, "-c", textwrap.dedent(WORKER)]
        arguments = [self._kafka, self.group, name, str(self._folder / name)]
        self._running.append(subprocess.Popen([*script, *arguments]))
        return self._running[-1]

    def send(self, numbers: range) -> None:
        producer = Producer({"bootstrap.servers": self._kafka})
        for n in numbers:
            room_id = f"{self.group}-{n % ROOMS}"
            headers, value = encode(Command(command_id=f"{n}", room_id=room_id, actor="a", at_ms=1, ask=CloseRoom()))
            producer.produce("room.commands", key=room_id, value=value, headers=list(headers))
        assert producer.flush(10) == 0

    def answered(self, name: str) -> set[int]:
        return {int(told.command_id) for told in self._answered if told.reason == name}

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()
        self._reader.close()

    def _take(self, told: Record) -> None:
        if isinstance(told, Refused) and told.room_id.startswith(self.group):
            self._answered.append(told)


@pytest.fixture
def workers(kafka: str, tmp_path: Path) -> Iterator[Workers]:
    running = Workers(kafka, tmp_path)
    yield running
    running.end()


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def unfinished(numbers: range) -> set[int]:
    return {n for n in numbers if str(n).endswith("7")}


def test_after_a_kill_everything_unfinished_comes_again(workers: Workers) -> None:
    sent = range(COMMANDS)
    workers.send(sent)
    first = workers.start("first")
    assert within(MANY_S, lambda: workers.answered("first") == set(sent))
    time.sleep(2.5)  # two commits
    first.kill()
    first.wait()
    workers.start("second")
    assert within(MANY_S, lambda: unfinished(sent) <= workers.answered("second"))


def test_a_second_worker_gets_its_share_although_the_first_has_not_finished(workers: Workers) -> None:
    """Faust would have the first wait for its unfinished records before it lets go: an open part may take minutes."""
    early, late = range(COMMANDS), range(COMMANDS, 2 * COMMANDS)
    workers.send(early)
    workers.start("first")
    assert within(MANY_S, lambda: workers.answered("first") == set(early))
    workers.start("second")
    assert within(MANY_S, lambda: bool(workers.answered("second")))
    workers.send(late)
    assert within(MANY_S, lambda: set(late) <= workers.answered("first") | workers.answered("second"))
    assert workers.answered("second") & unfinished(early), "what the first has not finished goes with its partitions"
