"""What a producer has kept it finds again, in order, wherever its crash tore the file; and it never fills the disk."""

import functools
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.crash.services import KEPT, Service
from schemas.audio import AudioChunk
from schemas.errors import Unavailable
from schemas.topics import AUDIO
from streams import embedded, processes
from streams.producer import ChunkProducer
from streams.reading import TopicReader
from streams.spool import Spool
from streams.topics import ensure_topics
from tests.streams.test_publisher import chunk, read_until_last


def left(folder: Path) -> list[AudioChunk]:
    return [found for _, found in Spool(folder).recover()]


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(0, 400), min_size=1, max_size=20), lost=st.integers(0, 600), per=st.integers(1, 900))
def test_a_crash_at_any_byte_costs_nothing_that_was_whole(sizes: list[int], lost: int, per: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spool = Spool(folder, segment_bytes=per)
        sent, ends = [chunk("r", n, size) for n, size in enumerate(sizes)], []
        for each in sent:
            last = folder / f"{spool.append(each):08}.chunks"
            ends.append((last, last.stat().st_size))
        torn_at = max(last.stat().st_size - lost, 0)
        with last.open("r+b") as file:
            file.truncate(torn_at)
        whole = [each for each, (path, end) in zip(sent, ends, strict=True) if path != last or end <= torn_at]
        assert left(folder) == whole
        again = Spool(folder, segment_bytes=per)
        found = [each for _, each in again.recover()]
        again.append(chunk("r", 99))
        again.close()
        assert left(folder) == [*found, chunk("r", 99)]


@settings(max_examples=40, deadline=None)
@given(confirmed=st.sets(st.integers(0, 11)), per=st.integers(1, 900))
def test_what_is_not_confirmed_is_there_after_a_restart_and_what_is_done_goes(confirmed: set[int], per: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spool = Spool(folder, segment_bytes=per)
        segments = [spool.append(chunk("r", n)) for n in range(12)]
        for n in confirmed:
            spool.confirm(segments[n])
        spool.close()
        open_segments = {segments[n] for n in range(12) if n not in confirmed}
        assert [found.sequence for found in left(folder)] == [n for n in range(12) if segments[n] in open_segments]


def test_a_full_spool_says_so_and_takes_again_once_the_broker_has_confirmed(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=1000, segment_bytes=1)
    segments = [spool.append(chunk("r", n)) for n in range(3)]
    with pytest.raises(Unavailable, match="the spool is full"):
        spool.append(chunk("r", 3, size=900))
    for segment in segments[:-1]:
        spool.confirm(segment)
    spool.append(chunk("r", 3, size=400))
    assert 0 < spool.size <= 1000


@pytest.mark.embedded
@pytest.mark.timeout(200)
def test_what_was_not_confirmed_when_broker_and_producer_died_arrives_once_both_are_back(tmp_path: Path) -> None:
    """The embedded broker comes back on its port without its topics, as under `earwitness up`."""
    port = processes.free_port()
    kafka = f"127.0.0.1:{port}"
    broker = embedded.start_broker(tmp_path, port)
    ensure_topics(kafka, partitions=1)
    first = ChunkProducer(kafka, spool=tmp_path / "spool")
    first.send(chunk("r", 0))
    first.finish(20)
    broker.kill()
    broker.wait()
    for n in range(1, 6):
        first.send(chunk("r", n))
    with pytest.raises(Unavailable, match="5 chunks were not confirmed"):
        first.finish(0.5)
    abandoned = tmp_path / "left by a crash"
    shutil.copytree(tmp_path / "spool", abandoned)  # what SIGKILL would leave: nothing is closed, nothing confirmed
    broker = embedded.start_broker(tmp_path, port)
    ensure_topics(kafka, partitions=1)
    second = ChunkProducer(kafka, spool=abandoned)
    second.finish(30)
    got: list[int] = []
    reader = TopicReader(kafka, [AUDIO], lambda record: got.append(record.sequence))  # type: ignore[attr-defined]
    until = time.monotonic() + 20
    while 5 not in got and time.monotonic() < until:
        time.sleep(0.1)
    reader.close()
    for producer in (first, second):
        producer.close()
    processes.stop(broker)
    assert list(dict.fromkeys(n for n in got if n)) == [1, 2, 3, 4, 5]


def send_next(producer: ChunkProducer, sent: list[AudioChunk]) -> None:
    """A chunk more, 200 a second."""
    sent.append(chunk("r", len(sent), size=4_000))
    producer.send(sent[-1])
    time.sleep(0.005)


@pytest.fixture
def own_kafka() -> Iterator[Service]:
    """A real Kafka for one test alone, which may kill it: it comes back on its port and data."""
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        broker = Service("kafka", Path(folder))
        yield broker
        broker.stop()


@pytest.mark.services
@pytest.mark.timeout(200)
def test_a_real_kafka_that_is_killed_while_a_producer_sends_costs_and_doubles_nothing(
    own_kafka: Service, tmp_path: Path
) -> None:
    """SIGKILL twice, each time with chunks on the way; the producer goes on into its spool and never has to know."""
    kafka = own_kafka.address()
    ensure_topics(kafka, partitions=1)
    producer = ChunkProducer(kafka, spool=tmp_path / "spool")
    sent: list[AudioChunk] = []
    for _ in range(2):
        while len(sent) % 400 or not sent or not own_kafka.running():
            send_next(producer, sent)
        assert own_kafka.kill()
        send_next(producer, sent)
    for _ in range(400):
        send_next(producer, sent)
    producer.finish(60)
    producer.close()
    assert read_until_last(kafka, sent[-1]) == sent
    assert left(tmp_path / "spool") == []


@pytest.mark.services
@pytest.mark.timeout(200)
def test_what_a_dead_producer_left_in_its_spool_reaches_a_real_kafka_that_died_too(
    own_kafka: Service, tmp_path: Path
) -> None:
    """A new producer on the folder as SIGKILL would leave it; what comes twice is the same and is recognised later."""
    kafka = own_kafka.address()
    ensure_topics(kafka, partitions=1)
    first = ChunkProducer(kafka, spool=tmp_path / "spool")
    sent = [chunk("r", n, size=4_000) for n in range(300)]
    for n, each in enumerate(sent):
        first.send(each)
        if n == 100:
            assert own_kafka.kill()
    abandoned = tmp_path / "left by a crash"
    shutil.copytree(tmp_path / "spool", abandoned)
    second = ChunkProducer(kafka, spool=abandoned)
    second.finish(60)
    second.close()
    first.finish(60)
    first.close()
    arrived = read_until_last(kafka, sent[-1])
    assert {each.sequence: each for each in arrived if isinstance(each, AudioChunk)} == dict(enumerate(sent))
    assert left(abandoned) == []


def test_a_full_spool_refuses_through_the_sdk_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.producer.Spool", functools.partial(Spool, most_bytes=2_000))
    producer = ChunkProducer(f"127.0.0.1:{processes.free_port()}", timeout_ms=2_000, spool=tmp_path)
    producer.send(chunk("r", 0, size=1_000))
    with pytest.raises(Unavailable, match=r"the spool is full: \d+ bytes wait for the broker; stop, or give it room"):
        producer.send(chunk("r", 1, size=1_000))
    assert producer.sent == 1
    producer.close()
