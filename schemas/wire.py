"""Records in, Kafka headers and value out, and back: CloudEvents 1.0 in the Kafka binding's binary mode.

Source: CloudEvents 1.0.2, Kafka Protocol Binding (`ce_` prefix for attributes, `content-type` for the media type).
An audio chunk's value is its raw bytes; every other record's value is JSON.
"""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import msgspec

from schemas.audio import AudioChunk, AudioRecord, RoomEnded, TrackEnded
from schemas.base import Record
from schemas.errors import Malformed
from schemas.topics import AUDIO, TOPIC_OF

Headers = tuple[tuple[str, bytes], ...]

SOURCE = "earwitness"
LAST_MS = 253_402_300_799_999
"""The end of the year 9999, beyond which RFC 3339 writes no time."""
CHUNK_TYPE = "earwitness.audio.chunk"
MARK_TYPES: dict[str, type[TrackEnded] | type[RoomEnded]] = {
    "earwitness.track.ended": TrackEnded,
    "earwitness.room.ended": RoomEnded,
}


def encode(record: Record) -> tuple[Headers, bytes]:
    """Return the headers and the value that carry `record`."""
    if isinstance(record, AudioChunk):
        return _chunk_headers(record), record.data
    return _json_headers(record), msgspec.json.encode(record)


def decode(topic: str, headers: Any, value: bytes | None) -> Record:
    """Return the record that a message of `topic` carries, or raise `Malformed` naming the header or field.

    `headers` are pairs of name and bytes (None where there is no value), as every client has them.
    """
    if topic == AUDIO.name:
        return _decode_audio(dict(headers), value or b"")
    return _decode_json(_union(topic), value or b"")


def _chunk_headers(chunk: AudioChunk) -> Headers:
    return _headers(
        id=f"{chunk.room_id}/{chunk.track_id}/{chunk.sequence}",
        type=CHUNK_TYPE,
        time_ms=chunk.captured_ms,
        content_type=chunk.content_type,
        roomid=chunk.room_id,
        trackid=chunk.track_id,
        sequence=chunk.sequence,
        capturedms=chunk.captured_ms,
        durationms=chunk.duration_ms,
    )


def _json_headers(record: Record) -> Headers:
    kind = next((name for name, mark in MARK_TYPES.items() if isinstance(record, mark)), None)
    return _headers(
        id=_identity(record),
        type=kind or f"earwitness.{type(record).__name__}",
        time_ms=getattr(record, "at_ms", None),
        content_type="application/json",
        roomid=getattr(record, "room_id", ""),
    )


def _identity(record: Record) -> str:
    """The record's own id when it has one; else what it says of itself, which is the same for the same record."""
    for name in ("command_id", "caption_id", "finding_id"):
        if own := getattr(record, name, None):
            return f"{own}/{getattr(record, 'position', '')}".rstrip("/")
    return f"{getattr(record, 'room_id', '')}/{getattr(record, 'track_id', '')}/{getattr(record, 'index', '')}"


def _headers(*, id: str, type: str, time_ms: int | None, content_type: str, **extensions: str | int) -> Headers:
    attributes: dict[str, str | int] = {"specversion": "1.0", "id": id, "type": type, "source": SOURCE}
    if time_ms is not None and time_ms <= LAST_MS:
        attributes["time"] = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    named = [(f"ce_{name}", str(value).encode()) for name, value in (attributes | extensions).items()]
    return (*named, ("content-type", content_type.encode()))


def _decode_audio(headers: dict[str, bytes], value: bytes) -> AudioRecord:
    kind = _text(headers, "ce_type")
    if kind == CHUNK_TYPE:
        return AudioChunk(
            room_id=_text(headers, "ce_roomid"),
            track_id=_text(headers, "ce_trackid"),
            sequence=_number(headers, "ce_sequence"),
            captured_ms=_number(headers, "ce_capturedms"),
            duration_ms=_number(headers, "ce_durationms"),
            content_type=_text(headers, "content-type"),
            data=value,
        )
    if kind in MARK_TYPES:
        return cast(AudioRecord, _decode_json(MARK_TYPES[kind], value))
    raise Malformed("header_malformed", f"ce_type is {kind!r}; send {CHUNK_TYPE!r}", field="ce_type")


def _text(headers: dict[str, bytes], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise Malformed("header_missing", f"the header {name} is missing", field=name)
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Malformed("header_malformed", f"the header {name} is not UTF-8", field=name) from error


def _number(headers: dict[str, bytes], name: str) -> int:
    text = _text(headers, name)
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise Malformed("header_malformed", f"the header {name} must be a whole number of 0 or more", field=name)
    return int(text)


@cache
def _union(topic: str) -> Any:
    types = tuple(record for record, carried_by in TOPIC_OF.items() if carried_by.name == topic)
    return types[0] if len(types) == 1 else types[0] | types[1]


def _decode_json(type_: Any, value: bytes) -> Record:
    try:
        return cast(Record, msgspec.json.decode(value, type=type_))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed("json_malformed", str(error), field=field_of(str(error))) from error


def field_of(complaint: str) -> str:
    """The dotted field that one of msgspec's messages complains about, or an empty string.

    They read: Object missing required field `title` - at `$.ask`.
    """
    path = re.search(r"at `\$\.?([^`]*)`$", complaint)
    named = re.search(r"field `([^`]+)`", complaint)
    return ".".join(found.group(1) for found in (path, named) if found and found.group(1))
