"""What was just sent on a track is found on the topic, whoever else sends."""

from uuid import uuid4

from schemas.audio import AudioChunk, RoomEnded
from streams.clock import now_ms
from streams.publisher import Publisher
from streams.recent import RecentAudio


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
    publisher, room_id = Publisher(kafka), uuid4().hex
    began_ms = now_ms()
    sent = [chunk(room_id, "a", n) for n in (0, 2, 1, 2)]
    for record in (*sent, chunk(room_id, "b", 7), chunk(uuid4().hex, "a", 8), RoomEnded(room_id=room_id, at_ms=1)):
        await publisher.publish(record)
    publisher.close()
    found = await RecentAudio(kafka).chunks(room_id, "a", began_ms)
    assert [one.sequence for one in found] == [0, 1, 2]
    assert {one.data for one in found} == {b"sound"}


async def test_a_track_that_nobody_sent_has_nothing(kafka: str) -> None:
    assert await RecentAudio(kafka).chunks("nobody", "a", now_ms()) == []
