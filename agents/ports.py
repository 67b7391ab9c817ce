"""The Protocols that agents need of the outside; `streams/` has an adapter for each, and one in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from schemas.asks import Command
from schemas.base import Record
from schemas.facts import Entry, Refused
from schemas.keeping import Document, StoredObject
from schemas.rooms import Room

R = TypeVar("R", bound=Record)
Now = Callable[[], int]
"""Unix time, ms."""


class Delivery(Generic[R]):
    """A record from a topic with its origin; `ack()` lets the offset move past it.

    An agent calls `ack` once what the record asked for is durable. Acks may come in any order; the committed offset
    only passes a record when all before it are acked too.
    """

    __slots__ = ("_ack", "offset", "partition", "record", "topic")

    def __init__(
        self, record: R, *, ack: Callable[[], Awaitable[None]], topic: str = "", partition: int = 0, offset: int = 0
    ) -> None:
        self.record = record
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self._ack = ack

    async def ack(self) -> None:
        await self._ack()


Deliveries = AsyncIterator[Delivery[R]]
Outputs = AsyncIterator[Record | tuple[Record, ...]]
Agent = Callable[[AsyncIterator[Delivery[Any]]], Outputs]
"""An async generator function: deliveries in, records out; each is published durably before the next is taken.

Records in a tuple are published side by side, in no order among each other.
"""


class RecordingStore(Protocol):
    """The object store. Every method raises `Unavailable` when the store is away."""

    async def put(self, key: str, data: bytes | Path, *, if_absent: bool = False) -> None:
        """Keep `data` (or the file at the path) under `key`; with `if_absent` raise `Conflict` when it exists."""

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        """Return the object's bytes from `start` (none when it ends before), or raise `Missing`."""

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        """All objects under `prefix` (which ends in `/`), by key."""

    async def folders(self, prefix: str) -> tuple[str, ...]:
        """The names of the folders right under `prefix` (which ends in `/`), sorted."""

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are not there are no error."""


class RoomLog(Protocol):
    """The rooms' logs, the truth about every room."""

    async def load(self, room_id: str) -> Room | None:
        """Fold the room's log into its state."""

    async def decide(self, command: Command, now_ms: int) -> tuple[Entry, ...] | Refused:
        """Decide, append durably, return the entries; none when the room is already as asked.

        A replayed command returns the entries of the first time.
        """

    async def room_ids(self) -> tuple[str, ...]:
        """All rooms that have a log."""

    async def erase(self, room_id: str) -> None:
        """Forget an unrecorded room altogether."""


class SearchIndex(Protocol):
    """The search index. Every method raises `Unavailable` when it is away."""

    async def put(self, documents: Sequence[Document]) -> None: ...

    async def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        """Run an Elasticsearch query body and return the response body. Body builders: `processors/queries.py`."""

    async def remove(self, index: str, terms: dict[str, str]) -> None:
        """Delete every document whose keyword fields equal `terms`."""

    async def refresh(self) -> None: ...
