"""Drafts of one utterance and what was heard in them in; the words to show, and the part still worth hearing, out.

A word on which two successive drafts agree is not expected to change, so the next draft begins shortly before the end
of those: what a draft costs then depends on what is new in it, not on how long somebody has been speaking.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from processors.agreement import Agreement, agree, bare
from processors.engines.base import SAMPLE_RATE, Heard
from processors.utterances import Utterance

WHOLE_S = 3.0
"""A draft so short is heard whole: of the next one, little could be left out."""
OVERLAP_WORDS = 2
"""Settled words that are heard again, so that the decoder finds its place; with none, words at the cut get lost."""
MARGIN_MS = 100
"""Sound before the first of them: word times are this uncertain."""
_STRAY_WORDS = 2  # what a cut through a word may put before the overlap, or take from it


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What is shown of one utterance; its first `before` words lie before sample `cut` and are not heard again."""

    agreement: Agreement = field(default_factory=Agreement)
    cut: int = 0
    before: int = 0


def unsettled(state: Drafted, draft: Utterance) -> Utterance:
    """The part of a draft that is to be heard; with word times where its successor may begin within it.

    The first of an utterance settles nothing, so it needs none.
    """
    if state.cut > draft.first:
        draft = replace(draft, first=state.cut, samples=draft.samples[state.cut - draft.first :], before=state.before)
    return replace(draft, timed=bool(state.agreement.words) and len(draft.samples) > WHOLE_S * SAMPLE_RATE)


def drafted(state: Drafted, draft: Utterance, heard: Heard) -> Drafted:
    """Take what was heard in a draft, whole or `unsettled`."""
    texts, shown = heard.text.split(), state.agreement
    stray, missed = _overlap(shown.words[draft.before : shown.settled], texts)
    agreement = agree(shown, (*shown.words[: draft.before + missed], *texts[stray:]))
    before = agreement.settled - OVERLAP_WORDS
    place = before - draft.before - missed + stray  # of word number `before` in what was heard
    if len(heard.words) != len(texts) or before <= draft.before or not 0 < place < len(texts):
        return replace(state, agreement=agreement)
    cut = draft.first + (heard.words[place].start_ms - MARGIN_MS) * SAMPLE_RATE // 1000
    return Drafted(agreement=agreement, cut=cut, before=before)


def _overlap(known: Sequence[str], texts: Sequence[str]) -> tuple[int, int]:
    """(words heard before those that are known, known words that were not heard), as few as possible."""
    places = [
        (stray, missed)
        for stray, text in enumerate(texts[: _STRAY_WORDS + 1])
        for missed, word in enumerate(known[:OVERLAP_WORDS])
        if bare(text) == bare(word)
    ]
    return min(places, key=sum, default=(0, 0))
