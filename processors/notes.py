"""A chunk's number in; whether it may go into native code, and a note for as long as it is there, out.

Decoders are native code, and bytes can end the process in it: nothing is left then that could say which. The note
outlives the process; whoever comes after reads it and leaves out what it died of (docs/decisions/0028).
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from schemas.errors import Invalid


class TrackNotes(Protocol):
    """The notes on one track."""

    def deadly(self, sequence: int) -> bool:
        """Whether the process has died of this chunk often enough to leave it out."""

    def in_hand(self, sequence: int) -> AbstractContextManager[None]:
        """Note that the chunk is being decoded; a block that ends well, or with `Invalid`, takes the note back."""


class Notes(Protocol):
    """What this process decodes, and what processes like it died of."""

    def of(self, room_id: str, track_id: str) -> TrackNotes: ...


class Unnoted:
    """Where nobody comes after: a test, a measurement."""

    def deadly(self, sequence: int) -> bool:
        return False

    def in_hand(self, sequence: int) -> AbstractContextManager[None]:
        return nullcontext()


UNNOTED = Unnoted()


class NoNotes:
    """Of no track anything."""

    def of(self, room_id: str, track_id: str) -> TrackNotes:
        return UNNOTED


NO_NOTES = NoNotes()


def refuse_deadly(notes: TrackNotes, sequence: int) -> None:
    """Raise `Invalid("deadly")` for a chunk that is left out."""
    if notes.deadly(sequence):
        raise Invalid("deadly", f"decoding chunk {sequence} ended the process more than once", field="data")
