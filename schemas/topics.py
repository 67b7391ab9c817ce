"""The topics as data: name, what travels on it, and how long it stays. The key is always the room's id."""

from schemas.asks import Command
from schemas.audio import AudioChunk, PartStored, RoomEnded, TrackEnded
from schemas.base import Record
from schemas.captions import Caption, CaptionState, TranscriptEnded
from schemas.facts import Entry, Refused
from schemas.findings import Finding
from schemas.letters import DeadLetter

HOUR_MS = 3_600_000


class Topic(Record, frozen=True, kw_only=True):
    name: str
    retention_ms: int


AUDIO = Topic(name="audio.chunks", retention_ms=24 * HOUR_MS)
COMMANDS = Topic(name="room.commands", retention_ms=24 * HOUR_MS)
EVENTS = Topic(name="room.events", retention_ms=24 * HOUR_MS)
REFUSALS = Topic(name="room.refusals", retention_ms=HOUR_MS)
PARTS = Topic(name="parts.stored", retention_ms=24 * HOUR_MS)
CAPTIONS = Topic(name="captions", retention_ms=24 * HOUR_MS)
CAPTION_STATES = Topic(name="captions.state", retention_ms=HOUR_MS)
FINDINGS = Topic(name="findings", retention_ms=24 * HOUR_MS)
LETTERS = Topic(name="dead.letters", retention_ms=14 * 24 * HOUR_MS)

TOPICS = (AUDIO, COMMANDS, EVENTS, REFUSALS, PARTS, CAPTIONS, CAPTION_STATES, FINDINGS, LETTERS)

TOPIC_OF: dict[type[Record], Topic] = {
    AudioChunk: AUDIO,
    TrackEnded: AUDIO,
    RoomEnded: AUDIO,
    Command: COMMANDS,
    Entry: EVENTS,
    Refused: REFUSALS,
    PartStored: PARTS,
    Caption: CAPTIONS,
    TranscriptEnded: CAPTIONS,
    CaptionState: CAPTION_STATES,
    Finding: FINDINGS,
    DeadLetter: LETTERS,
}
