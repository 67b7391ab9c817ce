"""What two classifiers say of the same texts, and a policy, in; where they would have acted otherwise, out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import starmap
from typing import NamedTuple

from processors.screening.classifier import Classifier
from processors.screening.named import named
from processors.screening.policy import Policy
from schemas.base import Record

MOST_AT_ONCE = 64


class Agreement(Record, frozen=True, kw_only=True):
    """One category over some texts: how often both would have asked for a case, one alone, or neither.

    `apart` is the sum of the differences of the scores; divided by `texts` it is their mean.
    """

    texts: int = 0
    both: int = 0
    live_alone: int = 0
    candidate_alone: int = 0
    apart: float = 0.0


class _Pair(NamedTuple):
    """The scores of both on one text, and whether a group is named in it."""

    live: dict[str, float]
    candidate: dict[str, float]
    group: bool


class Comparison(Record, frozen=True, kw_only=True):
    """A live model beside a candidate, category by category."""

    live: str
    candidate: str
    categories: dict[str, Agreement]


def compared(texts: Sequence[str], live: Classifier, candidate: Classifier, policy: Policy) -> Comparison:
    """Score the texts with both; raises `Unavailable` where one is away."""
    pairs: list[_Pair] = []
    for first in range(0, len(texts), MOST_AT_ONCE):
        some = texts[first : first + MOST_AT_ONCE]
        pairs += starmap(_Pair, zip(live.score(some), candidate.score(some), map(named, some), strict=True))
    categories = {name for pair in pairs for name in (*pair.live, *pair.candidate)}
    return Comparison(
        live=live.name,
        candidate=candidate.name,
        categories={name: _agreement(name, pairs, policy) for name in sorted(categories)},
    )


def summed(comparisons: Iterable[Comparison]) -> tuple[Comparison, ...]:
    """The comparisons of many rooms as one for each pair of models."""
    totals: dict[tuple[str, str], dict[str, Agreement]] = {}
    for one in comparisons:
        total = totals.setdefault((one.live, one.candidate), {})
        for name, agreement in one.categories.items():
            total[name] = _plus(total.get(name, Agreement()), agreement)
    return tuple(
        Comparison(live=live, candidate=candidate, categories=total) for (live, candidate), total in totals.items()
    )


def _agreement(name: str, pairs: Sequence[_Pair], policy: Policy) -> Agreement:
    acts: Counter[tuple[bool, bool]] = Counter()
    apart = 0.0
    for pair in pairs:
        scores = pair.live.get(name, 0.0), pair.candidate.get(name, 0.0)
        live, candidate = (policy.asks_by_model(name, score, named=pair.group) for score in scores)
        acts[live, candidate] += 1
        apart += abs(scores[0] - scores[1])
    return Agreement(
        texts=len(pairs),
        both=acts[True, True],
        live_alone=acts[True, False],
        candidate_alone=acts[False, True],
        apart=round(apart, 4),
    )


def _plus(one: Agreement, other: Agreement) -> Agreement:
    return Agreement(
        texts=one.texts + other.texts,
        both=one.both + other.both,
        live_alone=one.live_alone + other.live_alone,
        candidate_alone=one.candidate_alone + other.candidate_alone,
        apart=round(one.apart + other.apart, 4),
    )
