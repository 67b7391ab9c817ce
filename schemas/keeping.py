"""What the object store lists and what the search index takes."""

from typing import Any, ClassVar

from schemas.base import Record


class StoredObject(Record, frozen=True, kw_only=True):
    key: str
    size: int


class Document(Record, frozen=True, kw_only=True):
    """A document for the index: `index` is one of rooms, utterances, findings, cases, figures.

    `version` rises with each newer state of the same document; an older one never replaces a newer.
    """

    index: str
    id: str
    version: int
    room_id: str
    body: dict[str, Any]

    _private: ClassVar[frozenset[str]] = frozenset({"body"})
