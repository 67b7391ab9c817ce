"""A finding and its captions in; each word of the passage with its share of what carried the score out.

What a rule found is carried by the words it matched. Of what a model said, each word is left out in turn and the fall
of the score is its weight (occlusion: Zeiler and Fergus 2014, doi 10.1007/978-3-319-10590-1_53).
"""

from collections.abc import Iterable, Sequence

from processors.screening.classifier import Classifier
from schemas.captions import Caption, Word
from schemas.errors import Unavailable
from schemas.evidence import CarryingWord
from schemas.findings import Finding, Reason

MODEL = "model:"
MOST_OCCLUDED = 120
"""Words that are left out in turn: a minute of speech."""


def carrying(finding: Finding, captions: Iterable[Caption], classifier: Classifier) -> tuple[CarryingWord, ...]:
    """The words of the passage with their weights, the heaviest 1; a model that is away leaves the rules' words."""
    words = [word for caption in captions for word in caption.words]
    weights = [0.0] * len(words)
    for reason in finding.reasons:
        weights = [max(pair) for pair in zip(weights, _weights(reason, words, classifier), strict=True)]
    return tuple(
        CarryingWord(
            text=word.text.strip(),
            start_ms=word.start_ms,
            end_ms=word.end_ms,
            probability=word.probability,
            weight=round(weight, 4),
        )
        for word, weight in zip(words, weights, strict=True)
    )


def _weights(reason: Reason, words: Sequence[Word], classifier: Classifier) -> list[float]:
    if not reason.source.startswith(MODEL):
        return [float(_inside(word, reason)) for word in words]
    try:
        return _scaled(_by_model([word.text.strip() for word in words], reason.category, classifier))
    except Unavailable:
        return [0.0] * len(words)


def _inside(word: Word, reason: Reason) -> bool:
    return word.start_ms < reason.end_ms and reason.start_ms < word.end_ms


def _by_model(texts: list[str], category: str, classifier: Classifier) -> list[float]:
    if len(texts) > MOST_OCCLUDED:
        return [0.0] * len(texts)
    without = [" ".join(texts[:n] + texts[n + 1 :]) for n in range(len(texts))]
    whole, *rest = (scores.get(category, 0.0) for scores in classifier.score([" ".join(texts), *without]))
    return [whole - score for score in rest]


def _scaled(weights: list[float]) -> list[float]:
    most = max(weights, default=0.0)
    return [max(0.0, weight / most) for weight in weights] if most > 0 else [0.0] * len(weights)
