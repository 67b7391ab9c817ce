"""Chunks in, kept on the producer's own disk until they are confirmed; after a restart those that were not, in order.

Append-only segment files; a record is its length, its CRC-32 and the chunk as MessagePack. Each chunk is with the
operating system before `append` returns (so it survives our own crash) and on the disk (fsync) when its segment ends or
a second later at the latest with the next chunk: a power cut may cost that second. A segment goes once all of it is
confirmed, so up to one segment may be sent twice (docs/decisions/0008).
"""

import os
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from schemas.audio import AudioChunk
from schemas.errors import Unavailable

SEGMENT_BYTES = 1 << 20
"""Four minutes of a speaker at 32 kbit/s: what may be sent again after a crash."""
MOST_BYTES = 1 << 28
"""256 MiB: an hour of thirteen speakers at 32 kbit/s, with room to spare."""
FSYNC_SECONDS = 1.0
HEAD = 8

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AudioChunk)


class Spool:
    """A folder of segments, for one producer. Thread-safe: confirmations come from another thread."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, segment_bytes: int = SEGMENT_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._most_bytes = most_bytes
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._waiting: dict[int, int] = {}
        self._sizes = {int(path.stem): path.stat().st_size for path in folder.glob("*.chunks")}
        self._left = sorted(self._sizes)
        self._last = max(self._left, default=-1)
        self._open: BinaryIO | None = None
        self._synced = 0.0

    @property
    def size(self) -> int:
        return sum(self._sizes.values())

    def recover(self) -> Iterator[tuple[int, AudioChunk]]:
        """What an earlier run left, oldest first, each with its segment; call it once, before the first `append`."""
        for segment in self._left:
            chunks = list(read_segment(self._path(segment).read_bytes()))
            self._waiting[segment] = len(chunks)
            for chunk in chunks:
                yield segment, chunk
            with self._lock:
                self._drop_if_done(segment)

    def append(self, chunk: AudioChunk) -> int:
        """Keep `chunk` and return its segment; `Unavailable` when the spool is full or the disk refuses."""
        data = _encoder.encode(chunk)
        record = len(data).to_bytes(4, "big") + zlib.crc32(data).to_bytes(4, "big") + data
        with self._lock:
            if self.size + len(record) > self._most_bytes:
                raise Unavailable(f"the spool is full: {self.size} bytes wait for the broker; stop, or give it room")
            try:
                return self._written(record)
            except OSError as error:
                self._end_segment()  # what is half written ends its segment, and is not read again
                raise Unavailable(f"the spool cannot be written: {error.strerror}") from error

    def confirm(self, segment: int) -> None:
        """One chunk of `segment` is on the broker."""
        with self._lock:
            self._waiting[segment] -= 1
            self._drop_if_done(segment)

    def close(self) -> None:
        """Put everything on the disk; what is not confirmed stays for the next run."""
        with self._lock:
            if self._open is not None:
                self._end_segment()

    def _written(self, record: bytes) -> int:
        if self._open is not None and self._sizes[self._last] >= self._segment_bytes:
            self._end_segment()
        if self._open is None:
            self._last += 1
            self._sizes[self._last] = self._waiting[self._last] = 0
            self._open = self._path(self._last).open("xb", buffering=0)
        self._write_whole(self._open, record)
        self._sizes[self._last] += len(record)
        self._waiting[self._last] += 1
        if time.monotonic() - self._synced >= FSYNC_SECONDS:
            self._sync(self._open)
        return self._last

    @staticmethod
    def _write_whole(file: BinaryIO, record: bytes) -> None:
        while record:  # a raw file may take less than it is given
            record = record[file.write(record) :]

    def _sync(self, file: BinaryIO) -> None:
        os.fsync(file.fileno())
        self._synced = time.monotonic()

    def _end_segment(self) -> None:
        file, self._open = self._open, None
        if file is not None:
            with file:
                self._sync(file)
            self._drop_if_done(self._last)

    def _drop_if_done(self, segment: int) -> None:
        being_written = self._open is not None and segment == self._last
        if self._waiting.get(segment) == 0 and not being_written:
            self._path(segment).unlink(missing_ok=True)
            del self._waiting[segment], self._sizes[segment]

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:08}.chunks"


def read_segment(data: bytes) -> Iterator[AudioChunk]:
    """The chunks of a segment, up to the first record that is not whole: there its writer ended."""
    at = 0
    while at + HEAD <= len(data):
        end = at + HEAD + int.from_bytes(data[at : at + 4], "big")
        body = data[at + HEAD : end]
        if end > len(data) or zlib.crc32(body) != int.from_bytes(data[at + 4 : at + HEAD], "big"):
            return
        yield _decoder.decode(body)
        at = end
