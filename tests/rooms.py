"""Asks in, rooms out: the states that tests begin with, made the way real rooms come into them."""

from typing import Any

from processors.deciding import decide
from processors.folding import apply, entries
from schemas.asks import (
    Ask,
    AttachRecording,
    AttachScreening,
    AttachTranscript,
    CloseRoom,
    Command,
    JoinTrack,
    OpenCase,
    OpenRoom,
    ReportRecording,
    SealTrack,
)
from schemas.facts import Entry, Refused
from schemas.rooms import Room

OPENED_MS = 1_700_000_000_000
DAY_MS = 86_400_000

OPEN = OpenRoom(title="Morning talk", host="hanna", record=True)
OPEN_UNRECORDED = OpenRoom(title="Morning talk", host="hanna", record=False)
JOIN_A = JoinTrack(track_id="a", speaker="Anna", content_type="audio/ogg;codecs=opus")
JOIN_B = JoinTrack(track_id="b", speaker="Bert", content_type="audio/L16;rate=16000;channels=1")
CLOSE = CloseRoom()
RECORDING = AttachRecording(duration_ms=9_000, recorded_ms={"a": 9_000}, manifest_sha256="e" * 64)
TRANSCRIPT = AttachTranscript(captions=3, words=12, engine="faster-whisper", model="tiny.en")
SCREENING = AttachScreening(findings=0, policy_version="2026-01")


def seal(track_id: str) -> SealTrack:
    return SealTrack(
        track_id=track_id,
        parts=1,
        chunks=9,
        bytes=900,
        chain="c" * 64,
        first_captured_ms=OPENED_MS,
        duration_ms=9_000,
    )


def finding(finding_id: str, start_ms: int, end_ms: int, **changes: Any) -> OpenCase:
    fields = {"track_id": "a", "category": "hate", "score": 0.9, "urgent": False} | changes
    return OpenCase(finding_id=finding_id, start_ms=start_ms, end_ms=end_ms, **fields)


def notice(**changes: Any) -> ReportRecording:
    fields = {"category": "hate", "explanation": "At three minutes.", "reporter": "rita", "good_faith": True} | changes
    return ReportRecording(**fields)


CLOSED_ASKS = (OPEN, JOIN_A, JOIN_B, CLOSE)
COMPLETED_ASKS = (*CLOSED_ASKS, seal("a"), seal("b"))
READY_ASKS = (*COMPLETED_ASKS, RECORDING, TRANSCRIPT, SCREENING)


def command(ask: Ask, command_id: str = "command", *, room_id: str = "room") -> Command:
    return Command(command_id=command_id, room_id=room_id, actor="hanna", at_ms=OPENED_MS, ask=ask)


def commands(*asks: Ask, room_id: str = "room") -> tuple[Command, ...]:
    return tuple(command(ask, f"command-{n}", room_id=room_id) for n, ask in enumerate(asks))


def log_of(*asks: Ask, at_ms: int = OPENED_MS, room: Room | None = None) -> tuple[Entry, ...]:
    """The entries that the asks cause, one after the other; a refusal fails the test that asked for it."""
    made: list[Entry] = []
    taken = 0 if room is None else len(room.commands)
    for n, ask in enumerate(asks, start=taken):
        asked = command(ask, f"command-{n}")
        facts = decide(room, asked, at_ms)
        assert not isinstance(facts, Refused), facts
        for entry in entries(room, asked, facts, at_ms):
            room = apply(room, entry)
            made.append(entry)
    return tuple(made)


def room_after(*asks: Ask, at_ms: int = OPENED_MS, room: Room | None = None) -> Room:
    """The room after the asks."""
    for entry in log_of(*asks, at_ms=at_ms, room=room):
        room = apply(room, entry)
    assert room is not None
    return room
