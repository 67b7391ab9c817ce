"""How the screener is trained: every number that a fit depends on, in one value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Two fits: one over the public sets, then one over our frames with a part of the public sets and ordinary talk."""

    seed: int = 7
    batch: int = 32
    public_rate: float = 8e-5
    frames_rate: float = 6e-5
    passes: int = 2
    """Times the frames are filled and put into forms anew; one fall of the rate over all of them."""
    public_again: int = 3_500
    """Public examples a pass, so that the second fit does not unlearn how people write."""
    talk_again: int = 2_000
    """Passages of ordinary talk a pass."""
    learns_words: bool = False
    """Whether the second fit moves the vectors of words: those that our frames lack would stay behind."""
    pooling: str = "mean"
    """What the heads see of the tokens: their `mean`, as the encoder was trained with, or `mean_max`: and their maximum,
    so that one bad sentence among three is not averaged away."""
    average: float = 0.0
    """Decay of the moving average of the weights that is kept instead of the last ones; 0 keeps the last ones."""
    adversarial: float = 0.0
    """Length of the step against the gradient of the words' vectors that each batch is learned with a second time."""


SHIPPED = Recipe()
