"""Records go onto a topic and come back; what does not decode is named."""

import msgspec
import pytest

from schemas.asks import CloseRoom, Command, OpenRoom
from schemas.audio import AudioChunk, PartStored, RoomEnded, TrackEnded
from schemas.base import Record
from schemas.captions import CaptionState, TranscriptEnded
from schemas.errors import Malformed
from schemas.facts import Entry, Refused, RoomOpened
from schemas.letters import DeadLetter
from schemas.topics import TOPIC_OF
from schemas.wire import decode, encode

CHUNK = AudioChunk(
    room_id="r1",
    track_id="t1",
    sequence=7,
    captured_ms=1_700_000_000_000,
    duration_ms=1000,
    content_type="audio/ogg;codecs=opus",
    data=b"OggS\x00\xff",
)
RECORDS: list[Record] = [
    CHUNK,
    TrackEnded(room_id="r1", track_id="t1", at_ms=5),
    RoomEnded(room_id="r1", at_ms=6),
    Command(command_id="c", room_id="r1", actor="a", at_ms=1, ask=OpenRoom(title="t", host="h", record=True)),
    Command(command_id="c", room_id="r1", actor="a", at_ms=1, ask=CloseRoom()),
    Entry(
        room_id="r1",
        position=0,
        previous="0" * 64,
        command_id="c",
        actor="a",
        at_ms=1,
        fact=RoomOpened(title="t", host="h", record=True, policy="article_2022"),
    ),
    Refused(command_id="c", room_id="r1", reason="room_closed", detail="the room is closed"),
    TranscriptEnded(room_id="r1", pass_name="live", captions=3),
    CaptionState(room_id="r1", delayed=True, since_ms=4, reason="waiting", at_ms=5),
    PartStored(
        room_id="r1",
        track_id="t1",
        index=0,
        first_sequence=0,
        last_sequence=1,
        chunks=2,
        bytes=8,
        duration_ms=2000,
        sha256="ab",
        stored_ms=9,
    ),
    DeadLetter(
        reason="x",
        detail="y",
        field="z",
        topic="audio.chunks",
        partition=1,
        offset=2,
        room_id="r1",
        headers=(("ce_id", b"\xff"),),
        raw=b"\x00\xff",
        at_ms=3,
    ),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_as_it_was_sent(record: Record) -> None:
    assert decode(TOPIC_OF[type(record)].name, *encode(record)) == record


def test_a_chunk_is_its_raw_bytes_with_cloudevents_headers() -> None:
    headers, value = encode(CHUNK)
    assert value == CHUNK.data
    assert dict(headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"r1/t1/7",
        "ce_type": b"earwitness.audio.chunk",
        "ce_source": b"earwitness",
        "ce_time": b"2023-11-14T22:13:20.000+00:00",
        "ce_roomid": b"r1",
        "ce_trackid": b"t1",
        "ce_sequence": b"7",
        "ce_capturedms": b"1700000000000",
        "ce_durationms": b"1000",
        "content-type": b"audio/ogg;codecs=opus",
    }


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("ce_type", None, "header_missing"),
        ("ce_type", b"something.else", "header_malformed"),
        ("ce_roomid", None, "header_missing"),
        ("ce_roomid", b"\xff\xfe", "header_malformed"),
        ("ce_trackid", b"", "header_missing"),
        ("ce_sequence", b"-1", "header_malformed"),
        ("ce_sequence", b"seven", "header_malformed"),
        ("ce_sequence", "٧".encode(), "header_malformed"),
        ("ce_capturedms", b"9" * 40, "header_malformed"),
        ("ce_durationms", None, "header_missing"),
        ("content-type", None, "header_missing"),
    ],
)
def test_a_missing_or_malformed_header_is_named(header: str, value: bytes | None, reason: str) -> None:
    headers = {name: old for name, old in encode(CHUNK)[0] if name != header}
    if value is not None:
        headers[header] = value
    with pytest.raises(Malformed) as caught:
        decode("audio.chunks", tuple(headers.items()), CHUNK.data)
    assert (caught.value.reason, caught.value.field) == (reason, header)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (b"{not json", ""),
        (b"", ""),
        (b"\xff\xfe", ""),
        (b'{"command_id": "c"}', "room_id"),
        (
            b'{"command_id":"c","room_id":"r","actor":"a","at_ms":1,'
            b'"ask":{"type":"OpenRoom","title":1,"host":"h","record":true}}',
            "ask.title",
        ),
        (b'{"command_id":"c","room_id":"r","actor":"a","at_ms":1,"ask":{"type":"CloseRoom"},"extra":1}', "extra"),
        (b'{"command_id":"c","room_id":"r","actor":"a","at_ms":1,"ask":{"type":"Explode"}}', "ask.type"),
    ],
    ids=["broken", "empty", "not utf-8", "missing field", "wrong type", "unknown field", "unknown ask"],
)
def test_json_that_is_no_record_is_refused_with_the_place(value: bytes, field: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode("room.commands", (), value)
    assert caught.value.reason == "json_malformed"
    assert caught.value.field == field


def test_a_repr_never_shows_audio_or_words() -> None:
    letter = next(record for record in RECORDS if isinstance(record, DeadLetter))
    assert "OggS" not in repr(CHUNK)
    assert "data=<6>" in repr(CHUNK)
    assert "raw=<2>" in repr(letter)


def test_records_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        CHUNK.sequence = 8  # type: ignore[misc]  # that it cannot be done is the point
    assert msgspec.structs.replace(CHUNK, sequence=8).sequence == 8
