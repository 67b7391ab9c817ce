"""Utterances in, batches out: which of them go through the encoder together, and in how long a window."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from processors.engines.base import Speech

WINDOWS_S = (4, 6, 8, 10, 12, 15, 20, 25, 30)
"""Window lengths, s: few, so that finals of about one length meet in one batch; longer ones loop less."""
DRAFT_WINDOWS_S = (2, 3, 4, 5, 6, 7, *WINDOWS_S[2:])
"""Of drafts: encoding and each token's decoding cost as much as the window is long, and a draft that loops is cut."""
LONGEST_S = WINDOWS_S[-1]

FINAL_PADDING_S = 3.0
"""Silence after a final's speech; with less the decoder begins to loop."""
DRAFT_PADDING_S = 0.5
"""Silence after a draft's speech: a draft that loops is cut by the token limit and replaced a second later."""

MAX_BATCH = 8
"""Utterances a pass: CTranslate2 gains little from more on a CPU."""


def window_s(speech: Speech) -> int:
    """The shortest window, s, that holds the utterance and its padding."""
    needed_s = speech.seconds + (FINAL_PADDING_S if speech.final else DRAFT_PADDING_S)
    lengths = WINDOWS_S if speech.final else DRAFT_WINDOWS_S
    return next((length for length in lengths if length >= needed_s), LONGEST_S)


def batches(utterances: Sequence[Speech]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (window in s, positions in `utterances`): alike in window, language and finality, `MAX_BATCH` at most."""
    alike = defaultdict[tuple[int, bool, str], list[int]](list)
    for position, speech in enumerate(utterances):
        alike[(window_s(speech), speech.final, speech.language)].append(position)
    for (length, _, _), positions in alike.items():
        for first in range(0, len(positions), MAX_BATCH):
            yield length, tuple(positions[first : first + MAX_BATCH])
