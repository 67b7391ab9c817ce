"""A word in (`embedded` or `local`); where broker and index are, and how each is killed and comes back, out.

`local` runs Apache Kafka and Elasticsearch through `infra/local/services.py`, which keep their data when they are
killed. The embedded broker keeps its topics in memory alone, so it is not killed: that would be a loss by design.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import Unavailable
from streams import processes
from streams.system import System

SCRIPT = Path(__file__).parents[2] / "infra" / "local" / "services.py"
KEPT = Path("/var/tmp")
"""Elasticsearch may run as another user, who cannot reach a folder of mode 700."""
START_S = 150.0


class Service:
    """A real service of `infra/local` on a port of its own; it comes back on the same data."""

    def __init__(self, name: str, folder: Path) -> None:
        self._command = [sys.executable, str(SCRIPT), name]
        self._place = ["--folder", str(folder), "--port", str(processes.free_port())]
        self._starting = self._start()

    def address(self) -> str:
        """`host:port` or the URL, once it is there; `Unavailable` with what its script says."""
        said, complaint = self._starting.communicate(timeout=START_S)
        if self._starting.returncode:
            raise Unavailable(complaint.strip()[-500:])
        return said.strip().splitlines()[-1]

    def kill(self) -> bool:
        """SIGKILL, and the start of the next; says whether it was there to be killed."""
        if self._starting.poll() is None:
            return False
        self._end("kill")
        self._starting = self._start()
        return True

    def stop(self) -> None:
        self._starting.wait(START_S)
        self._end("stop")

    def _start(self) -> "subprocess.Popen[str]":
        command = [*self._command, "start", *self._place]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _end(self, how: str) -> None:
        subprocess.run([*self._command, how, *self._place[:2]], check=True, timeout=START_S)


@dataclass(frozen=True)
class Services:
    """Addresses, empty where the system is to start its own, and the services that may be killed here."""

    kafka: str = ""
    elasticsearch: str = ""
    broker: Service | None = None
    index: Service | None = None


@contextmanager
def local() -> Iterator[Services]:
    """Both real services with fresh data; stopped and removed afterwards."""
    if not SCRIPT.is_file():
        raise Unavailable("--services local needs a checkout: infra/local is not part of the package")
    with tempfile.TemporaryDirectory(dir=KEPT, prefix="earwitness-crash-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        broker, index = Service("kafka", folder), Service("elasticsearch", folder)
        try:
            yield Services(broker.address(), index.address(), broker, index)
        finally:
            for service in (index, broker):
                service.stop()


@contextmanager
def embedded() -> Iterator[Services]:
    yield Services()


def kill_child(system: System, name: str) -> bool:
    """SIGKILL to a child that the supervisor starts again; says whether it ran."""
    process = system.process(name)
    if process.poll() is not None:
        return False
    process.kill()
    process.wait()
    return True
