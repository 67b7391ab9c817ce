"""What the model says of one passage cut in several ways in; what of it holds out.

Where a window is cut is chance, and much of what the model sees in ordinary talk is there in one cut only. What a
speaker meant is also in the caption by itself or with the one before it (docs/decisions/0039).
"""

import math
from collections.abc import Sequence

CERTAIN = 1e-7
"""Probabilities nearer to 0 or 1 count as this near."""


def shorter(texts: Sequence[str]) -> tuple[str, ...]:
    """The last of a passage's texts by itself, and with the one before it."""
    return texts[-1], " ".join(texts[-2:])


def held(score: float, again: Sequence[float]) -> float:
    """The mean of all readings in log-odds, never above the first: of the whole."""
    return min(score, _probability(held_odds([log_odds(one) for one in (score, *again)])))


def held_odds(odds: Sequence[float]) -> float:
    """The same where all readings are log-odds, that of the whole first."""
    return min(odds[0], sum(odds) / len(odds))


def log_odds(probability: float) -> float:
    near = min(max(probability, CERTAIN), 1 - CERTAIN)
    return math.log(near / (1 - near))


def _probability(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
