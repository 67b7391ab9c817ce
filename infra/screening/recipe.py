"""How the screener is trained: every number that a fit depends on, in one value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A fit over the public sets, then `fits` from there over our frames, a part of the public sets and ordinary talk.

    What else was tried, and what it gave: docs/performance.md.
    """

    seed: int = 7
    batch: int = 128
    public_rate: float = 1.6e-4
    frames_rate: float = 2.4e-4
    fits: int = 2
    """Fits over the frames, each from the public one with its own fills, forms and order; their weights are averaged."""
    passes: int = 3
    """Times a fit fills the frames and puts them into forms anew; one fall of the rate over all of them."""
    public_again: int = 12_000
    """Public examples a pass, so that the second fit does not unlearn how people write."""
    talk_again: int = 4_659
    """Passages of ordinary talk a pass: all there are; with fewer, scores had to be lowered more."""


SHIPPED = Recipe()
