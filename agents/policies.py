"""A moment in, the screening policy that holds then out, as the object store says; and a new one into the store."""

import structlog

from agents.outages import through_outages
from agents.ports import Now, RecordingStore
from processors.layout import POLICIES, policy_key, policy_number
from processors.screening.policies import READ_EVERY_MS, applying, decoded, encoded, in_force
from processors.screening.policy import Policy, load_policy
from schemas.errors import Invalid, Unavailable
from schemas.policies import PolicyApplied

log = structlog.get_logger()


class PolicyBook:
    """The policies under `policies/`, looked at again every few seconds; `first` holds before any was applied.

    While the store is away the policies read before stay. One that cannot be read is passed over, and said so.
    """

    def __init__(self, store: RecordingStore, first: Policy, now: Now) -> None:
        self._store = store
        self._first = first
        self._now = now
        self._read_ms: int | None = None
        self._seen: set[str] = set()
        self._applied: list[PolicyApplied] = []
        self._policies: dict[int, Policy] = {}

    async def at(self, moment_ms: int) -> Policy:
        """The policy for words that became final at the moment (Unix ms)."""
        if self._read_ms is None:
            await through_outages(self._read)
        elif self._now() - self._read_ms >= READ_EVERY_MS:
            await self._read_again()
        held = in_force(self._applied, moment_ms)
        return self._first if held is None else self._policies[held.number]

    async def newest(self) -> PolicyApplied | None:
        """The last one that was applied, whether it holds already or not."""
        await self._read()
        return max(self._applied, key=lambda one: one.number, default=None)

    async def apply(self, text: str, *, actor: str, effective_ms: int | None = None) -> PolicyApplied:
        """Put a policy in force; raises `Invalid` for a mistake, `Conflict` where somebody else was first."""
        await self._read()
        entry = applying(
            self._applied,
            text,
            actor=actor,
            now_ms=self._now(),
            effective_ms=effective_ms,
            first=self._first,
            number=max(map(policy_number, self._seen), default=-1) + 1,
        )
        await self._store.put(policy_key(entry.number), encoded(entry), if_absent=True)
        return entry

    async def _read_again(self) -> None:
        try:
            await self._read()
        except Unavailable:
            log.warning("policies_not_read", known=len(self._applied))
            self._read_ms = self._now()

    async def _read(self) -> None:
        for found in await self._store.list(POLICIES):
            if found.key not in self._seen:
                self._take(found.key, await self._store.get(found.key))
                self._seen.add(found.key)
        self._read_ms = self._now()

    def _take(self, key: str, data: bytes) -> None:
        try:
            entry = decoded(data)
            policy = load_policy(entry.text)
        except Invalid as mistake:
            log.error("policy_passed_over", key=key, detail=mistake.detail)
            return
        self._applied.append(entry)
        self._policies[entry.number] = policy
        log.info("policy_read", version=entry.version, number=entry.number, effective_ms=entry.effective_ms)
