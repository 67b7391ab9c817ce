"""What was wanted and what was found in, one figure for both kinds of answer out.

It needs no other module of ours, because training, which has none of our packages, uses it too.
"""

from collections.abc import Sequence


def macro_f1(wanted: Sequence[bool], found: Sequence[bool]) -> float:
    """The mean of the F1 of both classes; a class that nobody wanted and nobody found counts 0."""
    scores = []
    for kind in (True, False):
        hits = sum(w == kind == f for w, f in zip(wanted, found, strict=True))
        total = sum(w == kind for w in wanted) + sum(f == kind for f in found)
        scores.append(2 * hits / total if total else 0.0)
    return round(sum(scores) / 2, 4)
