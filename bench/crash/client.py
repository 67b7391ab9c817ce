"""A plan in; its chunks sent in time through SDK, HTTP or WebSocket out: `python -m bench.crash.client`.

Whenever it is killed it may be started again on the same plan. What it knows then is its ledger (how many chunks were
confirmed to it) and, with the SDK, its spool; so it sends again what it was not told of.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from schemas.audio import AudioChunk
from schemas.base import Record
from schemas.errors import Invalid
from streams.producer import ChunkProducer

AGAIN_S = 0.2
ANSWER_S = 15.0
"""A door that says nothing for so long is gone: the console itself waits for the broker for 10 s."""
UNANSWERED = 4
"""Chunks on a WebSocket that wait for their acknowledgement, so that a line drops with some on the way."""
FINISH_S = 300.0
WAIT, TAKEN_BEFORE = (408, 429, 502, 503), ("sequence_repeated", "sequence_backwards")


class Plan(Record, frozen=True, kw_only=True):
    """What one client sends, in this order, each chunk when its last sample has been heard."""

    way: str
    kafka: str
    base_url: str
    folder: str
    chunks: tuple[AudioChunk, ...]


class Ledger:
    """How many chunks of the plan are done with; outlives our own death."""

    def __init__(self, folder: Path) -> None:
        path = folder / "ledger"
        whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
        self.done = int(whole.split(b"\n")[-1] or 0)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(self, done: int) -> None:
        self.done = done
        os.write(self._file, b"%d\n" % done)


def through_sdk(plan: Plan, ledger: Ledger) -> None:
    """Done means with the spool: what the broker has not confirmed is sent again after a restart."""
    producer = ChunkProducer(plan.kafka, spool=Path(plan.folder) / "spool")
    for number, chunk in enumerate(plan.chunks[ledger.done :], ledger.done):
        _wait_for(chunk)
        producer.send(chunk)
        ledger.note(number + 1)
    producer.finish(FINISH_S)
    producer.close()


def over_http(plan: Plan, ledger: Ledger) -> None:
    with httpx.Client(base_url=plan.base_url, timeout=ANSWER_S) as http:
        for number, chunk in enumerate(plan.chunks[ledger.done :], ledger.done):
            _wait_for(chunk)
            while not _put(http, chunk):
                time.sleep(AGAIN_S)
            ledger.note(number + 1)


def _put(http: httpx.Client, chunk: AudioChunk) -> bool:
    """Whether the door has the chunk; that it had it already says so too."""
    headers = {
        "Content-Type": chunk.content_type,
        "Earwitness-Captured-Ms": str(chunk.captured_ms),
        "Earwitness-Duration-Ms": str(chunk.duration_ms),
    }
    path = f"/rooms/{chunk.room_id}/tracks/{chunk.track_id}/chunks/{chunk.sequence}"
    try:
        answer = http.put(path, content=chunk.data, headers=headers)
    except httpx.HTTPError:
        return False
    if answer.is_success:
        return True
    return _taken_before(answer.status_code, answer.json())


def _taken_before(status: int, told: dict[str, Any]) -> bool:
    if status in WAIT:
        return False
    if told["reason"] in TAKEN_BEFORE:
        return True
    raise Invalid(told["reason"], f"the door refused what it should take: {told['detail']}")


def over_socket(plan: Plan, ledger: Ledger) -> None:
    while ledger.done < len(plan.chunks):
        with suppress(OSError, WebSocketException), _line(plan, ledger) as line:
            _talk(line, plan, ledger)
        time.sleep(AGAIN_S)


def _line(plan: Plan, ledger: Ledger) -> ClientConnection:
    first = plan.chunks[0]
    base = plan.base_url.replace("http", "ws", 1)
    path = f"/rooms/{first.room_id}/tracks/{first.track_id}/socket?next={ledger.done}"
    return connect(base + path, proxy=None)


def _talk(line: ClientConnection, plan: Plan, ledger: Ledger) -> None:
    """Send and take acknowledgements until all is done; returns early where the console asks to come again."""
    told = json.loads(line.recv(ANSWER_S))
    sent = ledger.done
    while "problem" not in told:
        if told.get("next") is not None:
            sent = told["next"]
        ledger.note(max(ledger.done, _confirmed(told)))
        if "pause_ms" in told:
            time.sleep(told["pause_ms"] / 1000)
        if ledger.done == len(plan.chunks):
            return
        sent = _sent(line, plan, ledger, sent)
        told = json.loads(line.recv(ANSWER_S))
    _taken_before(told["problem"]["status"], told["problem"])


def _confirmed(told: dict[str, Any]) -> int:
    """How many chunks this frame says the broker has: an acknowledgement, or the first frame on where to go on."""
    if "ack" in told:
        return int(told["ack"]) + 1
    return int(told.get("next") or 0)


def _sent(line: ClientConnection, plan: Plan, ledger: Ledger, sent: int) -> int:
    """Send what may be on the way at once, and at least one; returns how far that is."""
    for chunk in plan.chunks[sent : ledger.done + UNANSWERED]:
        _wait_for(chunk)
        header = {"sequence": chunk.sequence, "captured_ms": chunk.captured_ms, "duration_ms": chunk.duration_ms}
        line.send(json.dumps(header))
        line.send(chunk.data)
        sent = chunk.sequence + 1
        if time.time() * 1000 < chunk.captured_ms + 2 * chunk.duration_ms:  # in time: hear what is said
            break
    return sent


def _wait_for(chunk: AudioChunk) -> None:
    time.sleep(max(0.0, (chunk.captured_ms + chunk.duration_ms) / 1000 - time.time()))


WAYS: dict[str, Callable[[Plan, Ledger], None]] = {"sdk": through_sdk, "http": over_http, "socket": over_socket}


def main(plan_file: Path) -> None:
    plan = msgspec.msgpack.decode(plan_file.read_bytes(), type=Plan)
    WAYS[plan.way](plan, Ledger(Path(plan.folder)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
