"""Captions in; findings, and asks for a case where a person has to look, out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import structlog

from agents.ports import Agent, Deliveries, Delivery, Now, Outputs
from processors.screening.classifier import Classifier
from processors.screening.listening import Ears, hear, reread
from processors.screening.policy import Policy
from schemas.asks import AttachScreening, Command, OpenCase
from schemas.base import Record
from schemas.captions import Caption, CaptionRecord, TranscriptEnded
from schemas.findings import Finding

log = structlog.get_logger()

ACTOR = "screener"

Taken = Delivery[CaptionRecord]


def screener(policy: Policy, classifier: Classifier, now: Now) -> Agent:
    """Live captions are screened as they come and acknowledged at once.

    Those of the final pass wait, unacknowledged, for the end of their transcript: then the room is screened as a
    whole, each passage with what follows it. A restart in between hands them all over again, so the count holds.
    """

    async def run(deliveries: Deliveries[CaptionRecord]) -> Outputs:
        screening = _Screening(policy, classifier, now)
        async for delivery in deliveries:
            outputs, done = screening.take(delivery)
            for output in outputs:
                yield output
            for one in done:
                await one.ack()

    return run


class _Screening:
    """What the agent remembers: each live room, and the final captions that wait for their transcript's end."""

    def __init__(self, policy: Policy, classifier: Classifier, now: Now) -> None:
        self._policy = policy
        self._classifier = classifier
        self._now = now
        self._live: dict[str, Ears] = {}
        self._waiting: dict[str, list[Taken]] = defaultdict(list)

    def take(self, delivery: Taken) -> tuple[tuple[Record, ...], tuple[Taken, ...]]:
        """What to publish for a record, and which deliveries are done after that."""
        record = delivery.record
        if isinstance(record, TranscriptEnded):
            return self._end(delivery, record)
        if record.status == "draft" or not record.text:  # an empty final only takes its draft back
            return (), (delivery,)
        if record.pass_name == "live":
            return self._hear(record), (delivery,)
        self._waiting[record.room_id].append(delivery)
        return (), ()

    def _hear(self, caption: Caption) -> tuple[Record, ...]:
        ears = self._live.get(caption.room_id, Ears())
        self._live[caption.room_id], findings = hear(ears, caption, self._policy, self._classifier)
        return tuple(_outputs(findings, self._now()))

    def _end(self, delivery: Taken, ended: TranscriptEnded) -> tuple[tuple[Record, ...], tuple[Taken, ...]]:
        if ended.pass_name == "live":
            self._live.pop(ended.room_id, None)
            return (), (delivery,)
        waiting = self._waiting.pop(ended.room_id, [])
        captions = [one.record for one in waiting if isinstance(one.record, Caption)]
        findings = reread(captions, self._policy, self._classifier)
        log.info("room_screened", room_id=ended.room_id, captions=len(captions), findings=len(findings))
        screened = _screened(ended.room_id, len(findings), self._policy.version, self._now())
        return (*_outputs(findings, self._now()), screened), (*waiting, delivery)


def _outputs(findings: Iterable[Finding], at_ms: int) -> Iterator[Record]:
    for finding in findings:
        yield finding
        if finding.effect != "log":
            yield _case(finding, at_ms)


def _case(finding: Finding, at_ms: int) -> Command:
    """A finding that turns urgent asks again, under an id of its own: a repeated id would change nothing."""
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


def _screened(room_id: str, findings: int, policy_version: str, at_ms: int) -> Command:
    return Command(
        command_id=f"screen:{room_id}",
        room_id=room_id,
        actor=ACTOR,
        at_ms=at_ms,
        ask=AttachScreening(findings=findings, policy_version=policy_version),
    )
