"""Commands in, child processes out, that end when we end: for the embedded services, the workers and the console."""

import contextlib
import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 8.0
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def start(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` with its output appended to `log`, in our environment unless one is given.

    On Linux it is killed when this process dies.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            start_new_session=True,  # a Ctrl-C reaches us alone; we stop our children in order
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End `process`: asked first, killed after `STOP_SECONDS`."""
    stop_all([process])


def stop_all(running: Sequence["subprocess.Popen[bytes]"]) -> None:
    """End processes side by side: all are asked first, whoever still runs `STOP_SECONDS` later is killed."""
    for process in running:
        process.terminate()  # does nothing to one that has ended
    until = time.monotonic() + STOP_SECONDS
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
            continue
        process.kill()
        process.wait()


def free_port() -> int:
    """A loopback TCP port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
