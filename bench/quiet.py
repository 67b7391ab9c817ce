"""Sounds in which nobody speaks in; the words that live captions invent of them out.

Voice activity, utterances, engine and guards are those of the live pass, without the path around them, so that half an
hour takes as long as it computes. Drafts count like finals: a reader sees them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from agents.captioner import DRAFT_BEAM, LIVE_BEAM
from bench.sounds import SOUNDS, minute_of
from processors.engines.base import SAMPLE_RATE, Engine, Heard, Samples, Speech
from processors.engines.choose import open_engine
from processors.utterances import Listening, Utterance, finish, step
from processors.voice import LIVE, VoiceModel
from streams.settings import read

STEP = SAMPLE_RATE
"""Samples a step: chunks are a second long."""


def bench(minutes: int) -> dict[str, Any]:
    """For each sound: captions shown and words in them, and how often voice activity or a guard held them back."""
    settings = read()
    engine = open_engine(settings.engine, settings.model, settings.device, compute_type=settings.compute_type)
    sounds = {name: (minute_of(name, minute) for minute in range(minutes)) for name in SOUNDS}
    return {"minutes": minutes} | {name: invented(sound, minutes, engine) for name, sound in sounds.items()}


def invented(sound: Iterable[Samples], minutes: float, engine: Engine) -> dict[str, Any]:
    """What an engine makes of a sound of so many minutes, given piece by piece."""
    utterances = drafts = rejected = words = words_of_drafts = 0
    for said in _utterances(sound):
        heard = _heard(engine, said)
        found = len(heard.text.split())
        utterances, drafts = utterances + said.final, drafts + (not said.final)
        rejected += bool(heard.rejected)
        words, words_of_drafts = words + found * said.final, words_of_drafts + found * (not said.final)
    return {
        "utterances": utterances,
        "drafts": drafts,
        "rejected": rejected,
        "words": words,
        "words_of_drafts": words_of_drafts,
        "words_per_10_min": round(words * 10 / minutes, 2),
    }


def _heard(engine: Engine, said: Utterance) -> Heard:
    beam = LIVE_BEAM if said.final else DRAFT_BEAM
    return engine.transcribe([Speech(samples=said.samples, final=said.final, language="en")], beam=beam)[0]


def _utterances(sound: Iterable[Samples]) -> Iterator[Utterance]:
    model, listening = VoiceModel(), Listening(track_id="quiet", policy=LIVE)
    for piece in sound:
        for start in range(0, len(piece), STEP):
            listening, drafts, finals = step(listening, model, listening.end, piece[start : start + STEP])
            yield from (*drafts, *finals)
    yield from finish(listening)[1]
