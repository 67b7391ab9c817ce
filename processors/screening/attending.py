"""A classifier that may be away in, one that never fails out, which remembers whether it was missed.

It also counts the texts from which the model abstained: those are judged by the rules alone.
"""

from collections.abc import Sequence

from processors.screening.classifier import Classifier
from schemas.errors import Unavailable


class Attending:
    """Scores as `inner` does; while that is away (`Unavailable`) it abstains, so that the rules go on alone."""

    def __init__(self, inner: Classifier) -> None:
        self._inner = inner
        self.missed = False
        self.abstentions = 0

    @property
    def name(self) -> str:
        return self._inner.name

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        try:
            scores = self._inner.score(texts)
        except Unavailable:
            self.missed = True
            return [{} for _ in texts]
        self.abstentions += sum(not one for one in scores)
        return scores
