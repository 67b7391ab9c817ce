"""Utterances in, words out, as most servers ask Whisper: a call an utterance, a window of 30 s, greedy, no drafts.

It is here to be compared with, through the same path: `earwitness bench captions --find-capacity`.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from processors.engines.base import Heard, Speech


class PlainEngine:
    """faster-whisper as its README shows it, on all cores: one model, one call at a time."""

    name = "plain"
    passes = 1
    batch = 1

    def __init__(self, path: str | Path, *, model: str, device: str = "cpu", compute_type: str = "int8") -> None:
        from faster_whisper import WhisperModel

        self.model = model
        threads = os.cpu_count() or 1
        self._whisper: Any = WhisperModel(str(path), device=device, compute_type=compute_type, cpu_threads=threads)

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        """Hear finals, greedily whatever the `beam`; of drafts, which a plain worker does not make, nothing."""
        return [self._heard(speech) if speech.final else _nothing(speech) for speech in utterances]

    def _heard(self, speech: Speech) -> Heard:
        found, about = self._whisper.transcribe(speech.samples, beam_size=1, language=speech.language or None)
        segments = list(found)  # the work is done while they are asked for
        return Heard(
            text=" ".join(segment.text.strip() for segment in segments),
            language=about.language,
            language_probability=about.language_probability,
            avg_logprob=min((segment.avg_logprob for segment in segments), default=0.0),
            no_speech_prob=max((segment.no_speech_prob for segment in segments), default=1.0),
        )


def _nothing(speech: Speech) -> Heard:
    return Heard(text="", language=speech.language, avg_logprob=0.0, no_speech_prob=0.0)
