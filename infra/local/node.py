"""Takes a command and a folder, gives one detached process that is known again, and stopped, by its locked pid file.

The process holds the lock of its own pid file, so the lock is free exactly when the process has
ended, however it ended, and a number that another process got meanwhile is never signalled.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import Failed

STOP_S = 30.0  # a clean stop takes less than a second on two cores
POLL_S = 0.1
TAIL = 3_000  # characters of a log that an error shows


@dataclass(frozen=True, kw_only=True)
class Node:
    """One running place of a service: its files lie in `folder`, it listens on `port` of the loopback."""

    name: str
    folder: Path
    port: int
    heap: str

    def path(self, suffix: str) -> Path:
        return self.folder / f"{self.name}{suffix}"

    @property
    def data(self) -> Path:
        return self.path("-data")

    @property
    def log(self) -> Path:
        return self.path(".log")

    @property
    def pid_file(self) -> Path:
        return self.path(".pid")


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What to run: the command, where, its whole environment, and the user to become (None: stay who we are)."""

    command: list[str]
    directory: Path
    environment: Mapping[str, str]
    owner: pwd.struct_passwd | None = None


def becoming(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def spawn(node: Node, launch: Launch) -> None:
    """Start the process in a session of its own, so that Ctrl-C here does not reach it. Raises `Failed`."""
    with node.pid_file.open("a+") as pid_file, node.log.open("ab") as log:
        try:
            fcntl.flock(pid_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failed(f"{node.name} already runs in {node.folder}") from error
        process = subprocess.Popen(
            launch.command,
            cwd=launch.directory,
            env=launch.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[pid_file.fileno()],
            **becoming(launch.owner),
        )
        pid_file.truncate(0)
        pid_file.write(f"{process.pid} {node.port}\n")


def running(node: Node) -> tuple[int, int] | None:
    """Process id and port of what runs in this folder, or None."""
    try:
        with node.pid_file.open() as pid_file:
            fcntl.flock(pid_file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        process_id, port = node.pid_file.read_text().split()
        return int(process_id), int(port)
    return None


def end(node: Node, sign: signal.Signals) -> None:
    """Signal the process and its children and wait until it is gone; one that lingers is killed."""
    found = running(node)
    if found is None:
        return
    os.killpg(found[0], sign)
    give_up = time.monotonic() + STOP_S
    while running(node):
        if time.monotonic() > give_up:
            os.killpg(found[0], signal.SIGKILL)
        time.sleep(POLL_S)


def log_since(node: Node, start: int) -> str:
    """What the process has written since byte `start` of its log."""
    with node.log.open("rb") as log:
        log.seek(start)
        return log.read().decode(errors="replace")
