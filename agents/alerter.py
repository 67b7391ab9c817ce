"""Cases opened in; alerts in a durable outbox out, and from there to whoever is to be told, at least once.

An alert leaves the outbox when its receiver has said yes. A crash in between tells it again, under the same key.
"""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec
import structlog

from agents.outages import through_outages
from agents.policies import PolicyBook
from agents.ports import Agent, Deliveries, Now, Outputs, RecordingStore
from processors.alerting import Message, delay_ms
from processors.layout import OUTBOX, outbox_key
from schemas.alerts import Alert
from schemas.errors import Conflict, Invalid, Unavailable
from schemas.facts import CaseOpened, Entry

log = structlog.get_logger()

Form = Callable[[Alert, str, int], Message]


class Receiver(Protocol):
    """Somebody outside who is told."""

    async def tell(self, message: Message, *, page: bool) -> None:
        """Return once it was taken; raise `Unavailable` where it may be tried again, `Invalid` where it was refused."""


def alerter(store: RecordingStore, book: PolicyBook, base_url: str, *, told: bool) -> Agent:
    """Make the agent of topic `room.events` that puts an alert for each case into the outbox, if anybody is told."""

    async def run(deliveries: Deliveries[Entry]) -> Outputs:
        async for delivery in deliveries:
            entry = delivery.record
            if told and isinstance(entry.fact, CaseOpened):
                policy = await book.at(entry.at_ms)
                bars = policy.categories.get(entry.fact.category)
                await _keep(store, alert_of(entry, entry.fact, base_url, bars.dsa if bars else ""))
            await delivery.ack()
        return
        yield  # an agent is a generator; this one has nothing to say

    return run


def alert_of(entry: Entry, opened: CaseOpened, base_url: str, dsa: str) -> Alert:
    """What is told of a case."""
    return Alert(
        alert_id=opened.case_id,
        room_id=entry.room_id,
        case_id=opened.case_id,
        track_id=opened.track_id,
        category=opened.category,
        dsa=dsa,
        score=opened.score,
        source=opened.source,
        page=opened.urgent,
        start_ms=opened.start_ms,
        end_ms=opened.end_ms,
        opened_ms=entry.at_ms,
        review_url=f"{base_url}/moderate/{entry.room_id}?t={(opened.start_ms or 0) / 1000:g}",
    )


async def _keep(store: RecordingStore, alert: Alert) -> None:
    key, data = outbox_key(alert.alert_id), msgspec.json.encode(alert)
    with contextlib.suppress(Conflict):  # it waits there already
        await through_outages(partial(store.put, key, data, if_absent=True))


class Outbox:
    """Tells what waits, urgent alerts first; who does not answer is asked again, later each time."""

    def __init__(self, store: RecordingStore, receiver: Receiver, form: Form, secret: str, now: Now) -> None:
        self._store = store
        self._receiver = receiver
        self._form = form
        self._secret = secret
        self._now = now
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, int] = {}

    async def send(self) -> int:
        """Tell what is due; returns how many were taken."""
        waiting = [found.key for found in await self._store.list(OUTBOX)]
        due = [key for key in waiting if self._not_before.get(key, 0) <= self._now()]
        alerts = [(key, msgspec.json.decode(await self._store.get(key), type=Alert)) for key in due]
        alerts.sort(key=lambda found: (not found[1].page, found[1].opened_ms))
        return sum([await self._tell(key, alert) for key, alert in alerts])

    async def _tell(self, key: str, alert: Alert) -> bool:
        try:
            await self._receiver.tell(self._form(alert, self._secret, self._now()), page=alert.page)
        except (Unavailable, Invalid) as error:
            self._put_off(key, alert, str(error))
            return False
        await self._store.delete([key])
        self._failures.pop(key, None)
        self._not_before.pop(key, None)
        log.info("alert_told", alert_id=alert.alert_id, page=alert.page, waited_ms=self._now() - alert.opened_ms)
        return True

    def _put_off(self, key: str, alert: Alert, why: str) -> None:
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        self._not_before[key] = self._now() + delay_ms(failures - 1, alert.alert_id)
        log.warning("alert_not_told", alert_id=alert.alert_id, failures=failures, why=why)
