"""What is published is on the topic, confirmed; a broker that is away is said, and nothing pretends otherwise."""

import asyncio
import functools
import signal
import time
from pathlib import Path
from uuid import uuid4

import pytest

from agents.outages import through_outages
from schemas.asks import CloseRoom, Command
from schemas.audio import MAX_CHUNK_BYTES, AudioChunk
from schemas.base import Record
from schemas.errors import Unavailable
from schemas.facts import Refused
from schemas.topics import AUDIO
from streams import embedded, processes
from streams.gateway import KafkaGateway
from streams.producer import ChunkProducer
from streams.publisher import Publisher
from streams.reading import TopicReader
from streams.topics import ensure_topics
from tests.talk import caption


def chunk(room_id: str, sequence: int, size: int = 100) -> AudioChunk:
    return AudioChunk(
        room_id=room_id,
        track_id="t",
        sequence=sequence,
        captured_ms=1_700_000_000_000 + sequence * 1000,
        duration_ms=1000,
        content_type="audio/ogg",
        data=bytes(size),
    )


def read_until(kafka: str, room_id: str, count: int) -> list[Record]:
    found: list[Record] = []
    reader = TopicReader(
        kafka, [AUDIO], lambda record: found.append(record) if getattr(record, "room_id", "") == room_id else None
    )
    until = time.monotonic() + 15
    while len(found) < count and time.monotonic() < until:
        time.sleep(0.05)
    reader.close()
    return found


def read_until_last(kafka: str, last: AudioChunk) -> list[Record]:
    found: list[Record] = []
    reader = TopicReader(kafka, [AUDIO], found.append)
    until = time.monotonic() + 15
    while last not in found and time.monotonic() < until:
        time.sleep(0.05)
    reader.close()
    return found


def test_chunks_arrive_in_order_and_whole_the_largest_too(kafka: str) -> None:
    room_id = uuid4().hex
    sent = [chunk(room_id, n) for n in range(50)] + [chunk(room_id, 50, MAX_CHUNK_BYTES)]
    producer = ChunkProducer(kafka)
    for each in sent:
        producer.send(each)
    producer.finish(20)
    producer.close()
    assert read_until(kafka, room_id, len(sent)) == sent


def test_a_producer_learns_that_the_broker_is_away() -> None:
    producer = ChunkProducer(f"127.0.0.1:{processes.free_port()}", timeout_ms=600)
    producer.send(chunk("r", 0))
    with pytest.raises(Unavailable):
        producer.finish(5)
    producer.close()


@pytest.mark.embedded
@pytest.mark.parametrize("waiting", [1, 40], ids=["one given up", "a queue given up"])
async def test_a_broker_that_stood_still_longer_than_records_wait_takes_them_again_in_order(
    tmp_path: Path, waiting: int
) -> None:
    """Otherwise the producer is fenced ("a newer producer with the same transactionalId") and never publishes again."""
    port = processes.free_port()
    broker = embedded.start_broker(tmp_path, port)
    ensure_topics(kafka := f"127.0.0.1:{port}", partitions=1)
    publisher, room_id = Publisher(kafka, timeout_ms=2_500), uuid4().hex
    chunks = [chunk(room_id, n) for n in range(waiting + 4)]
    await publisher.publish(chunks[0])
    broker.send_signal(signal.SIGSTOP)
    given_up = await asyncio.gather(*map(publisher.publish, chunks[1 : waiting + 1]), return_exceptions=True)
    broker.send_signal(signal.SIGCONT)
    for each in chunks[1:]:
        await asyncio.wait_for(through_outages(functools.partial(publisher.publish, each)), 15)
    await asyncio.to_thread(publisher.close)
    found = await asyncio.to_thread(read_until_last, kafka, chunks[-1])
    processes.stop(broker)
    assert [type(error) for error in given_up] == [Unavailable] * waiting
    assert found[-len(chunks[1:]) :] == chunks[1:]


async def test_the_gateway_returns_the_stewards_answer_and_none_when_nobody_answers(kafka: str) -> None:
    publisher = Publisher(kafka)
    gateway = KafkaGateway(kafka, publisher, decision_s=2.0)
    gateway.start()
    room_id, no = uuid4().hex, "the room is not there"

    async def refuse() -> None:
        await asyncio.sleep(0.2)
        await publisher.publish(Refused(command_id=f"{room_id}-1", room_id=room_id, reason="unknown_room", detail=no))

    def ask(number: int) -> Command:
        return Command(command_id=f"{room_id}-{number}", room_id=room_id, actor="a", at_ms=1, ask=CloseRoom())

    answer, _ = await asyncio.gather(gateway.ask(ask(1)), refuse())
    assert isinstance(answer, Refused)
    assert answer.detail == no
    assert await gateway.ask(ask(2)) is None
    await asyncio.to_thread(gateway.close)
    await asyncio.to_thread(publisher.close)


async def test_an_empty_final_takes_its_draft_back_for_whoever_comes_later(kafka: str) -> None:
    publisher, room_id = Publisher(kafka), uuid4().hex
    gateway = KafkaGateway(kafka, publisher)
    gateway.start()
    draft, last = caption("Good", room_id=room_id, status="draft"), caption("Good evening.", 1, room_id=room_id)

    async def arrived() -> None:
        async for record in gateway.follow(room_id):
            if record == last:
                return

    arriving = asyncio.create_task(arrived())
    await asyncio.sleep(0)
    for record in (draft, caption("", room_id=room_id), draft, last):
        await publisher.publish(record)
    await asyncio.wait_for(arriving, 15)
    assert [(one.text, one.status) for one in gateway.captions(room_id)] == [("", "final"), ("Good evening.", "final")]
    await asyncio.to_thread(gateway.close)
    await asyncio.to_thread(publisher.close)
