"""A candidate reads what the live model read, and decides nothing."""

import msgspec
import pytest

from agents.policies import PolicyBook
from agents.shadower import shadower
from processors.layout import shadow_key, transcript_key
from processors.screening.policy import shipped_policy
from processors.screening.shadow import Agreement, Comparison
from schemas.captions import Transcript
from schemas.facts import Entry
from streams.decided import comparisons
from streams.stores import MemoryStore
from tests.fakes import collect, deliveries
from tests.listeners import Scripted
from tests.rooms import READY_ASKS, log_of
from tests.talk import captions

LIVE = Scripted({"onion": {"hate": 0.9}}, name="live@1")


def candidate(*, away: bool = False) -> Scripted:
    made = Scripted({"leek": {"hate": 0.9}}, name="candidate@1")
    made.away = away
    return made


async def house() -> tuple[MemoryStore, tuple[Entry, ...]]:
    store = MemoryStore()
    said = captions("onion", "leek", "bean", pass_name="final")
    kept = Transcript(room_id="room", title="", duration_ms=1, engine="e", model="m", captions=said)
    await store.put(transcript_key("room"), msgspec.json.encode(kept))
    return store, log_of(*READY_ASKS)


def agent(store: MemoryStore, other: Scripted | None) -> object:
    return shadower(store, PolicyBook(store, shipped_policy(), lambda: 1), LIVE, other)


async def test_a_screened_room_is_compared_once_and_nothing_is_published() -> None:
    store, entries = await house()
    source = deliveries(*entries)
    assert await collect(agent(store, candidate()), source) == []
    assert source.all
    (found,) = [one async for one in comparisons(store)]
    expected = Agreement(texts=3, live_alone=1, candidate_alone=1, apart=1.8)
    assert found == Comparison(live="live@1", candidate="candidate@1", categories={"hate": expected})


@pytest.mark.parametrize("other", [None, candidate(away=True)], ids=["no candidate", "candidate away"])
async def test_without_a_candidate_rooms_pass(other: Scripted | None) -> None:
    store, entries = await house()
    source = deliveries(*entries)
    assert await collect(agent(store, other), source) == []
    assert source.all
    assert not [one for one in await store.list("rooms/") if one.key == shadow_key("room")]
