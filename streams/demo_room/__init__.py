"""The bundled room: five synthetic voices, made by `infra/demo_room/make.py`."""

from importlib.resources import files
from pathlib import Path

import msgspec

from schemas.base import Record


class DemoLine(Record, frozen=True, kw_only=True):
    """Who says what and when (room time, ms); `kind` says what screening should make of it."""

    speaker: str
    start_ms: int
    end_ms: int
    kind: str
    text: str

    _private = frozenset({"text"})


class DemoTrack(Record, frozen=True, kw_only=True):
    speaker: str
    file: str
    starts_ms: int
    seconds: float


class DemoRoom(Record, frozen=True, kw_only=True):
    title: str
    host: str
    seconds: float
    tracks: tuple[DemoTrack, ...]
    lines: tuple[DemoLine, ...]

    def lines_of(self, kind: str) -> tuple[DemoLine, ...]:
        """The lines of one kind: `ordinary`, `mention`, `quote` or `violation`."""
        return tuple(line for line in self.lines if line.kind == kind)


def folder() -> Path:
    return Path(str(files("streams.demo_room")))


def load() -> DemoRoom:
    return msgspec.json.decode((folder() / "room.json").read_bytes(), type=DemoRoom)
