"""What is being decoded in, kept in a file that outlives the process; what processes died of, counted, out.

Each process has a file of its own, locked while it lives, that holds what it has in hand: one small write before and
one after, no fsync, for the page cache outlives a process too (docs/decisions/0028). The next process that starts on
the folder finds files without a living owner and counts what stands in them.
"""

import atexit
import fcntl
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp

import msgspec
import structlog

from schemas.errors import Invalid

log = structlog.get_logger()

DEATHS_A_CHUNK = 2
"""Once may be the machine, a kill or another thread; twice in a row with the same chunk in hand is the chunk."""

DEATHS_A_TRACK = 6
"""Three deadly chunks: no more of such a track is tried, or its sender could end the worker as often as they like."""

MOST_REMEMBERED = 1_000
"""Chunks; the oldest are forgotten first."""

_BLOCK = 4096
"""Bytes of a file: a chunk's id has a few hundred at most, and as many are in hand as threads decode."""
_DEATHS = "deaths.json"


class FileNotes:
    """The notes of one process among those that share a folder, which are the workers of one name on one machine."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._in_hand: Counter[str] = Counter()
        self._turn = threading.Lock()
        with self._alone():
            self._know(_buried(folder))
            self._file, name = mkstemp(suffix=".hand", dir=folder)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        atexit.register(Path(name).unlink, missing_ok=True)

    def of(self, room_id: str, track_id: str) -> "FileTrackNotes":
        return FileTrackNotes(self, f"{room_id}/{track_id}")

    def deadly(self, track: str, sequence: int) -> bool:
        chunk = f"{track}/{sequence}"
        return self._deaths.get(chunk, 0) >= DEATHS_A_CHUNK or self._tracks.get(track, 0) >= DEATHS_A_TRACK

    def take(self, chunk: str) -> None:
        with self._turn:
            self._in_hand[chunk] += 1
            self._write()

    def put_back(self, chunk: str) -> None:
        """It did no harm: what was held against it, less than twice, is forgotten."""
        with self._turn:
            self._in_hand -= Counter((chunk,))
            self._write()
            if chunk in self._deaths:
                self._forget(chunk)

    def _write(self) -> None:
        os.pwrite(self._file, "\n".join(self._in_hand).encode()[:_BLOCK].ljust(_BLOCK), 0)

    def _forget(self, chunk: str) -> None:
        with self._alone():
            deaths = _read(self._folder)
            deaths.pop(chunk, None)
            _keep(self._folder, deaths)
            self._know(deaths)

    def _know(self, deaths: dict[str, int]) -> None:
        self._deaths = deaths
        self._tracks: Counter[str] = Counter()
        for chunk, times in deaths.items():
            self._tracks[chunk.rpartition("/")[0]] += times

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class FileTrackNotes:
    """One track's side of `FileNotes`."""

    def __init__(self, notes: FileNotes, track: str) -> None:
        self._notes = notes
        self._track = track

    def deadly(self, sequence: int) -> bool:
        return self._notes.deadly(self._track, sequence)

    @contextmanager
    def in_hand(self, sequence: int) -> Iterator[None]:
        """A bug ends the process as a crash does, only later: its note stays."""
        chunk = f"{self._track}/{sequence}"
        self._notes.take(chunk)
        try:
            yield
        except Invalid:
            self._notes.put_back(chunk)
            raise
        self._notes.put_back(chunk)


def _buried(folder: Path) -> dict[str, int]:
    """Count what the dead had in hand, and remove their files."""
    deaths = _read(folder)
    for path in folder.glob("*.hand"):
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # its owner lives
                continue
            for chunk in file.read().decode(errors="replace").split():
                deaths[chunk] = deaths.pop(chunk, 0) + 1
                log.error("died_decoding", chunk=chunk, times=deaths[chunk])
        _keep(folder, deaths)
        path.unlink()
    return deaths


def _read(folder: Path) -> dict[str, int]:
    """None where there are none; a torn file, after a power cut, is forgotten."""
    try:
        return msgspec.json.decode((folder / _DEATHS).read_bytes(), type=dict[str, int])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _keep(folder: Path, deaths: dict[str, int]) -> None:
    newest = dict(list(deaths.items())[-MOST_REMEMBERED:])
    staged = folder / f"{_DEATHS}.new"
    staged.write_bytes(msgspec.json.encode(newest))
    staged.replace(folder / _DEATHS)
