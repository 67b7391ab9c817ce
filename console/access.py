"""Who may hear a recording: the kind of door and a room's state in, the room or the reason why not out."""

import hmac
import re
import secrets

import structlog

from console.services import Services
from processors.clocks import clocks, expired
from processors.needs import is_id
from schemas.errors import Invalid
from schemas.rooms import Room

audit = structlog.get_logger("audit")

_ACTOR = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?")
SECRET_BYTES = 16
"""128 bits, from the operating system: nobody guesses a link."""


def new_token(room_id: str) -> str:
    """A link's secret. It begins with the room's id, so that a listener is let in without a search."""
    return f"{room_id}-{secrets.token_hex(SECRET_BYTES)}"


def actor_of(header: str | None) -> str:
    """Who says they are asking: 1 to 100 printable ASCII characters."""
    if header is None:
        return "anonymous"
    if not _ACTOR.fullmatch(header):
        raise Invalid("actor_malformed", "use 1 to 100 printable ASCII characters", field="Earwitness-Actor")
    return header


async def known_room(services: Services, room_id: str) -> Room:
    room = await services.log.load(room_id) if is_id(room_id) else None
    if room is None:
        raise Invalid("unknown_room", f"there is no room {room_id!r}", field="room_id")
    return room


async def hosts_recording(services: Services, room_id: str) -> Room:
    """The host's door: shut once the recording is deleted."""
    return _present(await known_room(services, room_id))


async def public_recording(services: Services, token: str) -> Room:
    """The public door: shut also when the public time is over; without a word about rooms it does not open to."""
    room_id = token.rpartition("-")[0]
    room = await services.log.load(room_id) if is_id(room_id) else None
    if room is None or not room.share_token or not hmac.compare_digest(room.share_token.encode(), token.encode()):
        raise Invalid("unknown_link", "this link leads nowhere", field="token")
    if expired(clocks(room, services.now()).public_until, services.now()):
        raise Invalid("public_time_over", "the time in which this recording was public is over", field="token")
    return _present(room)


async def evidence_recording(services: Services, room_id: str, actor: str, path: str) -> Room:
    """The moderator's door: open until the purge; whoever comes through is written down."""
    room = await known_room(services, room_id)
    if room.purged_ms is not None:
        raise Invalid("purged", "the recording has been purged", field="room_id")
    audit.info("evidence_opened", room_id=room_id, actor=actor, path=path, at_ms=services.now())
    return room


def _present(room: Room) -> Room:
    if room.purged_ms is not None:
        raise Invalid("purged", "the recording has been purged")
    if room.deleted_ms is not None:
        raise Invalid("recording_deleted", "the host has deleted this recording")
    return room
