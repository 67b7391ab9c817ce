"""Cases with labels in; how often and how fast a judge is right, over all and group by group, out."""

import csv
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from bench.delays import percentile
from bench.f1 import macro_f1
from bench.judges import Judge
from schemas.base import Record
from schemas.errors import Invalid

POSITIVE = frozenset({"hateful", "hate", "toxic", "positive", "bad", "yes", "true", "1"})
"""Labels that mean "show it" where nobody names one."""

TIMED_ONE_BY_ONE = 500


class Case(Record, frozen=True, kw_only=True):
    text: str
    positive: bool
    group: str


class Figures(Record, frozen=True, kw_only=True):
    """Shares in 0..1. `per_group` is the share of a group's cases judged right, which is the recall where all have one
    label; `false_positives` the share of a group's negatives that were shown.
    """

    accuracy: float
    macro_f1: float
    recall_positive: float
    recall_negative: float
    per_group: dict[str, float]
    false_positives: dict[str, float]


class ScreeningReport(Figures, frozen=True, kw_only=True):
    """How right a judge is, and how fast: processor time of this process."""

    judge: str
    cases: int
    sentences_per_s_per_core: float
    p95_ms: float


def read_cases(path: Path, text: str, label: str, positive: str | None, group: str | None) -> list[Case]:
    """Raises `Invalid` naming the column that is not there, or where one kind of label is missing."""
    wanted = {positive.casefold()} if positive else POSITIVE
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for column in filter(None, (text, label, group)):
            if column not in (rows.fieldnames or ()):
                raise Invalid("column_missing", f"{path.name} has no column {column!r}", field=column)
        cases = [
            Case(
                text=row[text] or "",
                positive=(row[label] or "").strip().casefold() in wanted,
                group=(row[group] or "") if group else "",
            )
            for row in rows
        ]
    if len({case.positive for case in cases}) < 2:
        raise Invalid("labels_one_sided", f"{label} has cases of one kind only: say which with --positive", field=label)
    return cases


def measured(name: str, judge: Judge, cases: Sequence[Case]) -> ScreeningReport:
    texts = [case.text for case in cases]
    judge(texts[:1])
    began = time.process_time()
    found = judge(texts)
    took_s = time.process_time() - began
    return ScreeningReport(
        **structs.asdict(figures(cases, found)),
        judge=name,
        cases=len(cases),
        sentences_per_s_per_core=round(len(texts) / max(took_s, 1e-9), 1),
        p95_ms=_one_by_one_p95_ms(judge, texts[:TIMED_ONE_BY_ONE]),
    )


def figures(cases: Sequence[Case], found: Sequence[bool]) -> Figures:
    """How right the answers `found` are; each kind of label has at least one case."""
    right = [answer == case.positive for answer, case in zip(found, cases, strict=True)]
    return Figures(
        accuracy=_share(right),
        macro_f1=macro_f1([case.positive for case in cases], found),
        recall_positive=_share([ok for ok, case in zip(right, cases, strict=True) if case.positive]),
        recall_negative=_share([ok for ok, case in zip(right, cases, strict=True) if not case.positive]),
        per_group=_by_group(cases, right),
        false_positives=_by_group(
            [case for case in cases if not case.positive],
            [answer for answer, case in zip(found, cases, strict=True) if not case.positive],
        ),
    )


def _by_group(cases: Sequence[Case], answers: Sequence[bool]) -> dict[str, float]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for case, answer in zip(cases, answers, strict=True):
        if case.group:
            groups[case.group].append(answer)
    return {name: _share(some) for name, some in sorted(groups.items())}


def _share(answers: Sequence[bool]) -> float:
    return round(sum(answers) / len(answers), 4)


def _one_by_one_p95_ms(judge: Judge, texts: Sequence[str]) -> float:
    took_ms = []
    for text in texts:
        began = time.perf_counter()
        judge([text])
        took_ms.append((time.perf_counter() - began) * 1000)
    return round(percentile(took_ms, 0.95) or 0.0, 2)
