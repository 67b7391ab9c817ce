"""The name of a screener in; a function that says of texts which it would show to a person out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from processors.screening.classifier import Classifier, NoClassifier
from processors.screening.classifier_model import load_model
from processors.screening.listening import Ears, hear
from processors.screening.named import named
from processors.screening.passage import bare
from processors.screening.policy import Policy, shipped_policy
from schemas.captions import Caption
from schemas.errors import Unavailable

Judge = Callable[[Sequence[str]], list[bool]]


def judge_named(name: str, category: str) -> Judge:
    """Raises `Unavailable` where the model or a package is not there."""
    try:
        return MAKERS[name](category)
    except ImportError as error:
        raise Unavailable(f"{name} is not installed: pip install 'earwitness[compare]'") from error


def said(text: str, track_id: str = "bench", caption_id: str = "0", start_ms: int = 0, end_ms: int = 4_000) -> Caption:
    """A text as a final caption that was heard surely."""
    return replace(
        bare(text),
        room_id="bench",
        track_id=track_id,
        speaker=track_id,
        caption_id=caption_id,
        pass_name="live",
        start_ms=start_ms,
        end_ms=end_ms,
    )


@dataclass(frozen=True, slots=True)
class Foretold:
    """A classifier that has scored these texts in one go, so that a bench batches as the model likes it.

    What else it is asked for (a window of several captions) it scores when asked.
    """

    classifier: Classifier
    scores: dict[str, dict[str, float]]

    @classmethod
    def of(cls, classifier: Classifier, texts: Sequence[str]) -> "Foretold":
        return cls(classifier, dict(zip(texts, classifier.score(texts), strict=True)))

    @property
    def name(self) -> str:
        return self.classifier.name

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [self.scores[text] if text in self.scores else self.classifier.score([text])[0] for text in texts]


def _screener(classifier: Classifier, category: str) -> Judge:
    policy = shipped_policy()

    def judge(texts: Sequence[str]) -> list[bool]:
        foretold = Foretold.of(classifier, texts)
        return [shown([said(text)], policy, foretold, category) for text in texts]

    return judge


def shown(captions: Sequence[Caption], policy: Policy, classifier: Classifier, category: str) -> bool:
    """Whether one of the captions, heard one after the other, opens a case of that category."""
    ears = Ears()
    for caption in captions:
        ears, findings = hear(ears, caption, policy, classifier)
        if any(finding.category == category and finding.effect != "log" for finding in findings):
            return True
    return False


def _model(category: str) -> Judge:
    classifier, policy = load_model(), shipped_policy()

    def judge(texts: Sequence[str]) -> list[bool]:
        return [
            policy.asks_by_model(category, scores.get(category, 0.0), named=named(text))
            for text, scores in zip(texts, classifier.score(texts), strict=True)
        ]

    return judge


def _alt_profanity_check(_: str) -> Judge:
    from profanity_check import predict

    return lambda texts: [bool(found) for found in predict(list(texts))]


def _better_profanity(_: str) -> Judge:
    from better_profanity import profanity

    profanity.load_censor_words()
    check: Any = profanity.contains_profanity
    return lambda texts: [bool(check(text)) for text in texts]


MAKERS: dict[str, Callable[[str], Judge]] = {
    "screener": lambda category: _screener(load_model(), category),
    "model": _model,
    "rules": lambda category: _screener(NoClassifier(), category),
    "alt-profanity-check": _alt_profanity_check,
    "better-profanity": _better_profanity,
}
