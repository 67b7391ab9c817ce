"""Topics in, their records handed to a function out: one thread, no consumer group, from the beginning."""

import threading
from collections.abc import Callable, Sequence

import structlog
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition

from schemas.base import Record
from schemas.errors import Malformed
from schemas.topics import Topic
from schemas.wire import decode
from streams.topics import RECONNECT_MS

log = structlog.get_logger()

POLL_SECONDS = 0.1
FETCH_WAIT_MS = 50
"""See `streams/transport.py`: the embedded broker waits as long as it is allowed to."""
RETRY_SECONDS = 0.5


class TopicReader:
    """Reads `topics` until closed; `take` is called in the reader's thread. Everyone who reads so sees everything."""

    def __init__(self, kafka: str, topics: Sequence[Topic], take: Callable[[Record], None]) -> None:
        self._kafka = kafka
        self._topics = topics
        self._take = take
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, name="topic-reader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _read(self) -> None:
        consumer = ungrouped_consumer(self._kafka)
        try:
            self._assign(consumer)
            while not self._closing.is_set():
                message = consumer.poll(POLL_SECONDS)
                if message is not None and message.error() is None:
                    self._hand_over(message)
        finally:
            consumer.close()

    def _assign(self, consumer: Consumer) -> None:
        """Take every partition from its beginning; waits for a broker or topics that are not there yet."""
        while not self._closing.is_set():
            found = [each for topic in self._topics for each in partitions_of(consumer, topic)]
            if found:
                consumer.assign(found)
                return
            self._closing.wait(RETRY_SECONDS)

    def _hand_over(self, message: Message) -> None:
        try:
            record = decode(message.topic() or "", message.headers() or (), message.value())
        except Malformed as error:
            log.warning("undecodable_record", topic=message.topic(), offset=message.offset(), reason=error.reason)
            return
        self._take(record)


def ungrouped_consumer(kafka: str) -> Consumer:
    """A consumer that commits nothing; the client wants a group's name all the same."""
    return Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "earwitness-reader",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": FETCH_WAIT_MS,
            "reconnect.backoff.max.ms": RECONNECT_MS,
            "log_level": 0,
        }
    )


def partitions_of(consumer: Consumer, topic: Topic) -> list[TopicPartition]:
    """The topic's partitions from their beginning; none when the broker does not answer or has no such topic."""
    try:
        found = consumer.list_topics(topic.name, timeout=2.0).topics[topic.name]
    except KafkaException:
        return []
    return [TopicPartition(topic.name, partition, OFFSET_BEGINNING) for partition in found.partitions]
