"""Clips in; what plain faster-whisper makes of them out: its best text, and how long one worker takes over utterances.

The plain worker is the usual one: one model on all cores, a call per utterance, a 30 s window, greedy, no drafts.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.clips import Clip, Cue
from processors.engines.base import SAMPLE_RATE, Engine, Samples, Speech
from processors.engines.choose import DEFAULT_ENGINE, Choice, choose
from processors.utterances import Listening, finish, step
from processors.voice import LIVE, VoiceModel
from schemas.base import Record
from streams.settings import Settings


class Call(Record, frozen=True, kw_only=True):
    """One utterance of a clip: where its speech ends, where it is known to have ended, and how long the call took."""

    end_ms: int
    known_ms: int
    took_ms: float


class PlainWhisper:
    """faster-whisper as its README shows it."""

    def __init__(self, choice: Choice, threads: int) -> None:
        """On the device and with the arithmetic that ours has."""
        from faster_whisper import WhisperModel

        self._model: Any = WhisperModel(
            choice.location, device=choice.device, compute_type=choice.compute_type, cpu_threads=threads
        )

    def text(self, path: Path) -> str:
        """The whole file, with beam 5."""
        segments, _ = self._model.transcribe(str(path), beam_size=5, language="en")
        return " ".join(segment.text.strip() for segment in segments)


def plain_whisper(settings: Settings, threads: int) -> PlainWhisper:
    """What to compare a captioner with these settings with."""
    return PlainWhisper(choose(DEFAULT_ENGINE, settings.model, settings.device, settings.compute_type), threads)


def calls_of(engine: Engine, clip: Clip) -> tuple[Call, ...]:
    """What hearing the clip's utterances takes, as the live pass finds them, one after the other."""
    return tuple(_call(engine, *found) for found in _utterances(clip.samples))


def _call(engine: Engine, samples: Samples, end_ms: int, known_ms: int) -> Call:
    began_s = time.perf_counter()
    engine.transcribe([Speech(samples=samples, final=True, language="en")], beam=1)
    return Call(end_ms=end_ms, known_ms=known_ms, took_ms=(time.perf_counter() - began_s) * 1000)


def queue_delays(rooms: Iterable[Sequence[Cue]], calls: dict[Path, tuple[Call, ...]]) -> list[float]:
    """How long after its speech each final of all rooms comes, ms, when one worker takes them in the order they come.

    Each call takes what it took when it was measured; nothing else runs on the worker's cores.
    """
    finals = sorted(
        (cue.starts_ms + call.known_ms, cue.starts_ms + call.end_ms, call.took_ms)
        for cues in rooms
        for cue in cues
        for call in calls[cue.clip.path]
    )
    free_ms, delays = 0.0, []
    for known_ms, end_ms, took_ms in finals:
        free_ms = max(free_ms, known_ms) + took_ms
        delays.append(free_ms - end_ms)
    return delays


def _utterances(samples: Samples) -> Iterator[tuple[Samples, int, int]]:
    """(samples, end of the speech, when the live pass knows of it), both ms into the clip."""
    model, listening = VoiceModel(), Listening(track_id="plain", policy=LIVE)
    step_size = SAMPLE_RATE // 10
    for start in range(0, len(samples), step_size):
        listening, _, finals = step(listening, model, start, samples[start : start + step_size])
        for said in finals:
            yield said.samples, said.end_ms, listening.end * 1000 // SAMPLE_RATE
    _, finals = finish(listening)
    for said in finals:
        yield said.samples, said.end_ms, said.end_ms + LIVE.silence_ms
