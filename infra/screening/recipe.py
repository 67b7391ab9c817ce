"""How the screener is trained: every number that a fit depends on, in one value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A fit over the public sets, then rounds of fits over our frames, a part of the public sets and ordinary talk.

    The fits of a round begin with the same weights and differ in what they hide; the round ends with their mean.
    What else was tried, and what it gave: docs/performance.md.
    """

    seed: int = 7
    batch: int = 64
    public_batch: int = 128
    public_rate: float = 1.6e-4
    frames_rate: float = 1.6e-4
    rounds: tuple[tuple[float, ...], ...] = ((0.1,), (0.0, 0.1))
    """The fits of each round, by the share of tokens that a fit hides, as a recogniser loses words."""
    passes: int = 3
    """Times a fit fills the frames and puts them into forms anew; one fall of the rate over all of them."""
    public_again: int = 12_000
    """Public examples a pass, so that the second fit does not unlearn how people write."""
    calls_again: int = 4_659
    """Passages of calls a pass, of three times as many."""
    ours_again: int = 30_000
    """Passages a pass of conversations that we wrote."""


SHIPPED = Recipe()
