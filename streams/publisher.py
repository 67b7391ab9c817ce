"""Records in, confirmed Kafka messages out: the one way onto a topic, which knows its name, key and wire form."""

import asyncio
import threading
from collections.abc import Callable

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.base import Record
from schemas.errors import Invalid, Unavailable
from schemas.topics import TOPIC_OF
from schemas.wire import encode
from streams.topics import RECONNECT_MS

log = structlog.get_logger()

POLL_SECONDS = 0.1
PURGE_SECONDS = 5.0
GONE_FOR_GOOD = (KafkaError._FATAL, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH)
"""After these the client sends nothing any more, whatever becomes of the broker. The embedded one answers so to each
record that follows one which was given up while it stood still."""


class Publisher:
    """An idempotent confluent-kafka producer whose `publish` returns when all in-sync replicas have the record.

    Thread-safe. `timeout_ms` bounds how long a record may wait for a broker before `Unavailable` is raised. A producer
    that the broker takes nothing from any more is replaced; what waited in it is `Unavailable`: send it again.
    """

    def __init__(self, kafka: str, *, timeout_ms: int = 10_000) -> None:
        self._settings: dict[str, str | int | float | bool] = {
            "bootstrap.servers": kafka,
            "enable.idempotence": True,
            "linger.ms": 2,
            "reconnect.backoff.max.ms": RECONNECT_MS,
            "message.timeout.ms": timeout_ms,
            "compression.type": "none",  # audio is compressed already
            "log_level": 3,
        }
        self._producer = Producer(self._settings)
        self._gone: Producer | None = None
        self._replacing = threading.Lock()
        self._closing = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="publisher", daemon=True)
        self._poller.start()

    async def publish(self, record: Record) -> None:
        """Send `record` and wait until it is durable on the broker; `Unavailable` when it did not get there."""
        loop = asyncio.get_running_loop()
        confirmed: asyncio.Future[None] = loop.create_future()
        self.send(record, lambda error: loop.call_soon_threadsafe(_settle, confirmed, error))
        await confirmed

    def send(self, record: Record, confirmed: Callable[[Exception | None], object]) -> None:
        """Hand `record` over without waiting; `confirmed` is called from another thread with None or the error."""
        headers, value = encode(record)
        topic, key = TOPIC_OF[type(record)].name, _key(record)
        with self._replacing:  # nothing may go into a producer that nobody asks for its reports any more
            producer = self._producer

            def report(error: KafkaError | None, _message: Message) -> None:
                self._notice(producer, error)
                confirmed(_translated(error))

            try:
                producer.produce(topic, key=key, value=value, headers=list(headers), on_delivery=report)
            except BufferError as error:
                raise Unavailable("the producer's buffer is full; try again") from error
            except KafkaException as error:
                self._notice(producer, error.args[0])
                raise _translated(error.args[0]) or Unavailable(str(error)) from error

    def flush(self, timeout_s: float) -> int:
        """Wait until everything handed over is settled; returns how many are not."""
        return int(self._producer.flush(timeout_s))

    def close(self) -> None:
        self._closing.set()
        self._poller.join()
        self._producer.flush(5)

    def _poll(self) -> None:
        while not self._closing.is_set():
            self._producer.poll(POLL_SECONDS)
            if self._gone is self._producer:
                self._replace(self._producer)

    def _notice(self, producer: Producer, error: KafkaError | None) -> None:
        if error is not None and (error.fatal() or error.code() in GONE_FOR_GOOD):
            self._gone = producer

    def _replace(self, gone: Producer) -> None:
        """Go on with a new producer; what waits in the one that is gone is reported now, not when its time is over."""
        with self._replacing:
            self._producer = Producer(self._settings)
        gone.purge()
        gone.flush(PURGE_SECONDS)
        log.warning("producer_replaced")


def _key(record: Record) -> bytes:
    return str(getattr(record, "room_id", "")).encode()


def _settle(future: "asyncio.Future[None]", error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


def _translated(error: KafkaError | None) -> Exception | None:
    if error is None:
        return None
    if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
        return Invalid("record_too_large", "the broker refuses a message of this size")
    return Unavailable(f"the broker did not confirm the record: {error.str()}")
