"""Takes what a service needs, gives the JDK, Maven and free ports of this machine, or says what is missing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"


class Missing(Exception):
    """This machine lacks a tool; the text says which, and who needs it."""


class Failed(Exception):
    """A download or a service did not do its part; the text says which and why."""


@dataclass(frozen=True, kw_only=True)
class Jdk:
    """One Java installation; `full` means that it can build images of itself, which a runtime alone cannot."""

    home: Path
    version: int
    full: bool

    @property
    def java(self) -> str:
        return str(self.home / "bin" / "java")


def homes() -> Iterator[Path]:
    """Where Java may be, the user's own choice first."""
    if chosen := os.environ.get("JAVA_HOME"):
        yield Path(chosen)
    if on_path := shutil.which("java"):
        yield Path(on_path).resolve().parents[1]
    yield from sorted(Path("/usr/lib/jvm").glob("*"))
    yield from sorted(Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home"))
    yield from sorted(Path.home().glob(".sdkman/candidates/java/*"))


def version_in(release: str) -> int:
    """The feature version that a JDK's `release` file states: 25 for `JAVA_VERSION="25.0.3"`; 0 for 8 and before."""
    stated = [line for line in release.splitlines() if line.startswith("JAVA_VERSION=")]
    first = stated[0].partition('"')[2].partition(".")[0].rstrip('"') if stated else ""
    return int(first) if first.isdigit() and first != "1" else 0


def jdks() -> Iterator[Jdk]:
    """Every Java found, in the order of `homes`."""
    for home in homes():
        release = home / "release"
        if release.is_file() and (home / "bin" / "java").exists():
            yield Jdk(home=home, version=version_in(release.read_text()), full=(home / "bin" / "jlink").exists())


def jdk(at_least: int, *, full: bool, needed_by: str) -> Jdk:
    """The first Java that fits; `full` leaves out runtimes. Raises `Missing`."""
    found = list(jdks())
    for each in found:
        if each.version >= at_least and (each.full or not full):
            return each
    seen = ", ".join(str(version) for version in sorted({each.version for each in found})) or "none"
    raise Missing(f"{needed_by} needs a {'full ' if full else ''}JDK {at_least} or later (found: {seen})")


def have_maven() -> str:
    """The path of `mvn`, or `Missing`."""
    if program := shutil.which("mvn"):
        return program
    raise Missing("Maven (mvn), which fetches Kafka and Elasticsearch once, is not on PATH")


def maven(*arguments: str, folder: Path) -> None:
    """Run Maven quietly in `folder`. Raises `Missing` without Maven and `Failed` with its last words."""
    done = subprocess.run([have_maven(), "-B", "-q", "-ntp", *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"Maven failed: {(done.stdout + done.stderr).strip()[-2000:]}")


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on now, all different."""
    sockets = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
