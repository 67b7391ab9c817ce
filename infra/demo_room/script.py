"""Takes the table read from script.toml, gives the room as written: frozen and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = frozenset({"ordinary", "mention", "quote", "violation"})


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How one speaker sounds: `pace` stretches time, `pitch` scales pitch and formants together."""

    engine: str
    name: str
    pace: float
    pitch: float


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """A speaker in the room; without the two fields in ms they are there all the time."""

    name: str
    voice: Voice
    joins_before_first_line_ms: int | None
    leaves_after_last_line_ms: int | None


@dataclass(frozen=True, kw_only=True)
class ScriptLine:
    """A line as written, `pause_ms` after the end of the one before; below zero they overlap."""

    speaker: str
    pause_ms: int
    kind: str
    text: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}, not one of {sorted(KINDS)}")


@dataclass(frozen=True, kw_only=True)
class Script:
    """The room as written."""

    title: str
    host: str
    seed: int
    sentence_gap_ms: int
    room_tail_ms: int
    speakers: tuple[Speaker, ...]
    lines: tuple[ScriptLine, ...]


def speaker_from(table: dict[str, Any]) -> Speaker:
    return Speaker(
        name=table["name"],
        voice=Voice(
            engine=table["engine"],
            name=table["voice"],
            pace=table["pace"],
            pitch=table["pitch"],
        ),
        joins_before_first_line_ms=table.get("joins_before_first_line_ms"),
        leaves_after_last_line_ms=table.get("leaves_after_last_line_ms"),
    )


def script_from(table: dict[str, Any]) -> Script:
    """Check and freeze what script.toml holds; a line of an unknown kind raises ValueError."""
    speakers = tuple(speaker_from(each) for each in table["speakers"])
    lines = tuple(ScriptLine(**each) for each in table["lines"])
    return Script(**{**table, "speakers": speakers, "lines": lines})
