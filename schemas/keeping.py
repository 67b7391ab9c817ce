"""What the object store lists and what the search index takes."""

from typing import Any, ClassVar

from schemas.base import Record


class StoredObject(Record, frozen=True, kw_only=True):
    key: str
    size: int


class Certificate(Record, frozen=True, kw_only=True):
    """What is left of a purged room, under `certificates/{room_id}.json`: what was deleted, when and why.

    `objects` are the deleted objects, tracks numbered instead of named; `bytes` is their sum. `head` is the SHA-256
    (hex) of the log's last entry, number `position`, which vouches for all before it. `key_id` names the key with which
    everything of the room was sealed and which is destroyed with it, backups included; empty where nothing was sealed.
    No words, titles or people.
    """

    room_id: str
    policy: str
    reason: str
    purged_ms: int
    head: str
    position: int
    bytes: int
    objects: tuple[StoredObject, ...]
    key_id: str = ""


class Erasure(Record, frozen=True, kw_only=True):
    """A line of the ledger of erasures: these tracks of a room were erased by entry `position` of its log. No names."""

    room_id: str
    track_ids: tuple[str, ...]
    requested_ms: int
    position: int


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
