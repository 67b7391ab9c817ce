"""Logits and a line in, probabilities out; probabilities and labels in, how far they are off out."""

import math
from collections.abc import Sequence

BINS = 10

Line = tuple[float, float]
"""Slope and offset through the logits of a category: its log-odds."""


def said(logit: float, line: Line) -> float:
    """The probability that a line makes of a logit."""
    return 1 / (1 + math.exp(-(logit * line[0] + line[1])))


def reliability(pairs: Sequence[tuple[float, int]]) -> list[dict[str, float]]:
    """Per tenth of the scale, from probabilities and labels: texts, mean probability said, share that was so."""
    bins: list[list[tuple[float, int]]] = [[] for _ in range(BINS)]
    for p, label in pairs:
        bins[min(BINS - 1, int(p * BINS))].append((p, label))
    return [
        {
            "texts": len(some),
            "said": round(sum(p for p, _ in some) / len(some), 3),
            "was": round(sum(label for _, label in some) / len(some), 3),
        }
        for some in bins
        if some
    ]


def expected_error(table: Sequence[dict[str, float]]) -> float:
    """Expected calibration error: the mean gap between said and was, by texts (arXiv 1706.04599)."""
    total = sum(row["texts"] for row in table)
    return round(sum(row["texts"] * abs(row["said"] - row["was"]) for row in table) / total, 4)
