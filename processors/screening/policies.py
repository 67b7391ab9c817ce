"""Policies that were put in force, and a moment, in; the one that holds then out; and the next one to be put in force.

A policy holds from a stated moment on, later than everybody can have read it. So all workers use the new one for the
same words, and a repeated screening uses the one that held when they were said.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from processors.screening.policy import Policy, load_policy
from schemas.errors import Invalid, Malformed
from schemas.facts import ZERO_DIGEST
from schemas.policies import PolicyApplied

READ_EVERY_MS = 2_000
"""How often a worker looks for a new policy."""

LEAST_NOTICE_MS = 5_000
"""A policy holds no sooner than this after it was applied: two looks of a worker, and clocks that differ."""


def in_force(applied: Sequence[PolicyApplied], moment_ms: int) -> PolicyApplied | None:
    """The last one applied of those that hold at the moment (Unix ms); None before the first."""
    return max((one for one in applied if one.effective_ms <= moment_ms), key=lambda one: one.number, default=None)


def applying(
    applied: Sequence[PolicyApplied],
    text: str,
    *,
    actor: str,
    now_ms: int,
    effective_ms: int | None = None,
    first: Policy | None = None,
    number: int | None = None,
) -> PolicyApplied:
    """The entry that puts `text` in force after those `applied` and after `first`, which holds without any.

    `number` is given where some that cannot be read have numbers too. Raises `Invalid` for a policy with a mistake, and
    for a version that there was with another text: findings name the policy that they were made with by its version.
    An earlier one may be put in force again as it was.
    """
    policy = load_policy(text)
    version = policy.version
    others = [load_policy(one.text) for one in applied if one.version == version]
    if any(other != policy for other in (*others, *((first,) if first and first.version == version else ()))):
        raise Invalid("policy_invalid", f"there is another version {version!r}; name a new one", field="version")
    soonest = now_ms + LEAST_NOTICE_MS
    if effective_ms is not None and effective_ms < soonest:
        raise Invalid("too_soon", f"a policy holds {LEAST_NOTICE_MS // 1000} s after it was applied at the earliest")
    before = max(applied, key=lambda one: one.number, default=None)
    if before is not None and before.version == version:
        raise Invalid("policy_invalid", f"version {version!r} is in force already; name a new one", field="version")
    return PolicyApplied(
        number=number if number is not None else 0 if before is None else before.number + 1,
        previous=ZERO_DIGEST if before is None else hashlib.sha256(encoded(before)).hexdigest(),
        version=version,
        effective_ms=effective_ms or soonest,
        applied_ms=now_ms,
        actor=actor,
        text=text,
    )


def encoded(applied: PolicyApplied) -> bytes:
    """As it is kept: the same bytes for the same entry."""
    return msgspec.json.encode(applied)


def decoded(data: bytes) -> PolicyApplied:
    """The other way round; raises `Malformed` for anything else."""
    try:
        return msgspec.json.decode(data, type=PolicyApplied)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed("policy_damaged", "an entry under policies/ cannot be read") from error
