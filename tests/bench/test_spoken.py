"""Cases are spoken, heard as the final pass hears, and judged beside the same cases read."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from agents.transcriber import FINAL_BEAM
from bench.cli import VOICES, bench
from bench.screening import Case
from bench.spoken import Listener, measured, sampled
from bench.voices import NAMES, open_voice
from processors.engines.base import SAMPLE_RATE, Heard, HeardWord, Samples, Speech
from processors.screening.policy import shipped_policy
from tests.listeners import Scripted
from tests.processors.test_utterances import Loudness

CASES = [
    Case(text="I like onions", positive=True, group="plain"),
    Case(text="I like shallots", positive=True, group="plain"),
    Case(text="I like beans", positive=False, group="kind"),
    Case(text="", positive=False, group="kind"),
]
MODEL = Scripted({"onions": {"hate": 0.9}, "shallots": {"hate": 0.9}})


@dataclass
class Mouth:
    """Speaks a second of tone a word, and remembers what it was asked to say; an empty text is silence."""

    said: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> Samples:
        self.said.append(text)
        return np.full(len(text.split()) * SAMPLE_RATE, 0.3, np.float32)


@dataclass
class Hears:
    """An engine that hears what the mouth just said, but for some words."""

    mouth: Mouth
    mishears: dict[str, str]
    name = "hears"
    model = "all"
    passes = 1
    batch = 1
    beams: list[int] = field(default_factory=list)

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        self.beams.append(beam)
        return [self._heard() for _ in utterances]

    def _heard(self) -> Heard:
        texts = [self.mishears.get(word, word) for word in self.mouth.said[-1].split()]
        words = tuple(
            HeardWord(text=text, start_ms=n * 1000, end_ms=n * 1000 + 1000, probability=1.0)
            for n, text in enumerate(texts)
        )
        return Heard(text=" ".join(texts), words=words, language="en", avg_logprob=0.0, no_speech_prob=0.0)


def listener(**mishears: str) -> tuple[Listener, Hears]:
    mouth = Mouth()
    engine = Hears(mouth, mishears)
    return Listener(mouth, engine, Loudness()), engine


def test_what_is_heard_rightly_costs_nothing() -> None:
    ears, engine = listener()
    report = measured("tone", ears, CASES, shipped_policy(), MODEL, "hate")
    assert (report.cases, report.voice, report.fall_points, report.wer) == (4, "tone", 0.0, 0.0)
    assert report.text.macro_f1 == report.spoken.macro_f1 == 1.0
    assert set(engine.beams) == {FINAL_BEAM}


def test_a_word_that_is_heard_wrongly_costs_its_case_and_is_shown() -> None:
    ears, _ = listener(shallots="shadows")
    report = measured("tone", ears, CASES, shipped_policy(), MODEL, "hate")
    assert report.fall_points == round(100 * (1 - report.spoken.macro_f1), 2) > 0
    assert report.wer == pytest.approx(1 / 9, abs=1e-4)
    (changed,) = report.changed
    assert (changed.text, changed.heard) == ("I like shallots", "I like shadows")
    assert (changed.positive, changed.right_as_text) == (True, True)


def test_silence_is_no_caption_and_no_alarm() -> None:
    ears, _ = listener()
    assert ears.heard("").captions == ()
    assert measured("tone", ears, CASES, shipped_policy(), MODEL, "hate").nothing_heard == 1


def test_each_case_says_how_far_the_bench_is(capsys: pytest.CaptureFixture[str]) -> None:
    ears, _ = listener()
    measured("tone", ears, CASES, shipped_policy(), MODEL, "hate")
    assert capsys.readouterr().err == "0/4 spoken\n"


def test_a_sample_keeps_the_share_of_each_group_and_the_order() -> None:
    cases = [
        Case(text=f"{group} {n} {positive}", positive=positive, group=group)
        for group, count in (("many", 60), ("some", 30), ("few", 2))
        for positive in (True, False)
        for n in range(count)
    ]
    chosen = sampled(cases, 20)
    counts = Counter((case.group, case.positive) for case in chosen)
    assert len(chosen) == 20
    assert all(abs(counts[key] - share) <= 1 for key, share in _shares(cases, 20).items())
    assert chosen == [case for case in cases if case in chosen]
    assert sampled(list(reversed(cases)), 20) == list(reversed(chosen))


def _shares(cases: Sequence[Case], limit: int) -> dict[tuple[str, bool], float]:
    counts = Counter((case.group, case.positive) for case in cases)
    return {key: limit * count / len(cases) for key, count in counts.items()}


@pytest.mark.parametrize("limit", [None, 4, 9])
def test_without_a_lower_limit_all_cases_are_spoken(limit: int | None) -> None:
    assert sampled(CASES, limit) == CASES


def test_the_command_offers_the_voices_there_are() -> None:
    assert VOICES == NAMES


@pytest.mark.model
def test_the_command_prints_what_hearing_costs(tmp_path: Path) -> None:
    pytest.importorskip("piper", reason="the synthesiser is an extra: pip install 'earwitness[spoken]'")
    path = tmp_path / "cases.csv"
    path.write_text("t,l\nThose people are vermin and should be shot.,hateful\nGood evening everybody.,fine\n", "utf-8")
    done = CliRunner().invoke(bench, ["spoken", str(path), "--text", "t", "--label", "l", "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout.splitlines()[-1])
    assert {"cases", "voice", "text", "spoken", "fall_points", "wer"} <= set(report)
    assert (report["cases"], report["voice"]) == (2, "joe")
    assert report["wer"] < 0.3


def test_a_voice_speaks_at_the_engines_rate() -> None:
    pytest.importorskip("piper", reason="the synthesiser is an extra: pip install 'earwitness[spoken]'")
    samples = open_voice("joe")("Good evening and welcome.")
    assert 0.8 < len(samples) / SAMPLE_RATE < 4
    assert 0.05 < np.abs(samples).max() <= 1
