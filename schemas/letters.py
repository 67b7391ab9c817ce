"""Records of topic `dead.letters`: data that was refused, kept whole with the reason and its origin."""

from typing import ClassVar

from schemas.base import Record


class DeadLetter(Record, frozen=True, kw_only=True):
    """`reason` is a stable code, `detail` says it to a person, `field` names the offending header or field.

    `topic`, `partition` and `offset` say where it came from; `raw` and `headers` are as they came.
    """

    reason: str
    detail: str
    field: str
    topic: str
    partition: int
    offset: int
    room_id: str
    headers: tuple[tuple[str, bytes], ...]
    raw: bytes
    at_ms: int

    _private: ClassVar[frozenset[str]] = frozenset({"headers", "raw"})
