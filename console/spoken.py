"""A correction of what was said, or the wish to be out of it, in; what is served of the room from now on, out."""

from typing import Annotated, ClassVar

import msgspec
import structlog
from litestar import Router, post, put
from litestar.params import FromPath, JSONBody

from console.access import hosts_recording, known_room
from console.asking import Desk, GivenDesk
from processors.clocks import clocks
from processors.layout import transcript_key
from processors.serving import served
from schemas.asks import CorrectCaption, EraseSpeaker
from schemas.base import Record
from schemas.captions import Caption, Transcript
from schemas.errors import Invalid
from schemas.facts import SpeakerErased
from schemas.rooms import Clock, Room

audit = structlog.get_logger("audit")

STAYS = (
    "the parts as they were recorded and the room's log, which nobody is served: they are the evidence of cases and "
    "complaints (GDPR Art. 17(3)(e), DSA Art. 20), and go with the room"
)


class Words(Record, frozen=True, kw_only=True):
    """What a caption should say."""

    text: Annotated[str, msgspec.Meta(max_length=2000)]

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class Speaker(Record, frozen=True, kw_only=True):
    speaker: Annotated[str, msgspec.Meta(max_length=200)]


class Erased(Record, frozen=True, kw_only=True):
    """The receipt: `tracks` are served no more. `stays` says what is kept all the same, `until` how long and why."""

    room_id: str
    tracks: tuple[str, ...]
    erased_ms: int
    stays: str
    until: Clock | None
    open_cases: tuple[str, ...]


@put("/captions/{caption_id:str}", tags=["recording"])
async def correct(desk: GivenDesk, room_id: FromPath[str], caption_id: FromPath[str], data: JSONBody[Words]) -> Caption:
    """Say what a caption should have said; what the engine heard stays beside it, and who corrected it is kept."""
    room = await hosts_recording(desk.services, room_id)
    before = _captioned(await transcript_of(desk, room), caption_id)
    after = await desk.ask(room_id, CorrectCaption(track_id=before.track_id, caption_id=caption_id, text=data.text))
    audit.info("caption_corrected", room_id=room_id, caption_id=caption_id, actor=desk.actor, at_ms=desk.services.now())
    return _captioned(await transcript_of(desk, after), caption_id)


@post("/erasures", status_code=200, tags=["recording"])
async def erase(desk: GivenDesk, room_id: FromPath[str], data: JSONBody[Speaker]) -> Erased:
    """Take a speaker out of everything that is served of the room, at once; the recording comes back without them."""
    entries = await desk.decide(room_id, EraseSpeaker(speaker=data.speaker))
    room = await known_room(desk.services, room_id)
    tracks = tuple(track for e in entries if isinstance(e.fact, SpeakerErased) for track in e.fact.track_ids)
    audit.info("speaker_erased", room_id=room_id, tracks=len(tracks), actor=desk.actor, at_ms=desk.services.now())
    return Erased(
        room_id=room_id,
        tracks=tracks,
        erased_ms=entries[0].at_ms,
        stays=STAYS,
        until=clocks(room, desk.services.now()).purge_at,
        open_cases=tuple(case.case_id for case in room.cases.values() if case.decided_ms is None),
    )


async def transcript_of(desk: Desk, room: Room) -> Transcript:
    """The final captions as they are served."""
    if room.transcript is None:
        raise Invalid("captions_not_ready", "captions are being prepared")
    data = await desk.services.store.get(transcript_key(room.room_id))
    return served(msgspec.json.decode(data, type=Transcript), room)


def _captioned(transcript: Transcript, caption_id: str) -> Caption:
    found = next((each for each in transcript.captions if each.caption_id == caption_id), None)
    if found is None:
        raise Invalid("unknown_caption", f"the room has no caption {caption_id!r}", field="caption_id")
    return found


spoken_router = Router("/rooms/{room_id:str}", route_handlers=[correct, erase])
