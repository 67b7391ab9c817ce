"""What goes into a speech engine (`Speech`), what comes out (`Heard`), and the Protocol between them (`Engine`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Mono audio at `SAMPLE_RATE`, -1..1."""

SAMPLE_RATE = 16_000


@dataclass(frozen=True, kw_only=True)
class Speech:
    """One utterance, or the beginning of one that is still being spoken (`final=False`).

    `language` is a two-letter code, or empty where the engine may find out. A final is given word times always, the
    beginning of one where it asks for them (`timed`) and the engine can.
    """

    samples: Samples = field(repr=False)
    final: bool
    language: str = ""
    timed: bool = False

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, kw_only=True)
class HeardWord:
    """A word with its punctuation; times in ms from the utterance's first sample, probability 0..1."""

    text: str = field(repr=False)
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What an engine made of one utterance; `words` may be empty for a draft.

    `avg_logprob` is the mean log-probability of a token, `no_speech_prob` the model's doubt that anybody spoke (0..1).
    `rejected` is empty, or the guard (`processors/engines/guards.py`) that emptied the text.
    """

    text: str = field(repr=False)
    words: tuple[HeardWord, ...] = field(default=(), repr=False)
    language: str
    language_probability: float = 1.0
    avg_logprob: float
    no_speech_prob: float
    rejected: str = ""


class Engine(Protocol):
    """A loaded speech model. `transcribe` blocks, so callers run it in a thread; several may.

    `passes` calls run at a time; more than those wait for each other. A call takes `batch` utterances that are alike in
    one pass: with more of them the first waits for longer than the batch saves.
    """

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def passes(self) -> int: ...

    @property
    def batch(self) -> int: ...

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        """Hear each utterance (30 s at most) for itself and return as many results, in order."""
