"""Takes written lines and how long each sounds, gives their places and tracks in room time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from script import ScriptLine, Speaker

FRAME_MS = 20  # one Opus frame: tracks start and end on one


@dataclass(frozen=True, kw_only=True)
class PlacedLine:
    """A line as it is heard, in room time."""

    speaker: str
    start_ms: int
    end_ms: int
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Track:
    """When one speaker is in the room, from their join to their leave."""

    speaker: str
    starts_ms: int
    ends_ms: int

    @property
    def file(self) -> str:
        return f"{self.speaker.lower()}.opus"


def placed(lines: Sequence[ScriptLine], lengths_ms: Sequence[int]) -> list[PlacedLine]:
    """Lay the lines one after the other, each its pause after the end of the one before."""
    result: list[PlacedLine] = []
    end_ms = 0
    for line, length_ms in zip(lines, lengths_ms, strict=True):
        start_ms = end_ms + line.pause_ms
        end_ms = start_ms + length_ms
        result.append(
            PlacedLine(
                speaker=line.speaker,
                start_ms=start_ms,
                end_ms=end_ms,
                kind=line.kind,
                text=line.text,
            )
        )
    return result


def track_of(speaker: Speaker, lines: Sequence[PlacedLine], room_ms: int) -> Track:
    """The stretch of room time in which the speaker is there, on whole frames."""
    own = [line for line in lines if line.speaker == speaker.name]
    starts_ms, ends_ms = 0, room_ms
    if speaker.joins_before_first_line_ms is not None:
        starts_ms = own[0].start_ms - speaker.joins_before_first_line_ms
    if speaker.leaves_after_last_line_ms is not None:
        ends_ms = own[-1].end_ms + speaker.leaves_after_last_line_ms
    return Track(speaker=speaker.name, starts_ms=to_frame(starts_ms), ends_ms=to_frame(ends_ms))


def to_frame(ms: int) -> int:
    return ms // FRAME_MS * FRAME_MS
