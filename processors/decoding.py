"""Encoded audio in, cut anywhere; mono float32 samples at one rate out, as soon as they can be known.

libavformat reads containers by pulling, chunks arrive by pushing. A `StreamDecoder` joins the two with one thread that
runs only while `feed` waits for it: a coroutine with a stack of its own, so that the same feeds always give the same
samples.
"""

import threading
import weakref
from collections.abc import Iterable, Iterator

import numpy as np

from processors.demuxing import HEAD_BYTES, LONGEST_HOLE_S, Samples, decoded, not_audio
from processors.media import Media, media_of, starts_stream

__all__ = ["Samples", "StreamDecoder", "decode_all"]

MOST_S_A_CHUNK = LONGEST_HOLE_S + 120
"""A chunk holds a minute, as much may have been held back, and a hole before it is filled; more is a decoder's bomb:
512 KiB of FLAC or Opus can claim hours, gigabytes of samples."""

_NOTHING: Samples = np.zeros(0, np.float32)
_ENDED = "the stream ended itself; nothing can follow"


def decode_all(content_type: str, chunks: Iterable[bytes], *, rate: int) -> Iterator[Samples]:
    """Decode a whole track, chunk by chunk, in bounded memory.

    A chunk that begins with a container's header begins a new stream (a speaker who joined again).
    Raises `Invalid`: `unsupported_codec`, `not_audio`.
    """
    media = media_of(content_type)
    source = _Pulled(media.name, chunks)
    while source.open_next():
        yield from decoded(media, source, rate)
        source.check_read()


class StreamDecoder:
    """Decodes one track as its chunks arrive.

    Latency: what a fed chunk completes comes out of the same `feed`; whole Ogg pages, and about ten FLAC frames, are
    held back by their formats. `finish` (or forgetting the decoder) ends its thread.
    """

    def __init__(self, content_type: str, *, rate: int) -> None:
        """Raise `Invalid("unsupported_codec")` for a content type that we do not take."""
        self._media = media_of(content_type)
        self._rate = rate
        self._stream: _Pushed | None = None

    def feed(self, data: bytes) -> Samples:
        """Take the next bytes of the track; return all samples known by now, at most `MOST_S_A_CHUNK`.

        Raises `Invalid("not_audio")`.
        """
        rest = self.finish() if starts_stream(self._media.name, data) else _NOTHING
        if self._stream is None:
            self._stream = _Pushed(self._media, self._rate)
            self._forgotten = weakref.finalize(self, self._stream.abandon)
        self._stream.push(data)
        return np.concatenate((rest, self._stream.drain()))

    def finish(self) -> Samples:
        """Return what was still held back and end the thread; a later `feed` begins a new stream."""
        stream, self._stream = self._stream, None
        if stream is None:
            return _NOTHING
        self._forgotten.detach()
        stream.end()
        return stream.drain()


class _Pulled:
    """Chunks as files: each `open_next` is one stream, that ends where a chunk begins the next."""

    def __init__(self, name: str, chunks: Iterable[bytes]) -> None:
        self._name = name
        self._chunks = iter(chunks)
        self._next: bytes | None = next(self._chunks, None)
        self._buffer = bytearray()
        self.fed = 0

    def open_next(self) -> bool:
        self.fed = 0
        self._least = HEAD_BYTES.get(self._name, 1)
        self._buffer.clear()
        self._take()
        return bool(self._buffer) or self._next is not None

    def read(self, size: int) -> bytes:
        while len(self._buffer) < self._least and self._more():
            self._take()
        self._least = 1
        return _taken(self._buffer, size)

    def check_read(self) -> None:
        """Raise `Invalid` if the stream ended itself before its bytes did."""
        if self._buffer or self._more():
            raise not_audio(_ENDED)

    def _more(self) -> bool:
        return self._next is not None and not starts_stream(self._name, self._next)

    def _take(self) -> None:
        if self._next is not None:
            self._buffer += self._next
            self.fed += len(self._next)
            self._next = next(self._chunks, None)


class _Pushed:
    """A reader thread that runs only while its owner waits in `push` or `end`; it never waits for a full queue.

    The thread knows this object and not the `StreamDecoder`, so a forgotten decoder is collected and ends it.
    """

    def __init__(self, media: Media, rate: int) -> None:
        self.fed = 0
        self._least = HEAD_BYTES.get(media.name, 1)
        self._turn = threading.Condition()
        self._buffer = bytearray()
        self._out: list[Samples] = []
        self._left = self._most = MOST_S_A_CHUNK * rate
        self._starved = self._ended = self._abandoned = self._done = False
        self._error: BaseException | None = None
        threading.Thread(target=self._run, args=(media, rate), name="decoder", daemon=True).start()

    def push(self, data: bytes) -> None:
        with self._turn:
            self._buffer += data
            self.fed += len(data)
            self._left = self._most
            self._starved = False
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._starved or self._done)
            self._refuse_after_end()

    def end(self) -> None:
        with self._turn:
            self._ended = True
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._done)

    def abandon(self) -> None:
        with self._turn:
            self._abandoned = self._ended = True
            self._turn.notify_all()

    def drain(self) -> Samples:
        """Samples since the last call; an error comes out once, after the samples before it."""
        out, self._out = self._out, []
        if out:
            return np.concatenate(out)
        error, self._error = self._error, None
        if error is not None:
            raise error
        return _NOTHING

    def read(self, size: int) -> bytes:
        with self._turn:
            while len(self._buffer) < self._least and not self._ended:
                self._starved = True
                self._turn.notify_all()
                self._turn.wait()
            self._least = 1
            return b"" if self._abandoned else _taken(self._buffer, size)

    def _run(self, media: Media, rate: int) -> None:
        try:
            for samples in decoded(media, self, rate):
                if self._abandoned:
                    break
                self._keep(samples)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that asked, which raises it
            self._error = error
        finally:
            with self._turn:
                self._done = True
                self._turn.notify_all()

    def _keep(self, samples: Samples) -> None:
        self._left -= samples.size
        if self._left < 0:
            self._out.clear()
            raise not_audio(f"one chunk claims to hold more than {MOST_S_A_CHUNK} s")
        self._out.append(samples)

    def _refuse_after_end(self) -> None:
        if self._done and not self._out and self._error is None:
            raise not_audio(_ENDED)


def _taken(buffer: bytearray, size: int) -> bytes:
    taken = bytes(buffer[:size])
    del buffer[:size]
    return taken
