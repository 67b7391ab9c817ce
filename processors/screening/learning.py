"""Cases that people decided in; a labelled set to learn from, and how well the screener does by it, out."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import ClassVar

from schemas.base import Record

OVERTURNED_WEIGHT = 2.0
"""What a case counts in which the screener was wrong: it shows where the model errs, and there are few of them."""

LEAST_FOR_DRIFT = 20
"""Decided cases on each side below which a shift is noise: the standard error of a share is then over a tenth."""

_BINS = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
_HALF_A_CASE = 0.5


class Labelled(Record, frozen=True, kw_only=True):
    """A passage with a person's word on it. `weight` is how much it counts in training."""

    room_id: str
    case_id: str
    text: str
    category: str
    violation: bool
    weight: float
    source: str
    score: float
    marks: tuple[str, ...]
    policy_version: str
    decided_ms: int

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class CategoryFigures(Record, frozen=True, kw_only=True):
    """Of a category's decided cases from screening how many were violations; `precision` is their share."""

    decided: int
    violations: int
    precision: float


class Drift(Record, frozen=True, kw_only=True):
    """The newer cases beside the older ones; `score_psi` is the population stability index of their scores.

    Customary reading (Siddiqi 2006, Credit Risk Scorecards): below 0.1 nothing, above 0.25 a shift.
    """

    older: int
    newer: int
    older_precision: float
    newer_precision: float
    score_psi: float


class Evaluation(Record, frozen=True, kw_only=True):
    """`overturn_rate` is the share of the screener's decided cases in which people found no violation.

    `reported_violations` are violations that people reported: what the screener did not bring to anybody, or later.
    `drift` is None where there are too few cases.
    """

    decided: int
    overturn_rate: float | None
    reported_violations: int
    categories: dict[str, CategoryFigures]
    drift: Drift | None


def weight(source: str, *, violation: bool) -> float:
    """How much a decided case counts."""
    return OVERTURNED_WEIGHT if source == "screening" and not violation else 1.0


def evaluated(cases: Iterable[Labelled], split_ms: int) -> Evaluation:
    """Figures of all decided cases; those decided at `split_ms` (Unix) or later are the newer ones."""
    known = list(cases)
    screened = [case for case in known if case.source == "screening"]
    groups: dict[str, list[Labelled]] = defaultdict(list)
    for case in screened:
        groups[case.category].append(case)
    return Evaluation(
        decided=len(known),
        overturn_rate=round(1 - precision(screened), 4) if screened else None,
        reported_violations=sum(case.violation for case in known if case.source == "report"),
        categories={name: _figures(found) for name, found in sorted(groups.items())},
        drift=_drift(screened, split_ms),
    )


def precision(cases: Sequence[Labelled]) -> float:
    """The share of violations."""
    return sum(case.violation for case in cases) / len(cases)


def stability(older: Sequence[float], newer: Sequence[float]) -> float:
    """Population stability index of two sets of scores (0..1); an empty bin counts as half a case."""
    return sum((new - old) * math.log(new / old) for old, new in zip(_shares(older), _shares(newer), strict=True))


def _figures(cases: Sequence[Labelled]) -> CategoryFigures:
    violations = sum(case.violation for case in cases)
    return CategoryFigures(decided=len(cases), violations=violations, precision=round(precision(cases), 4))


def _drift(cases: Sequence[Labelled], split_ms: int) -> Drift | None:
    older = [case for case in cases if case.decided_ms < split_ms]
    newer = [case for case in cases if case.decided_ms >= split_ms]
    if min(len(older), len(newer)) < LEAST_FOR_DRIFT:
        return None
    return Drift(
        older=len(older),
        newer=len(newer),
        older_precision=round(precision(older), 4),
        newer_precision=round(precision(newer), 4),
        score_psi=round(stability([case.score for case in older], [case.score for case in newer]), 4),
    )


def _shares(scores: Sequence[float]) -> list[float]:
    counts = [max(_HALF_A_CASE, sum(low <= score < high for score in scores)) for low, high in pairwise(_BINS)]
    return [count / sum(counts) for count in counts]
