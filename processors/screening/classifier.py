"""The seam for a trained model: texts in, a score (0..1) per category for each out."""

from collections.abc import Sequence
from typing import Protocol

from schemas.errors import Unavailable


class Classifier(Protocol):
    """Scores texts; `name` (model and version) stands in the marks of findings that it carried."""

    @property
    def name(self) -> str: ...

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """One mapping of category to score per text, in order; an empty one where the model abstains.

        Raises `Unavailable` while the model is away.
        """


class TargetClassifier(Classifier, Protocol):
    """One that also says whom hate is about."""

    def about(self, text: str) -> str:
        """The group (`women`, `muslim`, ...) that a text is about if it is hate; empty where the model cannot tell.

        Raises `Unavailable` while the model is away.
        """


class NoClassifier:
    """No model: abstains from everything, so that the rules decide alone."""

    name = "none"

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [{} for _ in texts]

    def about(self, text: str) -> str:
        return ""


class ModelMissing:
    """Stands for a model that should be there and is not, for `reason`; it is away until somebody puts it back."""

    name = "missing"

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        raise Unavailable(self.reason)

    def about(self, text: str) -> str:
        raise Unavailable(self.reason)
