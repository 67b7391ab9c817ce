"""A running system in; recorded rooms that clients send into, however often anything is killed, and that close, out."""

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.clips import in_time_order
from bench.crash import sounds
from bench.crash.client import Plan
from bench.crash.comparing import Sent, sent
from schemas.audio import AudioChunk
from schemas.base import Record
from schemas.errors import Unavailable
from streams import processes
from streams.clock import now_ms
from streams.running import Running

LONGEST_S = 300.0
"""A wave takes its seconds and half a minute more; so late it stands still."""
REQUEST_S = 15.0
AGAIN_S = 0.3
AHEAD_MS = 2_000
"""Until a room's clients have begun to send."""


class Sending(Record, frozen=True, kw_only=True):
    """A track, the way on which it comes, and its chunks."""

    track_id: str
    way: str
    content_type: str
    chunks: tuple[AudioChunk, ...]


class Client:
    """A client's process, started again on the same plan whenever it was killed."""

    def __init__(self, plan: Plan) -> None:
        folder = Path(plan.folder)
        folder.mkdir(parents=True)
        (folder / "plan").write_bytes(msgspec.msgpack.encode(plan))
        self._log = folder / "log"
        self._command = [sys.executable, "-m", "bench.crash.client", str(folder / "plan")]
        self._process = processes.start(self._command, log=self._log)

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    @property
    def killed(self) -> bool:
        return (self._process.poll() or 0) < 0

    def finished(self) -> bool:
        """Whether all is sent; starts it again when it was killed, raises `Unavailable` when it failed."""
        status = self._process.poll()
        if status is not None and status < 0:
            self._process = processes.start(self._command, log=self._log)
        elif status:
            raise Unavailable(f"a client failed: {self._log.read_text()[-1000:]}")
        return status == 0

    def kill(self) -> None:
        self._process.kill()


class Clients:
    """Those that send now; one of them, by chance, can be killed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._all: Sequence[Client] = ()

    def kill(self) -> bool:
        running = [client for client in self._all if client.runs]
        if running:
            self._random.choice(running).kill()
        return bool(running)

    def all_run(self) -> bool:
        """Whether each of them runs or has come to its end."""
        return not any(client.killed for client in self._all)

    def send(self, plans: Sequence[Plan]) -> None:
        """Start a client a plan and see to it that each comes to its end."""
        self._all = [Client(plan) for plan in plans]
        until = time.monotonic() + LONGEST_S
        left = list(self._all)
        while left := [client for client in left if not client.finished()]:
            if time.monotonic() > until:
                raise Unavailable(f"{len(left)} clients have not sent everything after {LONGEST_S:.0f} s")
            time.sleep(0.1)


def tracks_of(room_id: str, seed: int, begins_ms: int, seconds: int) -> tuple[Sending, ...]:
    """A microphone for each way in, and for each way of recording what is lost."""
    made = (
        Sending(track_id=f"{way}-{name}", way=way, content_type=content_type, chunks=())
        for way, name, content_type in (
            ("sdk", "raw", sounds.L16),
            ("sdk", "opus", sounds.OPUS),
            ("http", "raw", sounds.L16),
            ("socket", "opus", sounds.OPUS),
        )
    )
    return tuple(
        msgspec.structs.replace(track, chunks=tuple(make(seed, room_id, track.track_id, begins_ms, seconds)))
        for track in made
        for make in [sounds.l16 if track.content_type == sounds.L16 else sounds.opus]
    )


def wave(
    running: Running, clients: Clients, folder: Path, room_ids: Sequence[str], seed: int, seconds: int
) -> dict[tuple[str, str], Sent]:
    """Open rooms, send into them side by side, close them; returns what was sent, by room and track."""
    rooms = {room_id: tracks_of(room_id, seed + n, 0, seconds) for n, room_id in enumerate(room_ids)}
    with httpx.Client(base_url=running.base_url, timeout=REQUEST_S) as http:
        for room_id, tracks in rooms.items():
            _open(http, room_id, tracks)
        begins_ms = now_ms() + AHEAD_MS
        rooms = {room_id: tuple(_later(track, begins_ms) for track in tracks) for room_id, tracks in rooms.items()}
        clients.send([plan for room_id, tracks in rooms.items() for plan in _plans(running, folder / room_id, tracks)])
        for room_id in rooms:
            _insist(http, f"/rooms/{room_id}/close", {})
    return {(room_id, t.track_id): sent(t.chunks) for room_id, tracks in rooms.items() for t in tracks}


def _later(track: Sending, begins_ms: int) -> Sending:
    moved = (msgspec.structs.replace(chunk, captured_ms=begins_ms + chunk.captured_ms) for chunk in track.chunks)
    return msgspec.structs.replace(track, chunks=tuple(moved))


def _plans(running: Running, folder: Path, tracks: Sequence[Sending]) -> list[Plan]:
    """One client a way: the SDK's sends both of its tracks, as a platform's recorder does."""
    by_way = {way: [track.chunks for track in tracks if track.way == way] for way in {track.way for track in tracks}}
    return [
        Plan(
            way=way,
            kafka=running.kafka,
            base_url=running.base_url,
            folder=str(folder / way),
            chunks=tuple(in_time_order([iter(chunks) for chunks in all_chunks])),
        )
        for way, all_chunks in sorted(by_way.items())
    ]


def _open(http: httpx.Client, room_id: str, tracks: Sequence[Sending]) -> None:
    _insist(http, "/rooms", {"title": room_id, "host": "bench", "record": True, "room_id": room_id})
    for track in tracks:
        joining = {"speaker": track.track_id, "content_type": track.content_type, "track_id": track.track_id}
        _insist(http, f"/rooms/{room_id}/tracks", joining)


def _insist(http: httpx.Client, path: str, body: dict[str, Any]) -> None:
    """Ask until it is done; 409 says that it was, by an earlier try whose answer never came."""
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        try:
            answer = http.post(path, json=body)
        except httpx.HTTPError:  # the door has just been killed
            time.sleep(AGAIN_S)
            continue
        if answer.status_code in (200, 201, 409):
            return
        time.sleep(AGAIN_S)
    raise Unavailable(f"{path} was not done within {LONGEST_S:.0f} s")
