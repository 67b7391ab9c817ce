"""A finding and its captions in; each word of the passage with its share of what carried the score out.

What a rule found is carried by the words it matched. Of what a model said, each word is left out in turn and the fall
of the score is its weight (occlusion: Zeiler and Fergus 2014, doi 10.1007/978-3-319-10590-1_53).
"""

from collections.abc import Iterable, Iterator, Sequence

from processors.screening.classifier import Classifier
from schemas.captions import Caption, Word
from schemas.errors import Unavailable
from schemas.evidence import CarryingWord
from schemas.findings import Finding, Reason

MODEL = "model:"
MOST_OCCLUDED = 120
"""Words of one category that are left out in turn: what the model was asked about, a minute of speech at most."""


def carrying(finding: Finding, captions: Iterable[Caption], classifier: Classifier) -> tuple[CarryingWord, ...]:
    """The words of the passage with their weights, the heaviest 1; a model that is away leaves the rules' words."""
    words = [word for caption in captions for word in caption.words]
    weights = [0.0] * len(words)
    for some in _weights(finding.reasons, words, classifier):
        weights = [max(pair) for pair in zip(weights, some, strict=True)]
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


def _weights(reasons: Sequence[Reason], words: Sequence[Word], classifier: Classifier) -> Iterator[list[float]]:
    """Of each rule's reason, and of all that a model said of one category."""
    modelled: dict[str, set[int]] = {}
    for reason in reasons:
        inside = [n for n, word in enumerate(words) if word.start_ms < reason.end_ms and reason.start_ms < word.end_ms]
        if reason.source.startswith(MODEL):
            modelled.setdefault(reason.category, set()).update(inside)
        else:
            yield [float(n in inside) for n in range(len(words))]
    texts = [word.text.strip() for word in words]
    for category, judged in modelled.items():
        yield _scaled(_occluded(texts, sorted(judged)[:MOST_OCCLUDED], category, classifier))


def _occluded(texts: list[str], chosen: Sequence[int], category: str, classifier: Classifier) -> list[float]:
    """How far the score of the category falls without each word that is chosen; nothing while the model is away."""
    falls = [0.0] * len(texts)
    without = [" ".join(texts[:n] + texts[n + 1 :]) for n in chosen]
    try:
        whole, *rest = (scores.get(category, 0.0) for scores in classifier.score([" ".join(texts), *without]))
    except Unavailable:
        return falls
    for n, score in zip(chosen, rest, strict=True):
        falls[n] = whole - score
    return falls


def _scaled(weights: list[float]) -> list[float]:
    most = max(weights, default=0.0)
    return [max(0.0, weight / most) for weight in weights] if most > 0 else [0.0] * len(weights)
