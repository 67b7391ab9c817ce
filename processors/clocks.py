"""A room and the time in, its three promises out: until when it is public, may be reported, and is kept."""

from itertools import chain

from schemas.base import Record
from schemas.rooms import Case, Clock, Clocks, Room

DAY_MS = 86_400_000

APPEAL_DAYS = 184
"""Six months to complain about a decision (DSA Art. 20); 184 days is the longest that six months can be."""


class KeepingPolicy(Record, frozen=True, kw_only=True):
    """How long a closed room is public, reportable and kept, in days; `violation_days` are added when one was found."""

    public_days: int
    report_days: int
    copy_days: int
    violation_days: int = 0


POLICIES = {
    # The first published promise: shared for a month, reported within two, a copy for 120 days.
    "article_2022": KeepingPolicy(public_days=30, report_days=60, copy_days=120),
    # Later practice: 30 days, and 90 more for appeals when a violation was found.
    "help_center": KeepingPolicy(public_days=30, report_days=30, copy_days=30, violation_days=90),
}


def clocks(room: Room, now_ms: int) -> Clocks:
    """The promises of a closed, recorded room; all `None` while it is live and where nothing is kept."""
    if room.closed_ms is None or not room.record:
        return Clocks(public_until=None, report_until=None, purge_at=None)
    policy = POLICIES[room.policy]
    return Clocks(
        public_until=_after_close(room, policy.public_days),
        report_until=_after_close(room, policy.report_days),
        purge_at=_purge_at(room, policy, now_ms),
    )


def expired(clock: Clock | None, now_ms: int) -> bool:
    """Whether the clock has run out; one that is not running has not."""
    return clock is not None and now_ms >= clock.at_ms


def _after_close(room: Room, days: int, why: str = "") -> Clock:
    assert room.closed_ms is not None
    return Clock(at_ms=room.closed_ms + days * DAY_MS, reason=f"{days} days after the room closed ({room.policy}){why}")


def _purge_at(room: Room, policy: KeepingPolicy, now_ms: int) -> Clock:
    """The latest of all reasons to keep the room."""
    reasons = chain([_copy_until(room, policy)], (_case_until(case, now_ms) for case in room.cases.values()))
    return max(reasons, key=lambda clock: clock.at_ms)


def _copy_until(room: Room, policy: KeepingPolicy) -> Clock:
    if policy.violation_days and any(case.violation for case in room.cases.values()):
        return _after_close(room, policy.copy_days + policy.violation_days, ", a violation was found")
    return _after_close(room, policy.copy_days)


def _case_until(case: Case, now_ms: int) -> Clock:
    """An undecided case moves its end along with the time: decided this moment, it would be kept so long from now."""
    if case.decided_ms is None:
        reason = f"{case.case_id} is not decided; {APPEAL_DAYS} days to appeal follow its decision"
        return Clock(at_ms=now_ms + APPEAL_DAYS * DAY_MS, reason=reason)
    reason = f"{APPEAL_DAYS} days to appeal after {case.case_id} was decided"
    return Clock(at_ms=case.decided_ms + APPEAL_DAYS * DAY_MS, reason=reason)
