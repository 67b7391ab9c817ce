"""What was just sent on a track is found on the topic, whoever else sends."""

import pytest

from schemas.audio import AudioChunk, RoomEnded
from streams.clock import now_ms
from streams.publisher import Publisher
from streams.recent import RecentAudio
from streams.topics import ensure_topics

pytestmark = pytest.mark.embedded


def chunk(room_id: str, track_id: str, sequence: int) -> AudioChunk:
    return AudioChunk(
        room_id=room_id,
        track_id=track_id,
        sequence=sequence,
        captured_ms=now_ms(),
        duration_ms=1_000,
        content_type="audio/ogg",
        data=b"sound",
    )


async def test_the_chunks_of_one_track_are_found_once_and_in_order(kafka: str) -> None:
    ensure_topics(kafka, partitions=3)
    publisher = Publisher(kafka)
    began_ms = now_ms()
    sent = [chunk("r", "a", n) for n in (0, 2, 1, 2)]
    for record in (*sent, chunk("r", "b", 7), chunk("other", "a", 8), RoomEnded(room_id="r", at_ms=1)):
        await publisher.publish(record)
    publisher.close()
    found = await RecentAudio(kafka).chunks("r", "a", began_ms)
    assert [one.sequence for one in found] == [0, 1, 2]
    assert {one.data for one in found} == {b"sound"}


async def test_a_track_that_nobody_sent_has_nothing(kafka: str) -> None:
    ensure_topics(kafka, partitions=3)
    assert await RecentAudio(kafka).chunks("nobody", "a", now_ms()) == []
