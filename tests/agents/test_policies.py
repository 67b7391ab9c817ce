"""A policy holds from a stated moment, for every worker alike, and one with a mistake never does."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from agents.policies import PolicyBook
from processors.layout import policy_key
from processors.screening.policies import LEAST_NOTICE_MS, READ_EVERY_MS, applying, encoded
from processors.screening.policy import load_policy
from schemas.errors import Conflict, Invalid, Unavailable
from schemas.facts import ZERO_DIGEST
from schemas.keeping import StoredObject
from streams.stores import MemoryStore

NOW_MS = 1_700_000_000_000


def text(version: str) -> str:
    return f'version: "{version}"\ncategories: {{hate: {{log: 0.2}}}}\n'


class Clock:
    now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


class Away(MemoryStore):
    """A store that is away when told so."""

    away = False

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        if self.away:
            raise Unavailable("away")
        return await super().list(prefix)


def book(store: MemoryStore, clock: Clock) -> PolicyBook:
    return PolicyBook(store, load_policy(text("first")), clock)


async def version_at(known: PolicyBook, moment_ms: int) -> str:
    return (await known.at(moment_ms)).version


async def test_every_worker_uses_the_new_policy_from_the_same_moment() -> None:
    store, clock = MemoryStore(), Clock()
    workers = [book(store, clock) for _ in range(3)]
    assert {await version_at(worker, NOW_MS) for worker in workers} == {"first"}
    applied = await book(store, clock).apply(text("second"), actor="mara")
    assert applied.effective_ms == NOW_MS + LEAST_NOTICE_MS
    clock.now_ms += READ_EVERY_MS  # what each has looked at by then
    for moment_ms, expected in ((applied.effective_ms - 1, "first"), (applied.effective_ms, "second")):
        assert {await version_at(worker, moment_ms) for worker in workers} == {expected}


async def test_a_policy_with_a_mistake_is_refused_and_the_one_in_force_stays() -> None:
    store, clock = MemoryStore(), Clock()
    with pytest.raises(Invalid) as refused:
        await book(store, clock).apply(text("second").replace("0.2", "2"), actor="mara")
    assert refused.value.detail.startswith("line 2: ")
    assert await version_at(book(store, clock), NOW_MS + 10**9) == "first"


async def test_a_version_that_is_in_force_needs_a_new_name() -> None:
    store, clock = MemoryStore(), Clock()
    await book(store, clock).apply(text("second"), actor="mara")
    with pytest.raises(Invalid):
        await book(store, clock).apply(text("second"), actor="mara")


async def test_a_version_names_one_text_for_ever() -> None:
    store, clock = MemoryStore(), Clock()
    await book(store, clock).apply(text("second"), actor="mara")
    await book(store, clock).apply(text("third"), actor="mara")
    for taken in ("first", "second"):
        with pytest.raises(Invalid, match="there is another version"):
            await book(store, clock).apply(text(taken).replace("0.2", "0.3"), actor="mara")
    again = await book(store, clock).apply(text("second"), actor="mara")
    assert again.number == 2


async def test_a_policy_cannot_hold_before_everybody_can_have_read_it() -> None:
    with pytest.raises(Invalid) as refused:
        await book(MemoryStore(), Clock()).apply(text("second"), actor="m", effective_ms=NOW_MS + LEAST_NOTICE_MS - 1)
    assert refused.value.reason == "too_soon"


async def test_of_two_who_apply_at_once_one_is_refused() -> None:
    class Late(MemoryStore):
        async def put(self, key: str, data: bytes | Path, *, if_absent: bool = False) -> None:
            await super().put(key, b"somebody else's")
            await super().put(key, data, if_absent=if_absent)

    with pytest.raises(Conflict):
        await book(Late(), Clock()).apply(text("second"), actor="mara")


async def test_each_entry_holds_the_digest_of_the_one_before() -> None:
    store, clock = MemoryStore(), Clock()
    one = await book(store, clock).apply(text("second"), actor="mara")
    other = await book(store, clock).apply(text("third"), actor="mara")
    assert (one.previous, other.number) == (ZERO_DIGEST, 1)
    assert other.previous == applying((one,), text("x"), actor="", now_ms=0).previous != ZERO_DIGEST


async def test_while_the_store_is_away_the_known_policy_stays() -> None:
    store, clock = Away(), Clock()
    known = book(store, clock)
    applied = await known.apply(text("second"), actor="mara")
    clock.now_ms += READ_EVERY_MS
    assert await version_at(known, applied.effective_ms) == "second"
    store.away = True
    clock.now_ms += 10 * READ_EVERY_MS
    assert await version_at(known, applied.effective_ms) == "second"


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff"], ids=["empty", "cut", "no text"])
async def test_an_entry_that_cannot_be_read_is_passed_over(damage: bytes) -> None:
    store, clock = MemoryStore(), Clock()
    await store.put(policy_key(0), damage)
    assert await version_at(book(store, clock), NOW_MS + 10**9) == "first"


async def test_behind_an_entry_that_cannot_be_read_others_are_put_in_force() -> None:
    store, clock = MemoryStore(), Clock()
    await book(store, clock).apply(text("second"), actor="mara")
    await store.put(policy_key(1), b"{")
    await store.put("policies/notes.txt", b"somebody's")
    known = book(store, clock)
    with capture_logs() as logs:
        entry = await known.apply(text("third"), actor="mara")
        clock.now_ms += READ_EVERY_MS
        assert await version_at(known, entry.effective_ms) == "third"
    assert entry.number == 2
    assert [line["event"] for line in logs].count("policy_passed_over") == 2


async def test_a_stored_policy_that_is_no_longer_sound_is_passed_over() -> None:
    store, clock = MemoryStore(), Clock()
    entry: Any = applying((), text("second"), actor="m", now_ms=0)
    await store.put(policy_key(0), encoded(entry).replace(b"log: 0.2", b"lag: 0.2"))
    assert await version_at(book(store, clock), NOW_MS) == "first"
