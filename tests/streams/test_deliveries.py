"""Around an agent: what does not decode becomes a dead letter, and a bug ends the worker before the offset moves."""

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from confluent_kafka import Producer

from schemas.asks import CloseRoom, Command
from schemas.facts import Refused
from schemas.letters import DeadLetter
from schemas.topics import LETTERS, REFUSALS
from schemas.wire import encode
from streams.deliveries import EXIT_BUG
from streams.reading import TopicReader

WORKER = """
import faust, sys
from schemas.facts import (Refused)
from streams.clock import now_ms
from streams.deliveries import bind
from streams.publisher import Publisher
from streams.transport import use_prompt_transport

kafka, group, poison, folder, held = sys.argv[1:6]
app = faust.App(group, broker=f"kafka://{kafka}", web_enabled=False, topic_disable_leader=True, autodiscover=False,
                consumer_auto_offset_reset="earliest", broker_session_timeout=6, broker_heartbeat_interval=2,
                broker_commit_interval=0.2, datadir=folder)
use_prompt_transport(app)
made = []

async def publish(record):
    made or made.append(Publisher(kafka))
    await made[0].publish(record)

async def agent(deliveries):
    async for delivery in deliveries:
        if (delivery.record.room_id, delivery.record.command_id) == (group, poison):
            raise RuntimeError("a bug")
        asked = delivery.record
        yield Refused(command_id=asked.command_id, room_id=asked.room_id, reason=poison, detail="seen")
        if (delivery.record.room_id, delivery.record.command_id) != (group, held):
            await delivery.ack()

bind(app, "room.commands", "test", agent, publish, now_ms)
sys.argv = ["worker"]
faust.Worker(app, loglevel="CRITICAL", redirect_stdouts=False, quiet=True).execute_from_commandline()
"""


def start(kafka: str, group: str, poison: str, folder: Path, held: str = "none") -> "subprocess.Popen[bytes]":
    """A worker that fails on command `poison` and never acknowledges command `held` of its group's room."""
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(WORKER), kafka, group, poison, str(folder), held])


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 25
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)


def test_undecodable_bytes_become_a_letter_and_a_bug_stops_before_the_offset(kafka: str, tmp_path: Path) -> None:
    group = f"g{uuid4().hex[:8]}"
    commands = [Command(command_id=f"{n}", room_id=group, actor="a", at_ms=1, ask=CloseRoom()) for n in range(4)]
    send(kafka, group, commands[0])
    send(kafka, group, b"{broken")
    for command in commands[1:]:
        send(kafka, group, command)
    seen: list[Any] = []
    reader = TopicReader(kafka, [REFUSALS, LETTERS], seen.append)

    def answered(reason: str) -> list[str]:
        return [r.command_id for r in seen if isinstance(r, Refused) and (r.room_id, r.reason) == (group, reason)]

    def letters() -> list[DeadLetter]:
        return [record for record in seen if isinstance(record, DeadLetter) and record.room_id == group]

    first = start(kafka, group, poison="2", folder=tmp_path)
    assert first.wait(30) == EXIT_BUG
    wait_until(lambda: len(answered("2")) == 2 and len(letters()) == 1)
    assert answered("2") == ["0", "1"]
    (letter,) = letters()
    assert (letter.raw, letter.reason, letter.topic) == (b"{broken", "json_malformed", "room.commands")
    assert dict(letter.headers)["ce_id"] == b"bad"

    second = start(kafka, group, poison="none", folder=tmp_path)
    wait_until(lambda: {"2", "3"} <= set(answered("none")))
    second.kill()
    second.wait()
    reader.close()
    assert {"2", "3"} <= set(answered("none"))


def send(kafka: str, key: str, what: Command | bytes) -> None:
    """Put a command, or bytes that are none, onto the topic."""
    headers, value = encode(what) if isinstance(what, Command) else ((("ce_id", b"bad"),), what)
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce("room.commands", key=key, value=value, headers=list(headers))
    assert producer.flush(10) == 0
