"""Every case is told at least once, urgent ones first, under one key; and the forms are as their receivers ask."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from agents.alerter import Outbox, alerter
from agents.policies import PolicyBook
from processors.alerting import FORMS, SIGNATURE, TOLERANCE_MS, Message, delay_ms, form_of, is_signed, webhook
from processors.layout import OUTBOX
from processors.screening.policy import shipped_policy
from schemas.alerts import Alert
from schemas.errors import Invalid, Unavailable
from schemas.facts import ZERO_DIGEST, CaseOpened, Entry
from streams.stores import MemoryStore
from streams.webhook import Webhook
from tests.fakes import collect

NOW_MS = 1_700_000_000_000


class Clock:
    now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


class Receiver:
    """Takes messages, unless it is told to fail so many times."""

    def __init__(self, failures: int = 0, error: Exception | None = None) -> None:
        self.failures = failures
        self.error = error or Unavailable("503")
        self.told: list[tuple[str, bool]] = []

    async def tell(self, message: Message, *, page: bool) -> None:
        if self.failures:
            self.failures -= 1
            raise self.error
        self.told.append((message.headers["Idempotency-Key"], page))


def opened(n: int, *, urgent: bool = False) -> Entry:
    fact = CaseOpened(
        case_id=f"r-case-{n}",
        source="screening",
        category="threat",
        urgent=urgent,
        score=0.9,
        start_ms=61_500,
        end_ms=9,
    )
    return Entry(
        room_id="r", position=n, previous=ZERO_DIGEST, command_id="c", actor="screener", at_ms=NOW_MS + n, fact=fact
    )


async def kept(store: MemoryStore, *entries: Entry, told: bool = True) -> None:
    book = PolicyBook(store, shipped_policy(), Clock())
    await collect(alerter(store, book, "http://here", told=told), list(entries))


async def test_a_case_is_told_once_with_its_key_and_then_forgotten() -> None:
    store, receiver = MemoryStore(), Receiver()
    await kept(store, opened(1), opened(1))
    outbox = Outbox(store, receiver, webhook, "secret", Clock())
    assert [await outbox.send(), await outbox.send()] == [1, 0]
    assert receiver.told == [("r-case-1", False)]
    assert await store.list(OUTBOX) == ()


async def test_urgent_cases_are_told_first_and_as_pages() -> None:
    store, receiver = MemoryStore(), Receiver()
    await kept(store, opened(1), opened(2), opened(3, urgent=True))
    await Outbox(store, receiver, webhook, "", Clock()).send()
    assert receiver.told == [("r-case-3", True), ("r-case-1", False), ("r-case-2", False)]


@pytest.mark.parametrize("error", [Unavailable("503"), Invalid("alert_refused", "404")], ids=["away", "refused"])
async def test_who_does_not_take_an_alert_is_asked_again_later_each_time(error: Exception) -> None:
    store, receiver, clock = MemoryStore(), Receiver(3, error), Clock()
    await kept(store, opened(1, urgent=True))
    outbox = Outbox(store, receiver, webhook, "", clock)
    tried_ms = []
    while not receiver.told:
        failures = receiver.failures
        await outbox.send()
        if receiver.failures != failures or receiver.told:
            tried_ms.append(clock.now_ms - NOW_MS)
        clock.now_ms += 500
    assert len(tried_ms) == 4
    assert tried_ms[-1] < 30_000, "a page reaches its receiver within 30 s although three tries failed"


async def test_a_crash_before_the_answer_tells_it_again_under_the_same_key() -> None:
    class Dying(Receiver):
        async def tell(self, message: Message, *, page: bool) -> None:
            await super().tell(message, page=page)
            raise KeyboardInterrupt

    store, first, second = MemoryStore(), Dying(), Receiver()
    await kept(store, opened(1))
    with pytest.raises(KeyboardInterrupt):
        await Outbox(store, first, webhook, "", Clock()).send()
    await Outbox(store, second, webhook, "", Clock()).send()
    assert first.told == second.told == [("r-case-1", False)]


async def test_where_nobody_is_to_be_told_nothing_is_kept() -> None:
    store = MemoryStore()
    await kept(store, opened(1), told=False)
    assert await store.list(OUTBOX) == ()


ALERT = Alert(
    alert_id="r-case-1",
    room_id="r",
    case_id="r-case-1",
    track_id="t",
    category="threat",
    dsa="VIOLENCE",
    score=0.9,
    source="screening",
    page=True,
    start_ms=61_500,
    end_ms=64_000,
    opened_ms=NOW_MS,
    review_url="http://here/moderate/r?t=61.5",
)


def test_a_receiver_can_tell_our_signature_from_anybody_s() -> None:
    message = webhook(ALERT, "secret", NOW_MS)
    assert is_signed(message, "secret", NOW_MS)
    assert not is_signed(message, "another", NOW_MS)
    assert not is_signed(message, "secret", NOW_MS + TOLERANCE_MS + 1_000)
    changed = Message(headers=message.headers, body=message.body.replace(b"0.9", b"0.1"))
    assert not is_signed(changed, "secret", NOW_MS)
    assert not is_signed(Message(headers={SIGNATURE: "t=x,v1="}, body=b""), "secret", NOW_MS)


def test_osprey_gets_an_action_event_as_its_example_has_it() -> None:
    event = json.loads(form_of("osprey")(ALERT, "", NOW_MS).body)
    assert set(event) == {"send_time", "data"}
    assert event["send_time"].endswith("Z")
    assert set(event["data"]) == {"action_id", "action_name", "data"}
    assert 0 < int(event["data"]["action_id"]) < 2**63
    assert event["data"]["data"]["category"] == "threat"
    assert event == json.loads(form_of("osprey")(ALERT, "", NOW_MS).body)


def test_coop_gets_a_report_with_its_required_fields_and_our_key() -> None:
    message = form_of("coop")(ALERT, "key", NOW_MS)
    report = json.loads(message.body)
    assert message.headers["X-API-KEY"] == "key"
    assert {"reporter", "reportedAt", "reportedItem"} <= set(report)
    assert report["reporter"] == {"kind": "user", "typeId": "earwitness-screener", "id": "screening"}
    assert set(report["reportedItem"]) == {"id", "typeId", "data"}
    assert report["reportedForReason"]["csam"] is False


@pytest.mark.parametrize("form", FORMS)
def test_no_form_tells_words_or_names(form: str) -> None:
    assert b"text" not in form_of(form)(ALERT, "s", NOW_MS).body
    assert form_of(form)(ALERT, "s", NOW_MS).headers["Idempotency-Key"] == "r-case-1"


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(Invalid):
        form_of("pigeon")


def test_waiting_grows_and_ends_at_five_minutes() -> None:
    waits = [delay_ms(failures, "a") for failures in range(40)]
    assert waits == sorted(waits)
    assert waits[-1] <= 301_000


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(status: int) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    return answer


@pytest.mark.parametrize(
    ("status", "error"),
    [(200, None), (202, None), (302, Invalid), (404, Invalid), (429, Unavailable), (503, Unavailable)],
)
async def test_the_webhook_takes_a_yes_for_a_yes_and_nothing_else(status: int, error: type[Exception] | None) -> None:
    server = await asyncio.start_server(answering(status), "127.0.0.1", 0)
    receiver = Webhook(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    try:
        if error is None:
            await receiver.tell(webhook(ALERT, "s", NOW_MS), page=True)
        else:
            with pytest.raises(error):
                await receiver.tell(webhook(ALERT, "s", NOW_MS), page=True)
    finally:
        server.close()


async def test_a_webhook_that_nobody_listens_on_is_away() -> None:
    with pytest.raises(Unavailable):
        await Webhook("http://127.0.0.1:1/").tell(webhook(ALERT, "s", NOW_MS), page=False)
