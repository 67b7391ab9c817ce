"""Audio chunks in, confirmed chunks on `audio.chunks` out: the SDK that a platform's recorder embeds.

producer = ChunkProducer("kafka:9092", spool=Path("/var/spool/rooms"))  # without a spool a crash loses what waits
producer.send(chunk)          # as they are captured, one sequence per track
producer.finish(timeout_s=30) # before the room is closed: everything confirmed, or `Unavailable`
"""

from pathlib import Path

from schemas.audio import AudioChunk
from schemas.errors import Unavailable
from streams.publisher import Publisher
from streams.spool import Spool

CONFIRM_MS = 300_000
"""How long a chunk waits for a broker that is away before it counts as not sent."""
SPOOLED_MS = 4_000_000
"""The same with a spool: an outage of an hour, and the time to notice that it is over."""


class ChunkProducer:
    """Sends chunks in order without waiting for each. One that failed to deliver a chunk sends nothing behind it: go on
    with a new one.

    With a `spool` folder chunks are on the disk before they are sent; those that an earlier run had not confirmed are
    sent again first, perhaps twice (docs/decisions/0008). One producer a folder.
    """

    def __init__(self, kafka: str, *, timeout_ms: int | None = None, spool: Path | None = None) -> None:
        self._publisher = Publisher(kafka, timeout_ms=timeout_ms or (SPOOLED_MS if spool else CONFIRM_MS))
        self._failures: list[Exception] = []
        self._spool = Spool(spool) if spool else None
        self.sent = 0
        for segment, chunk in self._spool.recover() if self._spool else ():
            self._hand_over(chunk, segment)

    def send(self, chunk: AudioChunk) -> None:
        """Hand `chunk` over; `Unavailable` when buffer or spool is full or an earlier chunk could not be delivered."""
        self._raise_failure()
        self._hand_over(chunk, self._spool.append(chunk) if self._spool else None)
        self.sent += 1

    def _hand_over(self, chunk: AudioChunk, segment: int | None) -> None:
        self._publisher.send(chunk, lambda error: self._confirmed(error, segment))

    def finish(self, timeout_s: float) -> None:
        """Wait until every chunk is confirmed; `Unavailable` when one is not."""
        missing = self._publisher.flush(timeout_s)
        self._raise_failure()
        if missing:
            raise Unavailable(f"{missing} chunks were not confirmed within {timeout_s:.0f} s")

    def close(self) -> None:
        self._publisher.close()
        if self._spool:
            self._spool.close()

    def _confirmed(self, error: Exception | None, segment: int | None) -> None:
        if error is not None:
            self._failures.append(error)
        elif self._spool and segment is not None:
            self._spool.confirm(segment)

    def _raise_failure(self) -> None:
        if self._failures:
            raise Unavailable("a chunk could not be delivered") from self._failures[0]
