"""A record that is refused and the reason in; the dead letter that keeps it whole out."""

from typing import Any

from agents.ports import Delivery
from schemas.errors import Invalid
from schemas.letters import DeadLetter
from schemas.wire import encode


def dead_letter(delivery: Delivery[Any], refusal: Invalid, at_ms: int) -> DeadLetter:
    """Headers and value are made again from the record: it was decoded from them."""
    headers, value = encode(delivery.record)
    return DeadLetter(
        reason=refusal.reason,
        detail=refusal.detail,
        field=refusal.field,
        topic=delivery.topic,
        partition=delivery.partition,
        offset=delivery.offset,
        room_id=delivery.record.room_id,
        headers=headers,
        raw=value,
        at_ms=at_ms,
    )
