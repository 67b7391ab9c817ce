"""Captions in; findings, and asks for a case where a person has to look, out."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable

import msgspec
import structlog

from agents.casework import Casework
from agents.outages import through_outages
from agents.policies import PolicyBook
from agents.ports import Agent, Deliveries, Delivery, Now, Outputs, RecordingStore
from processors.layout import unscreened_key
from processors.screening.attending import Attending
from processors.screening.classifier import Classifier
from processors.screening.listening import Ears, hear, reread
from processors.screening.policy import Policy
from processors.screening.quotas import Asked
from schemas.asks import AttachScreening, Command
from schemas.base import Record
from schemas.captions import Caption, CaptionRecord, TranscriptEnded
from schemas.findings import Finding

log = structlog.get_logger()

ACTOR = "screener"

Taken = Delivery[CaptionRecord]


def screener(book: PolicyBook, classifier: Classifier, casework: Casework, store: RecordingStore, now: Now) -> Agent:
    """Live captions are screened as they come and acknowledged at once.

    Those of the final pass wait, unacknowledged, for the end of their transcript: then the room is screened as a
    whole, each passage with what follows it. A restart in between hands them all over again, so the count holds.
    """

    async def run(deliveries: Deliveries[CaptionRecord]) -> Outputs:
        screening = _Screening(book, classifier, casework, store, now)
        async for delivery in deliveries:
            async for output in screening.take(delivery):
                yield output
            for one in screening.done():
                await one.ack()

    return run


async def screened_room(
    room_id: str,
    captions: Iterable[Caption],
    policy: Policy,
    classifier: Classifier,
    casework: Casework,
    store: RecordingStore,
    now: Now,
) -> AsyncIterator[Record]:
    """Screen a whole transcript; where the model is away, leave a mark so that the room is screened again."""
    said = {caption.caption_id: caption for caption in captions}
    attending = Attending(classifier)
    findings = await asyncio.to_thread(reread, list(said.values()), policy, attending)
    asked = Asked()
    for finding in findings:
        asked, outputs = await casework.act(finding, said, policy, asked)
        for output in outputs:
            yield output
    if attending.missed:
        await through_outages(lambda: store.put(unscreened_key(room_id), b""))
    summary = AttachScreening(
        findings=len(findings),
        policy_version=policy.version,
        by_model=not attending.missed,
        abstained=attending.abstentions,
    )
    log.info("room_screened", room_id=room_id, captions=len(said), **msgspec.structs.asdict(summary))
    yield _screened(room_id, summary, now())


class _LiveRoom:
    """A room that is being listened to, what was said in its findings, and what it asked for."""

    def __init__(self) -> None:
        self.ears = Ears()
        self.said: dict[str, Caption] = {}
        self.asked = Asked()

    def keep(self, findings: Iterable[Finding], window: Iterable[Caption]) -> None:
        """Of what was said keep what a finding may still need."""
        wanted = {name for found in findings for name in found.caption_ids}
        for caption in window:
            if caption.caption_id in wanted:
                self.said[caption.caption_id] = caption


class _Screening:
    """What the agent remembers: each live room, and the final captions that wait for their transcript's end."""

    def __init__(
        self, book: PolicyBook, classifier: Classifier, casework: Casework, store: RecordingStore, now: Now
    ) -> None:
        self._book = book
        self._classifier = classifier
        self._casework = casework
        self._store = store
        self._now = now
        self._live: dict[str, _LiveRoom] = defaultdict(_LiveRoom)
        self._waiting: dict[str, list[Taken]] = defaultdict(list)
        self._done: list[Taken] = []

    def done(self) -> list[Taken]:
        """The deliveries that need nothing more."""
        done, self._done = self._done, []
        return done

    async def take(self, delivery: Taken) -> AsyncIterator[Record]:
        """What to publish for a record."""
        record = delivery.record
        if isinstance(record, TranscriptEnded):
            async for output in self._end(delivery, record):
                yield output
        elif record.status == "draft" or not record.text:  # an empty final only takes its draft back
            self._done.append(delivery)
        elif record.pass_name == "final":
            self._waiting[record.room_id].append(delivery)
        else:
            async for output in self._hear(record):
                yield output
            self._done.append(delivery)

    async def _hear(self, caption: Caption) -> AsyncIterator[Record]:
        room, policy = self._live[caption.room_id], await self._book.at(caption.emitted_ms)
        attending = Attending(self._classifier)
        room.ears, findings = await asyncio.to_thread(hear, room.ears, caption, policy, attending)
        room.keep(findings, room.ears.speakers[caption.track_id].window)
        for finding in findings:
            room.asked, outputs = await self._casework.act(finding, room.said, policy, room.asked)
            for output in outputs:
                yield output

    async def _end(self, delivery: Taken, ended: TranscriptEnded) -> AsyncIterator[Record]:
        if ended.pass_name == "live":
            self._live.pop(ended.room_id, None)
            self._done.append(delivery)
            return
        waiting = self._waiting.pop(ended.room_id, [])
        captions = [one.record for one in waiting if isinstance(one.record, Caption)]
        policy = await self._book.at(max((caption.emitted_ms for caption in captions), default=self._now()))
        outputs = screened_room(
            ended.room_id, captions, policy, self._classifier, self._casework, self._store, self._now
        )
        async for output in outputs:
            yield output
        self._done += [*waiting, delivery]


def _screened(room_id: str, summary: AttachScreening, at_ms: int) -> Command:
    """Where the model was away the room will be screened again, under another id: a repeated one would do nothing."""
    return Command(
        command_id=f"screen:{room_id}" if summary.by_model else f"screen:{room_id}:rules",
        room_id=room_id,
        actor=ACTOR,
        at_ms=at_ms,
        ask=summary,
    )
