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

import httpx

from schemas.errors import Unavailable
from streams import processes
from streams.system import System, await_steward

SCRIPT = Path(__file__).parents[2] / "infra" / "local" / "services.py"
KEPT = Path("/var/tmp")
"""Elasticsearch may run as another user, who cannot reach a folder of mode 700."""
START_S = 150.0
ANSWER_S = 5.0
"""After that the question is asked again; the one before may have gone with its process."""


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

    def running(self) -> bool:
        return self._starting.poll() is not None

    def kill(self) -> bool:
        """SIGKILL, and the start of the next; says whether it was there to be killed."""
        if not self.running():
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


class Child:
    """A process that the supervisor starts again."""

    def __init__(self, system: System, name: str) -> None:
        self._system = system
        self._name = name
        self._log_bytes = 0

    def kill(self) -> bool:
        """SIGKILL; says whether it ran."""
        process = self._system.process(self._name)
        if process.poll() is not None:
            return False
        process.kill()
        process.wait()
        self._log_bytes = self._log.stat().st_size
        return True

    def owns_partitions(self) -> bool:
        """Whether this worker has said so since it was killed."""
        with self._log.open("rb") as log:
            log.seek(self._log_bytes)
            return b'"partitions_owned"' in log.read()

    @property
    def _log(self) -> Path:
        return self._system.log_of(self._name)


def steward_answers(kafka: str) -> bool:
    """Whether the steward decides something that is asked now: broker and recorder are at work."""
    try:
        await_steward(kafka, ANSWER_S)
    except Unavailable:
        return False
    return True


def door_answers(base_url: str) -> bool:
    """Whether the console answers at all: that the broker is away is not its fault."""
    try:
        httpx.get(f"{base_url}/metrics", timeout=ANSWER_S)
    except httpx.HTTPError:
        return False
    return True
