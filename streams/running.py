"""A data folder in, the system that runs on it out, if one does."""

import os
from pathlib import Path

import msgspec

from schemas.base import Record

RUNNING = "running.json"


class Running(Record, frozen=True, kw_only=True):
    """What `<data>/running.json` says while a system runs on that folder."""

    pid: int
    kafka: str
    elasticsearch: str
    store: str
    base_url: str


def find_running(data: Path) -> Running | None:
    """The system that runs on this data folder, if one does."""
    try:
        running = msgspec.json.decode((data / RUNNING).read_bytes(), type=Running)
        os.kill(running.pid, 0)
    except (OSError, msgspec.DecodeError):
        return None
    return running
