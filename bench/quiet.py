"""Sounds in which nobody speaks in; the words that live captions invent of them out.

Voice activity, utterances, engine and guards are those of the live pass, without the path around them, so that half an
hour takes as long as it computes. Drafts count like finals: a reader sees them.
"""

from collections.abc import Iterator
from typing import Any

from bench.sounds import SOUNDS, minute_of
from processors.engines.base import SAMPLE_RATE, Engine, Heard, Speech
from processors.engines.choose import open_engine
from processors.utterances import Listening, Utterance, finish, step
from processors.voice import LIVE, VoiceModel
from streams.settings import read

LIVE_BEAM = 1
STEP = SAMPLE_RATE
"""Samples a step: chunks are a second long."""


def bench(minutes: int) -> dict[str, Any]:
    """For each sound: captions shown and words in them, and how often voice activity or a guard held them back."""
    settings = read()
    engine = open_engine(settings.engine, settings.model, settings.device)
    return {"minutes": minutes} | {name: _report(name, minutes, engine) for name in SOUNDS}


def _report(name: str, minutes: int, engine: Engine) -> dict[str, Any]:
    utterances = drafts = rejected = words = words_of_drafts = 0
    for said in _utterances(name, minutes):
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
    return engine.transcribe([Speech(samples=said.samples, final=said.final, language="en")], beam=LIVE_BEAM)[0]


def _utterances(name: str, minutes: int) -> Iterator[Utterance]:
    model, listening = VoiceModel(), Listening(track_id=name, policy=LIVE)
    for minute in range(minutes):
        sound = minute_of(name, minute)
        for start in range(0, len(sound), STEP):
            listening, drafts, finals = step(listening, model, listening.end, sound[start : start + STEP])
            yield from (*drafts, *finals)
    yield from finish(listening)[1]
