"""A Faust stream and an agent in, a function for `app.agent` out: decoding, dead letters and publishing.

Acks are explicit (`noack`), so a record's offset can move only when the agent says that its work is durable.
Records that an agent yields in a tuple are published side by side: one wait for all of them.
A bug ends the process before the offset moves; the supervisor starts it again and the record comes back.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import faust
import structlog

from agents.outages import through_outages
from agents.ports import Agent, Delivery, Now
from schemas.base import Record
from schemas.errors import Malformed
from schemas.letters import DeadLetter
from schemas.wire import decode
from streams.transport import records_of

log = structlog.get_logger()

EXIT_BUG = 70
"""EX_SOFTWARE of sysexits.h."""

Publish = Callable[[Record], Awaitable[None]]


class RawSchema(faust.Schema[Any, Any]):
    """Leaves keys and values as bytes: what does not decode must reach us, not vanish in Faust."""

    def loads_key(self, app: Any, message: Any, **_: Any) -> Any:
        return message.key

    def loads_value(self, app: Any, message: Any, **_: Any) -> Any:
        return message.value


def bind(app: faust.App, topic: str, name: str, agent: Agent, publish: Publish, now: Now) -> None:
    """Run `agent` on `topic` of `app`; each record it yields is published before it goes on."""

    async def run(stream: Any) -> AsyncIterator[None]:
        try:
            async for output in agent(_deliveries(stream, publish, now)):
                records = output if isinstance(output, tuple) else (output,)
                await asyncio.gather(*(publish_durably(publish, record) for record in records))
                yield
        except Exception:  # whatever it is, it is a bug: end before the offset moves
            log.exception("agent_failed", agent=name)
            os._exit(EXIT_BUG)

    app.agent(app.topic(topic, schema=RawSchema(), value_type=bytes), name=name)(run)


async def publish_durably(publish: Publish, record: Record) -> None:
    """Publish, again and again while the broker is away: an agent's output is never dropped."""
    await through_outages(lambda: publish(record))


async def _deliveries(stream: Any, publish: Publish, now: Now) -> AsyncIterator[Delivery[Any]]:
    acking = stream.noack()
    async for event in acking.events():
        for message in records_of(event.message):
            delivery = await _decoded(message, event.app.consumer, publish, now)
            if delivery is not None:
                yield delivery


async def _decoded(message: Any, consumer: Any, publish: Publish, now: Now) -> Delivery[Any] | None:
    async def ack() -> None:
        message.ack(consumer)

    try:
        record = decode(message.topic, message.headers or (), message.value)
    except Malformed as error:
        await publish_durably(publish, _letter(message, error, now()))
        await ack()
        return None
    return Delivery(record, ack=ack, topic=message.topic, partition=message.partition, offset=message.offset)


def _letter(message: Any, error: Malformed, now_ms: int) -> DeadLetter:
    return DeadLetter(
        reason=error.reason,
        detail=error.detail,
        field=error.field,
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        room_id=(message.key or b"").decode(errors="replace"),
        headers=tuple((name, bytes(value or b"")) for name, value in message.headers or ()),
        raw=message.value or b"",
        at_ms=now_ms,
    )
