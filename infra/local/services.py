"""Takes install, start, stop or kill and a service, gives real Apache Kafka and Elasticsearch on the loopback.

    python infra/local/services.py kafka start        # its address is the last line
    python infra/local/services.py kafka kill         # as a crash would
    python infra/local/services.py elasticsearch stop
    python infra/local/services.py with COMMAND…      # both, for the time of a command

Exit status 3: this machine lacks Maven or a JDK that fits; one line says which.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn, Protocol

from elastic import Elasticsearch
from kafka import Kafka
from machine import Failed, Jdk, Missing, free_ports, have_maven, jdk
from node import POLL_S, TAIL, Launch, Node, end, log_since, running, spawn

ROOT = Path(os.environ.get("EARWITNESS_SERVICES", "/var/tmp/earwitness"))
HEAP = "512m"
READY_S = 120.0  # Elasticsearch took 11-26 s on two cores that others used too
STATUS_MISSING = 3
STATUS_NO_COMMAND = 127  # as a shell says it


class Service(Protocol):
    """What can be installed and run here."""

    name: str
    title: str
    folder: str
    port: int
    jdk_version: int
    jdk_full: bool

    def install(self, home: Path) -> None: ...
    def prepare(self, node: Node, home: Path, jdk: Jdk) -> Launch: ...
    def ready(self, node: Node, log_start: int) -> bool: ...
    def address(self, port: int) -> str: ...


KAFKA: Service = Kafka()
ELASTICSEARCH: Service = Elasticsearch()
SERVICES = {each.name: each for each in (KAFKA, ELASTICSEARCH)}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def java_for(service: Service) -> Jdk:
    return jdk(service.jdk_version, full=service.jdk_full, needed_by=service.title)


def home_of(service: Service) -> Path:
    return ROOT / service.folder


def require(services: Sequence[Service]) -> None:
    """Raise one `Missing` that names everything this machine lacks for these services."""
    lacking = []
    checks: list[Callable[[], object]] = [partial(java_for, each) for each in services]
    if not all(home_of(each).exists() for each in services):
        checks.append(have_maven)
    for check in checks:
        try:
            check()
        except Missing as missing:
            lacking.append(str(missing))
    if lacking:
        raise Missing("; ".join(lacking))


def install(service: Service) -> Path:
    """Fetch the service once; the finished folder appears in one step, so it is whole or not there."""
    home = home_of(service)
    ROOT.mkdir(parents=True, exist_ok=True)
    with (ROOT / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            say(f"fetching {service.title} into {home}, once")
            with tempfile.TemporaryDirectory(dir=ROOT, prefix="fetching-") as scratch:
                fetched = Path(scratch) / service.folder
                fetched.mkdir()
                service.install(fetched)
                fetched.rename(home)
    return home


def launch(service: Service, node: Node) -> Callable[[], None]:
    """Start the process and return what waits until it is ready."""
    home = install(service)
    node.folder.mkdir(parents=True, exist_ok=True)
    log_start = node.log.stat().st_size if node.log.exists() else 0
    spawn(node, service.prepare(node, home, java_for(service)))

    def wait() -> None:
        give_up = time.monotonic() + READY_S
        while not service.ready(node, log_start):
            if not running(node) or time.monotonic() > give_up:
                end(node, signal.SIGKILL)
                raise Failed(f"{service.title} did not start:\n{log_since(node, log_start)[-TAIL:]}")
            time.sleep(POLL_S)

    return wait


def start(service: Service, node: Node, *, fresh: bool) -> str:
    """The address of the service, which runs already or is started now."""
    if found := running(node):
        if fresh:
            raise Failed(f"{service.title} runs in {node.folder}; stop it before a fresh start")
        return service.address(found[1])
    if fresh:
        shutil.rmtree(node.data, ignore_errors=True)
    launch(service, node)()
    return service.address(node.port)


@contextmanager
def both() -> Iterator[dict[str, str]]:
    """Both services on free ports with fresh data; gives the variables that say where, and leaves nothing behind."""
    for service in SERVICES.values():
        install(service)
    folder = Path(tempfile.mkdtemp(dir=ROOT, prefix="run-"))
    folder.chmod(0o755)  # Elasticsearch may run as another user
    ports = zip(SERVICES.values(), free_ports(len(SERVICES)), strict=True)
    nodes = [Node(name=each.name, folder=folder, port=port, heap=HEAP) for each, port in ports]
    try:
        for wait in [launch(SERVICES[node.name], node) for node in nodes]:
            wait()
        yield {f"EARWITNESS_TEST_{node.name.upper()}": SERVICES[node.name].address(node.port) for node in nodes}
    finally:
        ignore_signals()
        for node in nodes:
            end(node, signal.SIGTERM)
        shutil.rmtree(folder)


def run_with_both(command: Sequence[str]) -> int:
    """Run the command beside both services and return its exit status as a shell would."""
    require(list(SERVICES.values()))
    if shutil.which(command[0]) is None:
        say(f"no such command: {command[0]}")
        return STATUS_NO_COMMAND
    with both() as addresses, subprocess.Popen(command, env={**os.environ, **addresses}) as process:
        try:
            status = process.wait()
        except BaseException:  # Ctrl-C or SIGTERM: the command goes first, then what it uses
            process.terminate()
            raise
    return status if status >= 0 else 128 - status


def ignore_signals() -> None:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)


def leave(sign: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + sign)


def do(service: Service, arguments: argparse.Namespace) -> None:
    """One command on one service; `start` prints the address as its last line."""
    folder = arguments.folder.resolve()
    node = Node(name=service.name, folder=folder, port=arguments.port or service.port, heap=arguments.heap)
    match arguments.action:
        case "install":
            require([service])
            print(install(service))
        case "start":
            require([service])
            print(start(service, node, fresh=arguments.fresh))
        case "stop":
            end(node, signal.SIGTERM)
        case "kill":
            end(node, signal.SIGKILL)


def parser() -> argparse.ArgumentParser:
    text = argparse.RawTextHelpFormatter
    whole = argparse.ArgumentParser(prog="services.py", description=__doc__, formatter_class=text)
    which = whole.add_subparsers(dest="service", required=True)
    for service in SERVICES.values():
        one = which.add_parser(service.name, help=service.title)
        one.add_argument("action", choices=["install", "start", "stop", "kill"])
        one.add_argument("--folder", type=Path, default=ROOT / "run", help="data, log and pid file (%(default)s)")
        one.add_argument("--port", type=int, help=f"port on the loopback ({service.port})")
        one.add_argument("--heap", default=HEAP, help="Java heap (%(default)s)")
        one.add_argument("--fresh", action="store_true", help="start with no data")
    beside = which.add_parser("with", help="run a command beside both")
    beside.add_argument("program")
    beside.add_argument("arguments", nargs=argparse.REMAINDER)
    return whole


def main() -> int:
    """Exit status: 0, the command's own, 1 with a reason, or 3 for a machine that lacks something."""
    os.umask(0o022)  # another user must be able to read what is installed
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, leave)
    arguments = parser().parse_args()
    try:
        if arguments.service == "with":
            return run_with_both([arguments.program, *arguments.arguments])
        do(SERVICES[arguments.service], arguments)
    except Missing as missing:
        say(f"missing: {missing}")
        return STATUS_MISSING
    except Failed as failed:
        say(str(failed))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
