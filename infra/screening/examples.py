"""What the model learns from: one text with the labels that its source can vouch for, and how far it is trusted."""

from dataclasses import dataclass

CATEGORIES = ("hate", "threat", "harassment", "self_harm")
"""What the model scores. Sexual content, minors and privacy have no data behind them here, so they are not claimed."""

GROUPS = (
    "none",
    "women",
    "men",
    "trans",
    "gay",
    "black",
    "white",
    "asian",
    "latino",
    "arab",
    "muslim",
    "jewish",
    "christian",
    "other_belief",
    "atheist",
    "disabled",
    "elderly",
    "immigrant",
    "indigenous",
    "roma",
    "nationality",
)
"""Whom hate is aimed at, as far as the sources say; `none` where it is aimed at nobody or nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`labels` misses the categories on which the source is silent: they teach nothing there.

    `weight` (0..1) is how far the source's label is trusted; `source` is a set or a frame's place.
    """

    text: str
    labels: dict[str, int]
    group: str | None = None
    weight: float = 1.0
    source: str

    def __repr__(self) -> str:
        return f"Example({self.source}, {self.labels}, {self.group})"
