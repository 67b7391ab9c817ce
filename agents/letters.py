"""A chunk that is refused and the reason in; the dead letter that keeps it whole out."""

from agents.ports import Delivery
from schemas.audio import AudioChunk
from schemas.errors import Invalid
from schemas.letters import DeadLetter
from schemas.wire import CHUNK_TYPE


def chunk_letter(delivery: Delivery[AudioChunk], refusal: Invalid, at_ms: int) -> DeadLetter:
    """The headers are made again from the record: it was decoded from them."""
    return DeadLetter(
        reason=refusal.reason,
        detail=refusal.detail,
        field=refusal.field,
        topic=delivery.topic,
        partition=delivery.partition,
        offset=delivery.offset,
        room_id=delivery.record.room_id,
        headers=_headers(delivery.record),
        raw=delivery.record.data,
        at_ms=at_ms,
    )


def _headers(chunk: AudioChunk) -> tuple[tuple[str, bytes], ...]:
    named = {
        "ce_specversion": "1.0",
        "ce_type": CHUNK_TYPE,
        "content-type": chunk.content_type,
        "ce_roomid": chunk.room_id,
        "ce_trackid": chunk.track_id,
        "ce_sequence": chunk.sequence,
        "ce_capturedms": chunk.captured_ms,
        "ce_durationms": chunk.duration_ms,
    }
    return tuple((name, str(value).encode()) for name, value in named.items())
