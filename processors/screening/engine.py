"""Judge what a speaker just said: captions, a policy and a classifier in, marks above the policy's bars out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from processors.screening.classifier import Classifier
from processors.screening.context import NOBODY, Others, meaning
from processors.screening.named import named
from processors.screening.passage import Heard, Passage, read
from processors.screening.policy import Meaning, Policy
from processors.screening.readings import held, shorter
from processors.screening.rule import Hit, Rule
from processors.screening.rules import RULES
from processors.screening.rules.policy_terms import rules_of
from schemas.captions import Caption
from schemas.findings import Effect

SURE = 0.6
"""Word probability from which on a word counts in full; Whisper's right words lie mostly above it."""

LEAST_WEIGHT = 0.5
"""What a hit on words of probability 0 keeps: they may still have been said."""

DOUBTED_BELOW = 0.25
"""Probability under which the model sees none of what a rule heard. Of the held-out frames on which a hate rule would
open a case, 23 of 26 harmless and 3 of 61 hateful ones lie below (docs/decisions/0027)."""

MOST_WORDS = 150
"""Words that the model is given together: with 1.3 tokens each they are well within its 256 (classifier_model.py)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of room time (ms) that one source marked; `score` after context and hearing, `effect` by the policy.

    `meaning` is how the words were meant, as far as the source heeds it.
    """

    category: str
    score: float
    effect: Effect
    source: str
    start_ms: int
    end_ms: int
    caption_ids: tuple[str, ...]
    meaning: Meaning = "direct"


def screen(
    window: Sequence[Caption], policy: Policy, classifier: Classifier, *, judged: int = -1, others: Others = NOBODY
) -> tuple[Mark, ...]:
    """Marks in one speaker's captions (in time order) that end in the caption `window[judged]`, by time.

    The other captions are context, as is what `others` said. What ends in an earlier one was judged in its turn.
    """
    passage = read(window)
    newest = window[judged]
    words = [word for word in passage.heard if word.caption_id == newest.caption_id]
    if not words:
        return ()
    window, judged = fitting(window, judged % len(window))
    text = " ".join(caption.text for caption in window)
    (scores,) = classifier.score([text])
    hits = [hit for hit in _hits(passage, policy) if hit.words[-1].caption_id == newest.caption_id]
    heeding = any(hit.rule.heeds_model for hit in hits)
    doubts = _doubts(scores, newest, len(window), classifier) if heeding else frozenset()
    group = any(map(named, (text, *others)))
    sure = _held(scores, window[: judged + 1], policy, classifier, whole=text, group=group)
    counted = {category: policy.by_model(category, score, named=group) for category, score in sure.items()}
    marks = [
        *_by_rules(passage, hits, doubts, policy, others),
        *_by_classifier(counted, words, policy, classifier),
    ]
    return tuple(sorted(marks, key=lambda mark: (mark.start_ms, mark.category, mark.source)))


def fitting(window: Sequence[Caption], judged: int) -> tuple[Sequence[Caption], int]:
    """The captions around `window[judged]` that the model can read together, and its place among them.

    The farthest is left out first, of two as far the later one. Somebody who speaks for minutes without a breath is
    judged by fewer captions, not by none.
    """
    first, end = 0, len(window)
    while end - first > 1 and sum(len(caption.text.split()) for caption in window[first:end]) > MOST_WORDS:
        if end - 1 - judged >= judged - first:
            end -= 1
        else:
            first += 1
    return window[first:end], judged - first


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A rule's hit on some words."""

    rule: Rule
    hit: Hit
    words: Sequence[Heard]


def _hits(passage: Passage, policy: Policy) -> Iterator[_Ruled]:
    for rule in (*RULES, *rules_of(policy.terms)):
        for hit in rule.find(passage):
            yield _Ruled(rule, hit, passage.words(hit.start, hit.end))


def _doubts(scores: Mapping[str, float], judged: Caption, captions: int, classifier: Classifier) -> frozenset[str]:
    """The categories of which the model sees nothing, neither in the window nor in the caption judged by itself.

    Much harmless talk around one bad sentence dilutes it, so the window alone is no excuse. A category on which the
    model says nothing (it is away, or abstains) is never in doubt.
    """
    doubted = frozenset(category for category, score in scores.items() if score < DOUBTED_BELOW)
    if captions == 1 or not doubted:
        return doubted
    (alone,) = classifier.score([judged.text])
    return frozenset(category for category in doubted if alone.get(category, 1.0) < DOUBTED_BELOW)


def _by_rules(
    passage: Passage, hits: Sequence[_Ruled], doubts: frozenset[str], policy: Policy, others: Others
) -> Iterator[Mark]:
    for ruled in hits:
        rule, hit, words = ruled.rule, ruled.hit, ruled.words
        meant = meaning(passage, hit, others) if rule.heeds_context else "direct"
        if rule.heeds_model and rule.category in doubts:
            meant = _lowest(meant, rule.category, policy)
        score = _score(rule, hit, words, policy.factor(rule.category, meant))
        mark = marked(rule.category, score, rule.mark, words, policy, meant)
        if mark:
            yield mark


def _lowest(meant: Meaning, category: str, policy: Policy) -> Meaning:
    """Doubt and a quotation are two signs of one thing: the stronger counts, not their product."""
    both: tuple[Meaning, Meaning] = (meant, "doubted")
    return min(both, key=lambda one: policy.factor(category, one))


def _held(
    scores: Mapping[str, float],
    before: Sequence[Caption],
    policy: Policy,
    classifier: Classifier,
    *,
    whole: str,
    group: bool,
) -> Mapping[str, float]:
    """The scores of the window where nobody would be asked; else what holds of them in fewer captions too.

    `before` are the window's captions up to the one judged, `whole` the text that has been scored, and `group` says
    whether one is named there.
    """
    if not any(policy.asks_by_model(name, score, named=group) for name, score in scores.items()):
        return scores
    known, again = {whole: scores}, shorter([caption.text for caption in before])
    new = [text for text in dict.fromkeys(again) if text not in known]
    known |= zip(new, classifier.score(new) if new else (), strict=True)
    return {
        name: held(score, [known[text][name] for text in again if name in known[text]])
        for name, score in scores.items()
    }


def _by_classifier(
    counted: Mapping[str, float], words: Sequence[Heard], policy: Policy, classifier: Classifier
) -> Iterator[Mark]:
    """The model reads the whole window; what it says is said of the caption judged."""
    for category, score in counted.items():
        mark = marked(category, score * weight(words), f"model:{classifier.name}", words, policy)
        if mark:
            yield mark


def _score(rule: Rule, hit: Hit, words: Sequence[Heard], factor: float) -> float:
    return hit.score * factor * weight(words) if rule.heeds_context else hit.score


def weight(words: Sequence[Heard]) -> float:
    """How far the hearing of these words is to be trusted, `LEAST_WEIGHT`..1, by their mean probability."""
    heard = sum(word.probability for word in words) / len(words)
    return LEAST_WEIGHT + (1 - LEAST_WEIGHT) * min(1.0, heard / SURE)


def marked(
    category: str, score: float, source: str, words: Sequence[Heard], policy: Policy, meant: Meaning = "direct"
) -> Mark | None:
    """The mark of a source on some words, or none where the policy makes nothing of the score."""
    effect = policy.effect(category, score)
    if effect is None:
        return None
    caption_ids = tuple(dict.fromkeys(word.caption_id for word in words))
    start_ms, end_ms = words[0].start_ms, words[-1].end_ms
    return Mark(category, round(score, 4), effect, source, start_ms, end_ms, caption_ids, meant)
