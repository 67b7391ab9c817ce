"""A track and a moment in; the chunks that were sent since then out, read from the topic of the audio."""

import asyncio
import time

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from schemas.audio import AudioChunk
from schemas.errors import Malformed, Unavailable
from schemas.topics import AUDIO
from schemas.wire import decode
from streams.clock import now_ms
from streams.reading import partitions_of, ungrouped_consumer

LONGEST_S = 3.0
"""A second is a minute of some hundred rooms; whoever waits for this has a better use of the time after that."""
LOOK_BACK_MS = 60_000
"""A part holds 16 chunks, so what is in none yet was sent within a minute; a chunk may say that it is younger."""
POLL_S = 0.2
MOST_AT_ONCE = 500


class RecentAudio:
    """`agents.sound.Recent` over Kafka: seeks by time, joins no group and commits nothing."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka

    async def chunks(self, room_id: str, track_id: str, since_ms: int) -> list[AudioChunk]:
        return await asyncio.to_thread(self._read, room_id, track_id, min(since_ms, now_ms() - LOOK_BACK_MS))

    def _read(self, room_id: str, track_id: str, since_ms: int) -> list[AudioChunk]:
        consumer = ungrouped_consumer(self._kafka)
        try:
            ends = _seek(consumer, since_ms)
            found: dict[int, AudioChunk] = {}
            until = time.monotonic() + LONGEST_S
            while ends and time.monotonic() < until:
                for message in consumer.consume(MOST_AT_ONCE, POLL_S):
                    _note(found, message, room_id, track_id)
                ends = {at: end for at, end in ends.items() if _position(consumer, at) < end}
            return [found[sequence] for sequence in sorted(found)]
        except KafkaException as error:
            raise Unavailable(f"the broker did not give the audio: {error}") from error
        finally:
            consumer.close()


def _seek(consumer: Consumer, since_ms: int) -> dict[int, int]:
    """Stand at the moment in every partition; returns those that have something after it, with their ends."""
    partitions = [TopicPartition(AUDIO.name, one.partition, since_ms) for one in partitions_of(consumer, AUDIO)]
    begins = consumer.offsets_for_times(partitions, timeout=LONGEST_S) if partitions else []
    ends = {one.partition: consumer.get_watermark_offsets(one, timeout=LONGEST_S)[1] for one in begins}
    wanted = [one for one in begins if 0 <= one.offset < ends[one.partition]]
    consumer.assign(wanted)
    return {one.partition: ends[one.partition] for one in wanted}


def _position(consumer: Consumer, partition: int) -> int:
    return int(consumer.position([TopicPartition(AUDIO.name, partition)])[0].offset)


def _note(found: dict[int, AudioChunk], message: Message, room_id: str, track_id: str) -> None:
    """Most messages are other rooms': the headers say so before anything is decoded."""
    headers = dict(message.headers() or ())
    if (
        message.error()
        or headers.get("ce_roomid") != room_id.encode()
        or headers.get("ce_trackid") != track_id.encode()
    ):
        return
    try:
        record = decode(AUDIO.name, message.headers() or (), message.value())
    except Malformed:
        return
    if isinstance(record, AudioChunk):
        found.setdefault(record.sequence, record)
