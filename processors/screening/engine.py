"""Judge what a speaker just said: captions, a policy and a classifier in, marks above the policy's bars out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processors.screening.classifier import Classifier
from processors.screening.context import NOBODY, Others, meaning
from processors.screening.passage import Heard, Passage, read
from processors.screening.policy import Meaning, Policy
from processors.screening.rule import Hit, Rule
from processors.screening.rules import RULES
from processors.screening.rules.policy_terms import rules_of
from schemas.captions import Caption
from schemas.findings import Effect

SURE = 0.6
"""Word probability from which on a word counts in full; Whisper's right words lie mostly above it."""

LEAST_WEIGHT = 0.5
"""What a hit on words of probability 0 keeps: they may still have been said."""


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
    newest = window[judged].caption_id
    marks = [*_by_rules(passage, policy, others), *_by_classifier(passage, newest, window, policy, classifier)]
    ending = [mark for mark in marks if mark.caption_ids[-1] == newest]
    return tuple(sorted(ending, key=lambda mark: (mark.start_ms, mark.category, mark.source)))


def _by_rules(passage: Passage, policy: Policy, others: Others) -> Iterator[Mark]:
    for rule in (*RULES, *rules_of(policy.terms)):
        for hit in rule.find(passage):
            words = passage.words(hit.start, hit.end)
            meant = meaning(passage, hit, others) if rule.heeds_context else "direct"
            score = _score(rule, hit, words, policy.factor(rule.category, meant))
            mark = marked(rule.category, score, rule.mark, words, policy, meant)
            if mark:
                yield mark


def _by_classifier(
    passage: Passage, newest: str, window: Sequence[Caption], policy: Policy, classifier: Classifier
) -> Iterator[Mark]:
    """The model reads the whole window; what it says is said of the caption judged."""
    words = [word for word in passage.heard if word.caption_id == newest]
    if not words:
        return
    (scores,) = classifier.score([" ".join(caption.text for caption in window)])
    for category, score in scores.items():
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
