"""What two policies make of the same room in; where they differ out: what a change would have done otherwise."""

from collections.abc import Iterable, Sequence

from processors.screening.findings import JOIN_MS
from schemas.base import Record
from schemas.findings import Finding

NOTHING = "nothing"


class Difference(Record, frozen=True, kw_only=True):
    """A passage (room time, ms) that the policies treat differently; `nothing` where one makes no finding of it."""

    room_id: str
    track_id: str
    category: str
    start_ms: int
    end_ms: int
    before: str
    after: str
    before_score: float | None
    after_score: float | None


class Trial(Record, frozen=True, kw_only=True):
    """A dry run: how many findings of each effect, under the policy in force and under the other, and what differs."""

    rooms: int
    before_version: str
    after_version: str
    before: dict[str, int]
    after: dict[str, int]
    differences: tuple[Difference, ...]


def differences(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[Difference, ...]:
    """Passages of one room by time; those that the policies treat alike are left out."""
    unmatched = list(after)
    found: list[Difference] = []
    for one in before:
        other = next((candidate for candidate in unmatched if _same(one, candidate)), None)
        if other is not None:
            unmatched.remove(other)
        if other is None or other.effect != one.effect:
            found.append(_difference(one, other, shown=one))
    found += [_difference(None, other, shown=other) for other in unmatched]
    return tuple(sorted(found, key=lambda one: (one.room_id, one.start_ms, one.track_id, one.category)))


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """How many of each effect."""
    counts = {"log": 0, "queue": 0, "urgent": 0}
    for finding in findings:
        counts[finding.effect] += 1
    return counts


def _same(one: Finding, other: Finding) -> bool:
    alike = (one.room_id, one.track_id, one.category) == (other.room_id, other.track_id, other.category)
    return alike and one.start_ms <= other.end_ms + JOIN_MS and other.start_ms <= one.end_ms + JOIN_MS


def _difference(before: Finding | None, after: Finding | None, *, shown: Finding) -> Difference:
    return Difference(
        room_id=shown.room_id,
        track_id=shown.track_id,
        category=shown.category,
        start_ms=shown.start_ms,
        end_ms=shown.end_ms,
        before=before.effect if before else NOTHING,
        after=after.effect if after else NOTHING,
        before_score=before.score if before else None,
        after_score=after.score if after else None,
    )
