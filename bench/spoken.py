"""Labelled texts in; how much less the screener is right when they are spoken and heard, out.

A synthetic voice speaks each case, the captioner's engine hears it as it hears finals (voice activity, utterances,
guards), and the screener judges the captions as it would in a room.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256

import numpy as np

from agents.transcriber import FINAL_BEAM
from bench.judges import said, shown
from bench.scoring import score
from bench.screening import Case, Figures, figures
from bench.voices import Voice
from processors.captioning import Origin, final_caption
from processors.engines.base import SAMPLE_RATE, Engine, Samples, Speech
from processors.engines.choose import open_engine
from processors.screening.classifier import Classifier
from processors.screening.policy import Policy
from processors.utterances import Listening, Utterance, finish, step
from processors.voice import FINAL, VoiceDetector, VoiceModel
from schemas.base import Record
from schemas.captions import Caption
from streams.settings import read

AROUND_S = 1.0
"""Silence before and after a case, as around somebody who speaks in a room."""
EXAMPLES = 20
TOLD_EVERY = 50


class Changed(Record, frozen=True, kw_only=True):
    """A case that the screener judged right as a text and wrong as it was heard, or the other way round."""

    text: str
    heard: str
    positive: bool
    right_as_text: bool


class SpokenReport(Record, frozen=True, kw_only=True):
    """`fall_points` is how many points of macro-F1 (0..100) hearing costs; `wer` the errors a spoken word."""

    cases: int
    voice: str
    text: Figures
    spoken: Figures
    fall_points: float
    wer: float
    nothing_heard: int
    changed: tuple[Changed, ...]


class Heard(Record, frozen=True, kw_only=True):
    captions: tuple[Caption, ...]

    @property
    def text(self) -> str:
        return " ".join(caption.text for caption in self.captions)


class Listener:
    """Hears a voice as a room's final pass would."""

    def __init__(self, voice: Voice, engine: Engine, detector: VoiceDetector) -> None:
        self._voice = voice
        self._engine = engine
        self._detector = detector

    def heard(self, text: str) -> Heard:
        said = list(utterances_in(self._voice(text), self._detector))
        speeches = [Speech(samples=one.samples, final=True, language="en") for one in said]
        found = self._engine.transcribe(speeches, beam=FINAL_BEAM) if speeches else []
        captions = [final_caption(self._origin, one, heard, 0) for one, heard in zip(said, found, strict=True)]
        return Heard(captions=tuple(caption for caption in captions if caption.text))

    @property
    def _origin(self) -> Origin:
        return Origin(
            room_id="bench",
            track_id="bench",
            speaker="bench",
            pass_name="final",
            engine=self._engine.name,
            model=self._engine.model,
        )


def listening_to(voice: Voice) -> Listener:
    """The voice with the engine of the settings. Raises `Unavailable` where that is not there."""
    settings = read()
    engine = open_engine(settings.engine, settings.model, settings.device, compute_type=settings.compute_type)
    return Listener(voice, engine, VoiceModel())


def utterances_in(samples: Samples, detector: VoiceDetector) -> Iterator[Utterance]:
    around = np.zeros(round(AROUND_S * SAMPLE_RATE), np.float32)
    listening, _, finals = step(
        Listening(track_id="bench", policy=FINAL), detector, 0, np.concatenate((around, samples, around))
    )
    yield from (*finals, *finish(listening)[1])


def measured(
    name: str, listener: Listener, cases: Sequence[Case], policy: Policy, classifier: Classifier, category: str
) -> SpokenReport:
    """Says on standard error how far it is: a thousand cases take some ten minutes."""
    heard: list[Heard] = []
    for n, case in enumerate(cases):
        if n % TOLD_EVERY == 0:
            print(f"{n}/{len(cases)} spoken", file=sys.stderr, flush=True)
        heard.append(listener.heard(case.text))
    by_text = [shown([said(case.text)], policy, classifier, category) for case in cases]
    by_ear = [shown(one.captions, policy, classifier, category) for one in heard]
    text, spoken = figures(cases, by_text), figures(cases, by_ear)
    words = score([case.text for case in cases], [one.text for one in heard])
    return SpokenReport(
        cases=len(cases),
        voice=name,
        text=text,
        spoken=spoken,
        fall_points=round(100 * (text.macro_f1 - spoken.macro_f1), 2),
        wer=words.wer if words else 0.0,
        nothing_heard=sum(not one.captions for one in heard),
        changed=tuple(_changed(cases, heard, by_text, by_ear))[:EXAMPLES],
    )


def _changed(
    cases: Sequence[Case], heard: Sequence[Heard], by_text: Sequence[bool], by_ear: Sequence[bool]
) -> Iterator[Changed]:
    for case, one, as_text, as_heard in zip(cases, heard, by_text, by_ear, strict=True):
        if as_text != as_heard:
            yield Changed(
                text=case.text, heard=one.text, positive=case.positive, right_as_text=as_text == case.positive
            )


def sampled(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """At most `limit` cases, in their order: every group and label keeps its share.

    Which ones is drawn by their digests, so that the same file always gives the same sample.
    """
    if limit is None or limit >= len(cases):
        return list(cases)
    strata: dict[tuple[str, bool], list[Case]] = defaultdict(list)
    for case in cases:
        strata[case.group, case.positive].append(case)
    ranked = [
        ((n + 0.5) / len(some), key, case)
        for key, some in strata.items()
        for n, case in enumerate(sorted(some, key=lambda one: sha256(one.text.encode()).digest()))
    ]
    chosen = {id(case) for _, _, case in sorted(ranked, key=lambda one: one[:2])[:limit]}
    return [case for case in cases if id(case) in chosen]
