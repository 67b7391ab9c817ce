"""What a reader was shown of one utterance, draft by draft, in; how late each word of its final was, out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from processors.agreement import bare
from schemas.captions import Word


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The words on the screen, and when (Unix ms) each of them came to stand in its place."""

    words: tuple[str, ...] = field(default=(), repr=False)
    since_ms: tuple[int, ...] = ()


def show(before: Shown, text: str, at_ms: int) -> Shown:
    """Replace what is shown by `text`; words that stand there already keep their time."""
    words = tuple(bare(word) for word in text.split())
    since_ms = [at_ms] * len(words)
    matcher = SequenceMatcher(a=before.words, b=words, autojunk=False)
    for block in matcher.get_matching_blocks():
        since_ms[block.b : block.b + block.size] = before.since_ms[block.a : block.a + block.size]
    return Shown(words=words, since_ms=tuple(since_ms))


def lateness_ms(final: Shown, words: Sequence[Word], opened_ms: int) -> list[int]:
    """From the end of each of the final's words, which are on room time, to when it was first shown, ms."""
    pairs = zip(final.since_ms, words, strict=False)  # as long as each other, unless an engine gave no words
    return [since_ms - opened_ms - word.end_ms for since_ms, word in pairs]
