"""Rooms that were screened while the model was away in; the same rooms screened again, now that it is back, out."""

from collections.abc import AsyncIterator

import msgspec
import structlog

from agents.casework import Casework
from agents.policies import PolicyBook
from agents.ports import Now, RecordingStore, RoomLog
from agents.screener import screened_room
from processors.layout import UNSCREENED, transcript_key, unscreened_key
from processors.screening.classifier import Classifier
from schemas.asks import Ask, AttachScreening, Command
from schemas.base import Record
from schemas.captions import Transcript
from schemas.errors import Malformed, Missing, Unavailable

log = structlog.get_logger()


async def rescreened(
    rooms: RoomLog, store: RecordingStore, book: PolicyBook, classifier: Classifier, casework: Casework, now: Now
) -> AsyncIterator[Record]:
    """What to publish; nothing while the model is still away. A mark goes once what it stands for has been published.

    Findings and asks have the ids of the first time, so what the rules found already is neither doubled nor reopened.
    """
    marks = await store.list(UNSCREENED)
    if not marks or not _is_back(classifier):
        return
    for mark in marks:
        room_id = mark.key.removeprefix(UNSCREENED)
        transcript = await _transcript(room_id, rooms, store)
        if transcript is not None:
            spoken_ms = max((caption.emitted_ms for caption in transcript.captions), default=now())
            policy = await book.at(spoken_ms)
            outputs = screened_room(room_id, transcript.captions, policy, classifier, casework, store, now)
            missed = False
            async for output in outputs:
                yield output
                missed = isinstance(output, Command) and _by_rules_alone(output.ask)
            if missed:  # away again: the mark stays
                return
        await store.delete([unscreened_key(room_id)])
        log.info("room_screened_again", room_id=room_id)


def _by_rules_alone(ask: Ask) -> bool:
    return isinstance(ask, AttachScreening) and not ask.by_model


def _is_back(classifier: Classifier) -> bool:
    try:
        classifier.score([""])
    except Unavailable:
        return False
    return True


async def _transcript(room_id: str, rooms: RoomLog, store: RecordingStore) -> Transcript | None:
    """None for a room that is gone."""
    try:
        room = await rooms.load(room_id)
        if room is None or room.purged_ms is not None:
            return None
        return msgspec.json.decode(await store.get(transcript_key(room_id)), type=Transcript)
    except (Missing, Malformed, msgspec.DecodeError):
        return None
