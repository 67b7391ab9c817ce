"""An engine that may fail, hang or run out of memory in; one that is made anew, or reported as stuck, out.

What cannot be done from inside is done from outside: a thread that hangs in native code ends only with its process, so
`stuck` is to end it; the supervisor starts it again and what was not acknowledged comes again (decision 0022).
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import structlog

from processors.engines.base import Engine, Heard, Speech
from schemas.errors import EarwitnessError

log = structlog.get_logger()

PATIENCE_S = 30.0
"""A pass may take so long, whatever it hears: loading into memory that is short takes seconds."""
PATIENCE_SHARE = 5.0
"""And so many times as long as what it hears: slower than that, no worker would ever keep up."""
FAILED = "engine_failed"


class SupervisedEngine:
    """Gives `language` to speech that has none, watches each pass, and opens the engine again when one fails.

    What failed is heard again utterance by utterance; one that fails alone too is given up as `FAILED`, so that what
    breaks an engine is lost and not the whole room. `stuck` is called, in another thread, with the seconds waited.
    """

    def __init__(
        self, open_engine: Callable[[], Engine], stuck: Callable[[float], None], *, language: str = ""
    ) -> None:
        self._open = open_engine
        self._stuck = stuck
        self._language = language
        self._engine = open_engine()
        self._opening = threading.Lock()
        self.name = self._engine.name
        self.model = self._engine.model
        self.passes = self._engine.passes
        self.batch = self._engine.batch

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        """Hear the utterances; raises only `EarwitnessError` (try again later)."""
        known = [replace(speech, language=speech.language or self._language) for speech in utterances]
        heard = self._tried(known, beam)
        if heard is not None:
            return heard
        return [found for speech in known for found in self._tried([speech], beam) or [_nothing(speech)]]

    def _tried(self, utterances: list[Speech], beam: int) -> list[Heard] | None:
        engine = self._engine
        try:
            with self._watched(sum(speech.seconds for speech in utterances)):
                return engine.transcribe(utterances, beam=beam)
        except EarwitnessError:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever the engine's libraries raise, another one may do
            log.error("engine_failed", engine=self.name, utterances=len(utterances), kind=type(error).__name__)
        with self._opening:  # of two passes that fail together, the second finds a new one
            if self._engine is engine:
                self._engine = self._open()
        return None

    @contextmanager
    def _watched(self, seconds: float) -> Iterator[None]:
        patience_s = PATIENCE_S + PATIENCE_SHARE * seconds
        timer = threading.Timer(patience_s, self._stuck, (patience_s,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _nothing(speech: Speech) -> Heard:
    return Heard(text="", language=speech.language or "en", avg_logprob=0.0, no_speech_prob=0.0, rejected=FAILED)
