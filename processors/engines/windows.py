"""Utterances in, batches out: which of them go through the encoder together, and in how long a window."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from processors.engines.base import Speech

WINDOWS_S = (4, 6, 8, 10, 12, 15, 20, 25, 30)
"""Window lengths, s: few, so that finals of about one length meet in one batch."""
DRAFT_WINDOWS_S = (2, 4, *WINDOWS_S[1:])
"""Of drafts."""
LONGEST_S = WINDOWS_S[-1]

FINAL_PADDING_S = 3.0
"""How far a final's window goes on after its speech; with less the decoder begins to loop."""
DRAFT_PADDING_S = 0.5
"""And a draft's: one that loops is cut by the token limit and replaced a second later."""
FINAL_SILENCE_S = 1.5
"""So much of it is silence that the encoder hears, at least; its last frame stands for the rest (decision 0033)."""


def window_s(speech: Speech) -> int:
    """The shortest window, s, that holds the utterance and its padding."""
    needed_s = speech.seconds + (FINAL_PADDING_S if speech.final else DRAFT_PADDING_S)
    lengths = WINDOWS_S if speech.final else DRAFT_WINDOWS_S
    return next((length for length in lengths if length >= needed_s), LONGEST_S)


def second_window_s(speech: Speech) -> int:
    """The window, s, of a second hearing: a second longer than the first needed to be, and all of it encoded."""
    return min(math.ceil(speech.seconds + FINAL_PADDING_S + 1.0), LONGEST_S)


def encoded_s(speech: Speech) -> int:
    """What of the window has to be encoded, in whole seconds: the utterance and a little silence."""
    return min(math.ceil(speech.seconds + (FINAL_SILENCE_S if speech.final else DRAFT_PADDING_S)), LONGEST_S)


def batches(utterances: Sequence[Speech], most: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (window in s, positions in `utterances`): alike in window, language and finality, `most` at most."""
    alike = defaultdict[tuple[int, bool, str], list[int]](list)
    for position, speech in enumerate(utterances):
        alike[(window_s(speech), speech.final, speech.language)].append(position)
    for (length, _, _), positions in alike.items():
        for first in range(0, len(positions), most):
            yield length, tuple(positions[first : first + most])
