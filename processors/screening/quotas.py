"""A finding that asks for a case and what was asked for in the last hour in; whether it may out.

A rule that goes wrong must not bury a team: past the quota, findings of a room are notes until the hour is over.
"""

from msgspec.structs import replace

from processors.screening.policy import Quotas
from schemas.base import Record
from schemas.findings import Finding

HOUR_MS = 3_600_000
HELD_BACK = "quota:cases_per_room_and_hour"


class Asked(Record, frozen=True, kw_only=True):
    """The findings of one pass over a room that asked for a case in the last hour, with their room time (ms)."""

    at_ms: dict[str, int] = {}


def within_quota(asked: Asked, finding: Finding, quotas: Quotas) -> tuple[Asked, Finding]:
    """The finding as it may be acted on: as it is, or a note that says that the quota held it back."""
    if finding.effect == "log":
        return asked, finding
    recent = {name: at for name, at in asked.at_ms.items() if at > finding.end_ms - HOUR_MS}
    full = len(recent) >= quotas.cases_per_room_and_hour
    if full and finding.finding_id not in recent and finding.effect != "urgent":
        return Asked(at_ms=recent), replace(finding, effect="log", marks=(*finding.marks, HELD_BACK))
    return Asked(at_ms=recent | {finding.finding_id: finding.end_ms}), finding
