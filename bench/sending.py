"""Rooms and a rate in; their chunks on the topic, each with the moment at which it was sent, out."""

import time
from collections.abc import Sequence

from schemas.audio import CHUNKS_PER_PART, AudioChunk
from schemas.errors import Unavailable
from streams.clock import now_ms
from streams.publisher import Publisher

CONTENT_TYPE = "audio/L16;rate=16000;channels=1"
MS_PER_BYTE = 1 / 32


def staggered(rooms: Sequence[str], chunks: int) -> list[tuple[str, int]]:
    """(room, sequence) in the order of sending: rooms begin a chunk apart, so that not all parts fill at once."""
    return [
        (room, tick - n % CHUNKS_PER_PART)
        for tick in range(chunks + CHUNKS_PER_PART - 1)
        for n, room in enumerate(rooms)
        if 0 <= tick - n % CHUNKS_PER_PART < chunks
    ]


class Sender:
    """Sends chunks as fast as the broker takes them, or `rate` a second; remembers when each was sent (Unix ms)."""

    def __init__(self, kafka: str, chunk_bytes: int) -> None:
        self._publisher = Publisher(kafka, timeout_ms=60_000)
        self._data = bytes(range(256)) * (chunk_bytes // 256)
        self.sent_ms: dict[tuple[str, int], int] = {}

    def send(self, wanted: list[tuple[str, int]], rate: float = 0.0) -> None:
        began = time.monotonic()
        for number, (room_id, sequence) in enumerate(wanted):
            if rate and (ahead_s := number / rate - (time.monotonic() - began)) > 0.005:
                time.sleep(ahead_s)
            self.sent_ms[room_id, sequence] = now_ms()
            self._hand_over(room_id, sequence)
        self._publisher.flush(60)

    def close(self) -> None:
        self._publisher.close()

    def _hand_over(self, room_id: str, sequence: int) -> None:
        chunk_ms = round(len(self._data) * MS_PER_BYTE)
        chunk = AudioChunk(
            room_id=room_id,
            track_id="mic",
            sequence=sequence,
            captured_ms=now_ms(),
            duration_ms=chunk_ms,
            content_type=CONTENT_TYPE,
            data=self._data,
        )
        while True:
            try:
                return self._publisher.send(chunk, _confirmed)
            except Unavailable:  # the client's queue is full: wait for the broker
                time.sleep(0.01)


def _confirmed(error: Exception | None) -> None:
    if error is not None:
        raise error
