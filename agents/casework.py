"""A finding and what was said in; the finding as it may stand, and the ask for its case once that has evidence, out.

In this order, so that no case is without reasons: the quota, the second hearing, the testimony, the finding, the ask.
"""

import asyncio
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from agents.outages import through_outages
from agents.ports import Now, RecordingStore
from agents.second_listener import SecondListener
from processors.layout import reasons_key
from processors.screening.attribution import carrying
from processors.screening.classifier import TargetClassifier
from processors.screening.policy import Policy
from processors.screening.quotas import Asked, within_quota
from processors.screening.second_listen import REFUTED, refuted
from schemas.asks import Command, OpenCase
from schemas.base import Record
from schemas.captions import Caption
from schemas.errors import Unavailable
from schemas.evidence import SecondListen, Testimony
from schemas.findings import Finding

ACTOR = "screener"
MOST_REMEMBERED = 2_000
"""Passages heard again whose result is remembered, so that a finding that grows is not heard with each growth."""


class Casework:
    """Does what follows from findings, once for each state of them."""

    def __init__(self, second: SecondListener, classifier: TargetClassifier, store: RecordingStore, now: Now) -> None:
        self._second = second
        self._classifier = classifier
        self._store = store
        self._now = now
        self._heard: dict[str, SecondListen] = {}

    async def act(
        self, finding: Finding, said: Mapping[str, Caption], policy: Policy, asked: Asked
    ) -> tuple[Asked, tuple[Record, ...]]:
        """What to publish for a finding; `said` holds its captions, by id."""
        asked, finding = within_quota(asked, finding, policy.quotas)
        if finding.effect == "log":
            return asked, (finding,)
        captions = tuple(said[name] for name in finding.caption_ids if name in said)
        listened = await self._listened(finding, captions)
        if refuted(listened):
            return asked, (replace(finding, effect="log", marks=(*finding.marks, REFUTED)),)
        await self._testify(finding, captions, listened)
        return asked, (finding, case_of(finding, self._now()))

    async def _listened(self, finding: Finding, captions: tuple[Caption, ...]) -> SecondListen:
        """What was heard the last time, unless more is to be heard: a passage that came back stays so."""
        known = self._heard.get(finding.finding_id)
        if known is not None and known.came_back is not None and not refuted(known):
            return known
        listened = await self._second.listen(finding, captions)
        self._heard[finding.finding_id] = listened
        if len(self._heard) > MOST_REMEMBERED:
            del self._heard[next(iter(self._heard))]
        return listened

    async def _testify(self, finding: Finding, captions: tuple[Caption, ...], listened: SecondListen) -> None:
        scores: dict[str, float] = {}
        for reason in finding.reasons:
            scores[reason.category] = max(scores.get(reason.category, 0.0), reason.score)
        words = await asyncio.to_thread(carrying, finding, captions, self._classifier)
        testimony = Testimony(
            finding=finding,
            captions=captions,
            words=words,
            scores=scores,
            second_listen=listened,
            made_ms=self._now(),
            about=await asyncio.to_thread(_about, finding, self._classifier),
        )
        key, data = reasons_key(finding.room_id, finding.finding_id), msgspec.json.encode(testimony)
        await through_outages(lambda: self._store.put(key, data))


def _about(finding: Finding, classifier: TargetClassifier) -> str:
    try:
        return classifier.about(finding.text) if finding.category == "hate" else ""
    except Unavailable:
        return ""


def case_of(finding: Finding, at_ms: int) -> Command:
    """The ask for a case. A finding that turns urgent asks again, under another id: a repeated one changes nothing."""
    urgent = finding.effect == "urgent"
    return Command(
        command_id=f"case:{finding.finding_id}{':urgent' if urgent else ''}",
        room_id=finding.room_id,
        actor=ACTOR,
        at_ms=at_ms,
        ask=OpenCase(
            finding_id=finding.finding_id,
            track_id=finding.track_id,
            category=finding.category,
            score=finding.score,
            urgent=urgent,
            start_ms=finding.start_ms,
            end_ms=finding.end_ms,
        ),
    )
