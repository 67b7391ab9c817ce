"""The Protocols that the console needs of the outside; `streams/` has an adapter for each, and one in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from schemas.asks import Command
from schemas.audio import AudioChunk
from schemas.captions import Caption, CaptionState
from schemas.facts import Entry, Refused
from schemas.keeping import StoredObject
from schemas.rooms import Room

Now = Callable[[], int]
"""Unix time, ms."""

Probe = Callable[[], Awaitable[None]]
"""Asks a part of the system for a sign of life; raises an `EarwitnessError` when there is none."""


class Gateway(Protocol):
    """The way to the broker. `ask` and `send` raise `Unavailable` when it is away."""

    async def ask(self, command: Command) -> tuple[Entry, ...] | Refused | None:
        """Send a command, wait for what became of it; `None` when that takes longer than a few seconds."""

    async def send(self, chunk: AudioChunk) -> None:
        """Publish a chunk; returns once the broker has confirmed it."""

    def follow(self, room_id: str) -> AsyncIterator[Entry | Caption | CaptionState]:
        """The room's records from the first `anext` on, without an end; cancelling it unsubscribes."""

    def captions(self, room_id: str) -> tuple[Caption, ...]:
        """What was said so far, the latest record of each caption, for those who come late."""

    def caption_state(self, room_id: str) -> CaptionState | None:
        """How the captions of the room are, as the captioner said last; `None` where it never did."""


class RecordingStore(Protocol):
    """The object store, for reading. Raises `Unavailable` when it is away."""

    async def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`: the health probe's only write."""

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        """Return the object's bytes from `start`, or raise `Missing`."""

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        """All objects under `prefix` (which ends in `/`), by key."""


class RoomLog(Protocol):
    """The rooms' logs, for reading."""

    async def load(self, room_id: str) -> Room | None:
        """Fold the room's log into its state."""

    async def room_ids(self) -> tuple[str, ...]:
        """All rooms that have a log."""


class SearchIndex(Protocol):
    """The search index. Raises `Unavailable` when it is away."""

    async def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        """Run an Elasticsearch query body and return the response body."""
