"""Successive drafts of one utterance in; the text to show and how much of its beginning is settled out.

LocalAgreement (Liu et al. 2020, "Low-Latency Sequence-to-Sequence Speech Recognition and Translation by Partial
Hypothesis Selection"): words on which two successive hypotheses agree are not expected to change any more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The words of the last draft; the first `settled` of them have been agreed on and stay as they are."""

    words: tuple[str, ...] = field(default=(), repr=False)
    settled: int = 0

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def settled_chars(self) -> int:
        """How many characters of `text` the settled words take."""
        return len(" ".join(self.words[: self.settled]))


def agree(before: Agreement, draft: Sequence[str]) -> Agreement:
    """Take the next draft's words: settled ones stay, and those that both drafts begin with are settled now."""
    words = (*before.words[: before.settled], *draft[before.settled :])
    pairs = zip(before.words, words, strict=False)
    common = sum(1 for _ in takewhile(lambda pair: bare(pair[0]) == bare(pair[1]), pairs))
    return Agreement(words=words, settled=max(before.settled, common))


def bare(word: str) -> str:
    """A word without case and punctuation."""
    return re.sub(r"[^\w']", "", word).casefold()
