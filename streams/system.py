"""Settings in, the whole system on one machine out: embedded services unless real ones are named, workers, console.

Everything it starts is its child and ends with it. What it keeps is under the data folder, and is there again after a
restart; rooms that were being finished when it stopped are taken up again.
"""

import asyncio
import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO, Self
from uuid import uuid4

import msgspec

from schemas.asks import CloseRoom, Command
from schemas.base import Record
from schemas.errors import Conflict, Unavailable
from schemas.facts import Refused
from schemas.topics import REFUSALS
from streams import embedded, processes
from streams.children import Child
from streams.clock import now_ms
from streams.publisher import Publisher
from streams.reading import TopicReader
from streams.recovery import prepare
from streams.running import RUNNING, Running
from streams.settings import Settings, child_environment
from streams.topology import WORKERS

READY_SECONDS = 60.0
SERVICES = ("broker", "index")
WATCH_SECONDS = 0.5


def await_steward(kafka: str, timeout_s: float) -> None:
    """Ask something of a room that is not there and wait for the steward's no: then the workers consume."""
    refused = threading.Event()
    command_id = f"probe-{uuid4().hex}"
    reader = TopicReader(kafka, [REFUSALS], lambda told: _note(refused, told, command_id))
    publisher = Publisher(kafka)
    try:
        asyncio.run(publisher.publish(_probe(command_id)))
        if not refused.wait(timeout_s):
            raise Unavailable(f"the steward did not answer within {timeout_s:.0f} s; logs/record.log says why")
    finally:
        publisher.close()
        reader.close()


def _probe(command_id: str) -> Command:
    return Command(command_id=command_id, room_id="probe", actor="supervisor", at_ms=now_ms(), ask=CloseRoom())


def _note(event: threading.Event, told: Record, command_id: str) -> None:
    if isinstance(told, Refused) and told.command_id == command_id:
        event.set()


class System:
    """`with System(settings) as system:` runs everything; `system.running` says where it is.

    Without workers it is for looking only: nothing is decided, recorded or captioned, and it is there at once.
    """

    def __init__(self, settings: Settings, *, workers: Sequence[str] = tuple(WORKERS)) -> None:
        self._given = settings
        self._workers = workers
        self._data = settings.data_folder.resolve()
        self._children: list[Child] = []
        self._ending = threading.Event()
        self._watcher: threading.Thread | None = None
        self._lock: IO[str] | None = None
        self.running: Running

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:  # also Ctrl-C: nothing that was started may stay
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def process(self, name: str) -> "subprocess.Popen[bytes]":
        """The process that is worker or service `name` now: one that has ended until the supervisor starts it again."""
        return next(child.process for child in self._children if child.name == name)

    def log_of(self, name: str) -> Path:
        """Where worker or console `name` writes what it says."""
        return self._data / "logs" / f"{name}.log"

    def _begin(self) -> None:
        self._take_folder()
        self._settings = settings = self._with_services()
        asyncio.run(prepare(settings))
        for name in self._workers:
            self._add_worker(name, settings.caption_workers if name == "caption" else 1)
        self._add("console", [sys.executable, "-m", "console.serve"], settings)
        self.running = Running(
            pid=os.getpid(),
            kafka=settings.kafka,
            elasticsearch=settings.elasticsearch,
            store=settings.store_url,
            base_url=settings.base_url,
        )
        self._await_console()
        if "record" in self._workers:
            await_steward(settings.kafka, READY_SECONDS)
        (self._data / RUNNING).write_bytes(msgspec.json.encode(self.running))
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()

    def _take_folder(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        lock = (self._data / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise Conflict(f"another earwitness is running on {self._data}; stop it or name another --data") from error
        self._lock = lock

    def _with_services(self) -> Settings:
        """Start the services that nobody named; returns the settings with every address filled in."""
        found = {"data": str(self._data), "store": self._given.store or str(self._data / "store")}
        port = self._given.port or processes.free_port()
        found |= {"base_url": self._given.base_url or f"http://127.0.0.1:{port}"}
        found |= {"instance": self._given.instance or _instance(self._data)}
        if not self._given.kafka:
            found["kafka"] = f"127.0.0.1:{self._embed('broker', embedded.start_broker)}"
        if not self._given.elasticsearch:
            found["elasticsearch"] = f"http://127.0.0.1:{self._embed('index', embedded.start_index)}"
        return msgspec.structs.replace(self._given, port=port, **found)

    def _embed(self, name: str, start: Callable[[Path, int], "subprocess.Popen[bytes]"]) -> int:
        """Start an embedded service on a free port, on which it also comes back; returns the port."""
        port = processes.free_port()
        self._children.append(Child(name, lambda: start(self._data, port)))
        return port

    def _add_worker(self, name: str, count: int) -> None:
        """So many workers of one group; each has a name, a log and a port of its own."""
        for n in range(count):
            own = self._settings if n == 0 else sibling(self._settings, n)
            self._add(name if n == 0 else f"{name}-{n + 1}", [sys.executable, "-m", "streams.worker", name], own)

    def _add(self, name: str, command: list[str], settings: Settings) -> None:
        environment = child_environment(settings)
        start = partial(processes.start, command, log=self.log_of(name), environment=environment)
        self._children.append(Child(name, start))

    def _await_console(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self._children[-1].process.poll() is None:
            if embedded.answers(f"{self.running.base_url}/health"):
                return
            time.sleep(0.1)
        raise Unavailable(f"the console did not come up; {self._data / 'logs' / 'console.log'} says why")

    def _watch(self) -> None:
        while not self._ending.wait(WATCH_SECONDS):
            for child in self._children:
                if child.watch() and child.name == "broker":
                    self._begin_anew()

    def _begin_anew(self) -> None:
        """The embedded broker came back without its topics: nobody's offsets and sequences hold any more."""
        asyncio.run(prepare(self._settings))
        processes.stop_all([child.process for child in self._clients()])  # `watch` starts them again

    def _clients(self) -> list[Child]:
        return [child for child in self._children if child.name not in SERVICES]

    def _end(self) -> None:
        self._ending.set()
        if self._watcher is not None:
            self._watcher.join()
        services = [child for child in self._children if child.name in SERVICES]
        for group in (self._clients(), services):  # who still commits needs a broker to commit to
            processes.stop_all([child.process for child in group])
        if self._lock is not None:  # else the folder is another system's
            (self._data / RUNNING).unlink(missing_ok=True)
            self._lock.close()


def sibling(settings: Settings, n: int) -> Settings:
    """The settings of the n-th worker beside the first of its kind: no two may share an instance or a port."""
    port = settings.metrics_port + n if settings.metrics_port else 0
    return msgspec.structs.replace(settings, instance=f"{settings.instance}-{n + 1}", metrics_port=port)


def _instance(data: Path) -> str:
    """One name a data folder and machine, the same after every start: of the workers on a folder only one set runs."""
    return sha256(f"{socket.gethostname()}:{data}".encode()).hexdigest()[:16]
