"""A script in, its words out: an engine without a model, for tests and for showing the path where there is no model."""

import itertools
from collections.abc import Sequence

from processors.engines.base import Heard, HeardWord, Speech

WORDS_PER_S = 2.5
"""The pace of ordinary talk, words a second."""


class ScriptedEngine:
    """Hears the first words of its script in every utterance, as many as fit at the pace of talk.

    The same length always gives the same words, and a longer draft begins with the words of a shorter one.
    """

    name = "scripted"
    passes = 1
    batch = 8

    def __init__(self, script: str = "this is what the script says", *, model: str = "script") -> None:
        self.model = model
        self._script = script.split()

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        """Give each utterance its words, evenly spaced; `beam` changes nothing."""
        return [self._heard(speech) for speech in utterances]

    def _heard(self, speech: Speech) -> Heard:
        count = max(1, round(speech.seconds * WORDS_PER_S))
        texts = list(itertools.islice(itertools.cycle(self._script), count))
        step_ms = speech.seconds * 1000 / count
        words = tuple(
            HeardWord(text=text, start_ms=round(n * step_ms), end_ms=round((n + 1) * step_ms), probability=1.0)
            for n, text in enumerate(texts)
        )
        return Heard(
            text=" ".join(texts),
            words=words if speech.final else (),
            language="en",
            avg_logprob=0.0,
            no_speech_prob=0.0,
        )
