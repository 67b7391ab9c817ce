"""Topics as data in, topics on the broker out."""

from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs forget the export

from schemas.errors import Unavailable
from schemas.topics import TOPICS, Topic

REQUEST_SECONDS = 10.0
RECONNECT_MS = 500
"""Between two tries to reach a broker that is away, at most; the client's own 10 s would be felt after it is back."""


def ensure_topics(kafka: str, *, partitions: int, replicas: int = 1, topics: Iterable[Topic] = TOPICS) -> None:
    """Make the topics that are not there yet; `Unavailable` when the broker does not answer."""
    wanted = [
        NewTopic(topic.name, partitions, replicas, config={"retention.ms": str(topic.retention_ms)}) for topic in topics
    ]
    client = admin(kafka)  # kept until every future is settled: they end with it
    for name, made in client.create_topics(wanted, request_timeout=REQUEST_SECONDS).items():
        try:
            made.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise Unavailable(f"topic {name} could not be made: {error}") from error


def broker_answers(kafka: str, *, timeout_s: float = 2.0) -> bool:
    try:
        admin(kafka).list_topics(timeout=timeout_s)
    except KafkaException:
        return False
    return True


def admin(kafka: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": kafka, "log_level": 0, "reconnect.backoff.max.ms": RECONNECT_MS})
