"""Commands in; log entries, refusals, and the ends of recorded tracks and rooms among their audio out."""

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any

import structlog

from agents.outages import through_outages
from agents.ports import Agent, Delivery, Now, Outputs, RoomLog
from schemas.asks import Command
from schemas.audio import RoomEnded, TrackEnded
from schemas.base import Record
from schemas.errors import Malformed
from schemas.facts import UNCHANGED, Entry, Refused, RoomClosed, TrackLeft

log = structlog.get_logger()


def steward(rooms: RoomLog, now: Now) -> Agent:
    """Make the agent of topic `room.commands`. A command that comes again has the same outputs again.

    The ends go out after the facts, onto the topic of the audio: whatever was sent before them comes before them.
    A room that was not recorded is forgotten once everybody has been told that it closed.
    """

    async def run(deliveries: AsyncIterator[Delivery[Any]]) -> Outputs:
        async for delivery in deliveries:
            room_id = delivery.record.room_id
            answer = await _answer(rooms, delivery.record, now())
            for told in answer:
                yield told
            ends = _ends(answer)
            if ends and await _is_recorded(rooms, room_id):
                for end in ends:
                    yield end
            elif any(isinstance(end, RoomEnded) for end in ends):
                await through_outages(partial(rooms.erase, room_id))
            await delivery.ack()

    return run


async def _answer(rooms: RoomLog, command: Command, now_ms: int) -> tuple[Entry | Refused, ...]:
    """What whoever asked is told: what happened, why nothing did, or that nothing had to."""
    try:
        answer = await through_outages(partial(rooms.decide, command, now_ms))
    except Malformed as damage:  # one room's log; the other rooms go on
        log.error("log_damaged", room_id=command.room_id, detail=damage.detail)
        return (_refused(command, damage.reason, damage.detail),)
    if isinstance(answer, Refused):
        log.info("command_refused", room_id=command.room_id, command_id=command.command_id, reason=answer.reason)
        return (answer,)
    return answer or (_refused(command, UNCHANGED, "the room is already as asked"),)


def _refused(command: Command, reason: str, detail: str) -> Refused:
    return Refused(command_id=command.command_id, room_id=command.room_id, reason=reason, detail=detail)


def _ends(answer: Iterable[Entry | Refused]) -> list[Record]:
    """The marks that stand among the audio for what the entries say."""
    ends: list[Record] = []
    for entry in answer:
        match entry:
            case Entry(fact=TrackLeft(track_id=track_id)):
                ends.append(TrackEnded(room_id=entry.room_id, track_id=track_id, at_ms=entry.at_ms))
            case Entry(fact=RoomClosed()):
                ends.append(RoomEnded(room_id=entry.room_id, at_ms=entry.at_ms))
    return ends


async def _is_recorded(rooms: RoomLog, room_id: str) -> bool:
    room = await through_outages(partial(rooms.load, room_id))
    return room is not None and room.record
