"""Words in, the passages in which they were said out, each with the address at which it is heard."""

import html
import re
from typing import ClassVar

from litestar import get
from litestar.params import FromQuery

from console.asking import Desk, GivenDesk
from processors import queries
from schemas.base import Record
from schemas.errors import Invalid
from schemas.rooms import Room


class Piece(Record, frozen=True, kw_only=True):
    """A stretch of a passage; `match` says whether it is what was looked for."""

    text: str
    match: bool

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class Passage(Record, frozen=True, kw_only=True):
    """Something said. Times are room time, ms; `score` only ranks; `listen_url` opens the evidence at its second."""

    room_id: str
    title: str
    track_id: str
    speaker: str
    start_ms: int
    end_ms: int
    text: str
    pieces: tuple[Piece, ...]
    score: float
    listen_url: str

    _private: ClassVar[frozenset[str]] = frozenset({"text", "pieces"})


class Passages(Record, frozen=True, kw_only=True):
    hits: tuple[Passage, ...]


@get("/search", tags=["moderation"])
async def search(
    desk: GivenDesk,
    q: FromQuery[str] = "",
    room: FromQuery[str] = "",
    speaker: FromQuery[str] = "",
    phrase: FromQuery[bool] = False,
) -> Passages:
    """Find what was said: all the words, or with `phrase` in this order; where nobody said them, what comes near."""
    if not q.strip():
        raise Invalid("field_missing", "say what to look for", field="q")
    wanted = queries.Wanted(words=q, mode="phrase" if phrase else "words", room_id=room, speaker=speaker)
    hits = await _found(desk, wanted)
    if not hits and not phrase:
        hits = await _found(desk, queries.Wanted(words=q, mode="fuzzy", room_id=room, speaker=speaker))
    return Passages(hits=tuple(_passage(hit, desk.services.base_url) for hit in hits))


def pieces(highlighted: str) -> tuple[Piece, ...]:
    """Take highlighted HTML apart, so that a page can mark what was found without taking markup from us."""
    parts = enumerate(re.split(r"<mark>(.*?)</mark>", highlighted, flags=re.DOTALL))
    return tuple(Piece(text=html.unescape(part), match=n % 2 == 1) for n, part in parts if part)


async def _found(desk: Desk, wanted: queries.Wanted) -> tuple[queries.Hit, ...]:
    """Hits of the final pass; of the live one only in rooms that have no other yet."""
    response = await desk.services.index.search(wanted.index, queries.utterances(wanted))
    hits = queries.hits(response, wanted).hits
    rooms = {room_id: await desk.services.log.load(room_id) for room_id in {hit.room_id for hit in hits}}
    return tuple(hit for hit in hits if _served(hit, rooms[hit.room_id]))


def _served(hit: queries.Hit, room: Room | None) -> bool:
    if room is not None and hit.track_id in room.erased:
        return False  # the index is told a moment later
    return hit.pass_name == "final" or _only_live(room)


def _only_live(room: Room | None) -> bool:
    return room is not None and room.transcript is None


def _passage(hit: queries.Hit, base_url: str) -> Passage:
    return Passage(
        room_id=hit.room_id,
        title=hit.title,
        track_id=hit.track_id,
        speaker=hit.speaker,
        start_ms=hit.start_ms,
        end_ms=hit.end_ms,
        text=hit.text,
        pieces=pieces(hit.highlighted),
        score=hit.score,
        listen_url=f"{base_url}/moderate/{hit.room_id}?t={hit.start_ms / 1000:g}",
    )
