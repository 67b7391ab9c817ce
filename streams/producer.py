"""Audio chunks in, confirmed chunks on `audio.chunks` out: the SDK that a platform's recorder embeds.

producer = ChunkProducer("kafka:9092")
producer.send(chunk)          # as they are captured, one sequence per track
producer.finish(timeout_s=30) # before the room is closed: everything confirmed, or `Unavailable`
"""

from schemas.audio import AudioChunk
from schemas.errors import Unavailable
from streams.publisher import Publisher

CONFIRM_MS = 300_000
"""How long a chunk waits for a broker that is away before it counts as not sent."""


class ChunkProducer:
    """Sends chunks in order without waiting for each; counts what the broker has confirmed."""

    def __init__(self, kafka: str, *, timeout_ms: int = CONFIRM_MS) -> None:
        self._publisher = Publisher(kafka, timeout_ms=timeout_ms)
        self._failures: list[Exception] = []
        self.sent = 0

    def send(self, chunk: AudioChunk) -> None:
        """Hand `chunk` over; `Unavailable` when the buffer is full or an earlier chunk could not be delivered."""
        self._raise_failure()
        self._publisher.send(chunk, self._confirmed)
        self.sent += 1

    def finish(self, timeout_s: float) -> None:
        """Wait until every chunk is confirmed; `Unavailable` when one is not."""
        missing = self._publisher.flush(timeout_s)
        self._raise_failure()
        if missing:
            raise Unavailable(f"{missing} chunks were not confirmed within {timeout_s:.0f} s")

    def close(self) -> None:
        self._publisher.close()

    def _confirmed(self, error: Exception | None) -> None:
        if error is not None:
            self._failures.append(error)

    def _raise_failure(self) -> None:
        if self._failures:
            raise Unavailable("a chunk could not be delivered") from self._failures[0]
