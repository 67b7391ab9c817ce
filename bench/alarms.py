"""Transcripts of ordinary talk in; how often the shipped screener would call a person because of them out."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.judges import said
from bench.transcripts import files_in, lines_of
from processors.screening.classifier import Classifier
from processors.screening.listening import Ears, hear
from processors.screening.policy import Policy
from schemas.base import Record
from schemas.captions import Caption
from schemas.errors import Missing
from schemas.findings import Finding

EXAMPLES = 20


class Alarm(Record, frozen=True, kw_only=True):
    file: str
    text: str
    category: str
    score: float
    marks: tuple[str, ...]


class AlarmsReport(Record, frozen=True, kw_only=True):
    """An alarm is a finding that opens a case; one passage is one alarm, however much it grows."""

    files: int
    hours: float
    alarms: int
    alarms_per_hour: float
    examples: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class _Talk:
    """One transcript: its words, and what it raised."""

    words: int
    alarms: tuple[Alarm, ...]


def alarms_in(
    folder: Path, words_per_minute: int, policy: Policy, classifier: Classifier, *, at_once: int = 1
) -> AlarmsReport:
    """Reads `at_once` transcripts side by side (the model runs outside Python's lock) and says on standard error how
    far it is. Raises `Missing` where the folder holds no transcript.
    """
    paths = files_in(folder)
    if not paths:
        raise Missing(f"no .nlp and no .txt in {folder}")
    talks: list[_Talk] = []
    with ThreadPoolExecutor(at_once) as pool:
        for talk in pool.map(lambda path: _talk(path, words_per_minute, policy, classifier), paths):
            talks.append(talk)
            print(f"{len(talks)}/{len(paths)} transcripts, {len(talk.alarms)} alarms", file=sys.stderr, flush=True)
    return _report(talks, words_per_minute)


def _talk(path: Path, words_per_minute: int, policy: Policy, classifier: Classifier) -> _Talk:
    captions = list(captions_of(path, words_per_minute))
    found = (_alarm(path, finding) for finding in _cases(captions, policy, classifier))
    return _Talk(sum(len(caption.text.split()) for caption in captions), tuple(found))


def _report(talks: Sequence[_Talk], words_per_minute: int) -> AlarmsReport:
    hours = sum(talk.words for talk in talks) / words_per_minute / 60
    found = [alarm for talk in talks for alarm in talk.alarms]
    return AlarmsReport(
        files=len(talks),
        hours=round(hours, 2),
        alarms=len(found),
        alarms_per_hour=round(len(found) / hours, 3) if hours else 0.0,
        examples=tuple(found[:EXAMPLES]),
    )


def captions_of(path: Path, words_per_minute: int) -> Iterator[Caption]:
    """A transcript as live captions: a track per speaker, every word as long as the pace says."""
    word_ms = 60_000 / words_per_minute
    spoken = 0
    for n, (speaker, line) in enumerate(lines_of(path)):
        start_ms = int(spoken * word_ms)
        spoken += len(line.split())
        yield said(line, speaker or "0", str(n), start_ms, int(spoken * word_ms))


def _cases(captions: list[Caption], policy: Policy, classifier: Classifier) -> Iterator[Finding]:
    """The findings that open a case, each once, as they ended up."""
    ears = Ears()
    cases: dict[str, Finding] = {}
    for caption in captions:
        ears, findings = hear(ears, caption, policy, classifier)
        cases |= {finding.finding_id: finding for finding in findings if finding.effect != "log"}
    yield from cases.values()


def _alarm(path: Path, finding: Finding) -> Alarm:
    return Alarm(file=path.name, text=finding.text, category=finding.category, score=finding.score, marks=finding.marks)
