"""A candidate reads what the live model read, and decides nothing."""

from collections.abc import Sequence

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
from tests.talk import caption

LIVE = Scripted({"onion": {"hate": 0.9}}, name="live@1")


def candidate(*, away: bool = False) -> Scripted:
    made = Scripted({"leek": {"hate": 0.9}}, name="candidate@1")
    made.away = away
    return made


async def house() -> tuple[MemoryStore, tuple[Entry, ...]]:
    store = MemoryStore()
    texts = ("onion", "leek", "bean")
    said = tuple(caption(text, n, start_ms=n * 90_000, pass_name="final") for n, text in enumerate(texts))
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


class Broken(Scripted):
    """A candidate whose file is not what it says."""

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        raise RuntimeError("index 30522 is out of bounds")


@pytest.mark.parametrize("damaged", [False, True], ids=["broken candidate", "damaged transcript"])
async def test_what_cannot_be_compared_is_left_out_and_stops_nobody(damaged: bool) -> None:
    store, entries = await house()
    if damaged:
        await store.put(transcript_key("room"), b"{")
    source = deliveries(*entries)
    assert await collect(agent(store, candidate() if damaged else Broken({}, name="broken@1")), source) == []
    assert source.all
    assert not [one async for one in comparisons(store)]
