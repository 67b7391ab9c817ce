"""A screening policy put in force: what was applied, by whom, and from when on; one object each under `policies/`."""

from typing import ClassVar

from schemas.base import Record


class PolicyApplied(Record, frozen=True, kw_only=True):
    """Number `number` (from 0) of the policies in force, each holding the SHA-256 (hex) of the object before.

    Words that become final at `effective_ms` (Unix time) or later are judged by `text`, the policy file as it was
    given. Never changed and never removed: findings name the version that they were made with.
    """

    number: int
    previous: str
    version: str
    effective_ms: int
    applied_ms: int
    actor: str
    text: str

    _private: ClassVar[frozenset[str]] = frozenset({"text"})
