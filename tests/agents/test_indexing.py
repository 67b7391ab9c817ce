"""What was recorded can be found, the final pass replaces the live one, and an outage or a replay loses nothing."""

from collections.abc import Sequence
from typing import Any

import pytest
import stamina

from agents.directory import RoomDirectory
from agents.indexer import caption_indexer, finding_indexer, room_indexer
from agents.meter import meter
from agents.ports import Agent
from processors import queries
from processors.mappings import PROPERTIES
from processors.queries import Wanted
from schemas.asks import Ask, DecideCase, EraseSpeaker, PurgeRoom
from schemas.base import Record
from schemas.captions import TranscriptEnded
from schemas.errors import Unavailable
from schemas.facts import Entry, Refused
from schemas.keeping import Document
from schemas.letters import DeadLetter
from streams.memory_index import MemoryIndex
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore
from tests.fakes import collect, deliveries
from tests.rooms import (
    COMPLETED_ASKS,
    DAY_MS,
    JOIN_A,
    OPEN,
    OPEN_UNRECORDED,
    OPENED_MS,
    READY_ASKS,
    RECORDING,
    SCREENING,
    TRANSCRIPT,
    commands,
)
from tests.rooms import finding as opened
from tests.talk import caption, captions, finding

PURGE = PurgeRoom(reason="copy_days")


@pytest.fixture(autouse=True)
def _no_waiting() -> Any:
    with stamina.set_testing(True, attempts=100):
        yield


class House:
    """A room log, an index and the agents between them."""

    def __init__(self, index: MemoryIndex | None = None) -> None:
        self.rooms = StoredRoomLog(MemoryStore())
        self.directory = RoomDirectory(self.rooms, self.now)
        self.index = index or MemoryIndex()
        self.room_indexer = room_indexer(self.rooms, self.index, self.now)
        self.caption_indexer = caption_indexer(self.directory, self.index, self.now)
        self.finding_indexer = finding_indexer(self.directory, self.index, self.now)
        self.meter = meter(self.directory, self.index, self.now)

    def now(self) -> int:
        return OPENED_MS

    async def happened(self, *asks: Ask, at_ms: int = OPENED_MS) -> list[Entry]:
        made: list[Entry] = []
        for command in commands(*asks):
            answer = await self.rooms.decide(command, at_ms)
            assert not isinstance(answer, Refused), answer
            made += answer
        return made

    async def bodies(self, index: str) -> list[dict[str, Any]]:
        answer = await self.index.search(index, {"query": {"match_all": {}}, "size": 100})
        return [found["_source"] for found in answer["hits"]["hits"]]

    async def texts(self) -> list[str]:
        return sorted(body["text"] for body in await self.bodies("utterances"))

    async def number_of_documents(self) -> int:
        return sum([len(await self.bodies(index)) for index in PROPERTIES])


class AwayAtFirst(MemoryIndex):
    """Away for the first writes."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    async def put(self, documents: Sequence[Document]) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise Unavailable("away")
        await super().put(documents)


def ended(pass_name: str) -> TranscriptEnded:
    return TranscriptEnded(room_id="room", pass_name=pass_name, captions=0)


async def run(agent: Agent, *records: Record) -> list[Record]:
    source = deliveries(*records)
    outputs = await collect(agent, source)
    assert source.all
    return outputs


async def test_a_room_is_found_as_it_is_now() -> None:
    house = House()
    await run(house.room_indexer, *await house.happened(*READY_ASKS, opened("f", 1_000, 2_000)))
    (card,) = queries.room_cards(await house.index.search("rooms", queries.rooms(state="closed")))
    assert (card.title, card.ready, card.open_cases) == ("Morning talk", True, 1)
    (case,) = queries.case_cards(await house.index.search("cases", queries.cases(decided=False)))
    assert (case.speaker, case.start_ms) == ("Anna", 1_000)


async def test_an_entry_that_comes_late_or_again_brings_no_older_state() -> None:
    house = House()
    entries = await house.happened(*READY_ASKS)
    await run(house.room_indexer, *entries, *entries[:2])
    assert [body["state"] for body in await house.bodies("rooms")] == ["closed"]


async def test_nothing_of_an_unrecorded_room_is_indexed() -> None:
    house = House()
    entries = await house.happened(OPEN_UNRECORDED, JOIN_A)
    await run(house.room_indexer, *entries)
    await run(house.meter, *entries, caption("Hello."), finding())
    await run(house.caption_indexer, caption("Hello."))
    await run(house.finding_indexer, finding())
    assert await house.number_of_documents() == 0


async def test_what_an_erased_speaker_said_is_not_found_again_when_it_comes_late_or_again() -> None:
    house = House()
    await house.happened(*READY_ASKS, EraseSpeaker(speaker="Anna"))
    await run(house.caption_indexer, caption("Hello."))
    await run(house.finding_indexer, finding(pass_name="final"))
    assert await house.number_of_documents() == 0


async def test_only_final_captions_can_be_found() -> None:
    house = House()
    await house.happened(OPEN, JOIN_A)
    await run(house.caption_indexer, caption("Good", status="draft"), caption("Good evening."))
    assert await house.texts() == ["Good evening."]
    page = queries.hits(await house.index.search("utterances", queries.utterances(Wanted())), Wanted())
    assert page.hits[0].title == "Morning talk"


async def test_an_empty_final_takes_its_draft_back_and_leaves_nothing_to_find() -> None:
    house = House()
    await house.happened(OPEN, JOIN_A)
    await run(house.caption_indexer, caption("Good", status="draft"), caption(""))
    await run(house.meter, caption(""))
    assert await house.number_of_documents() == 0


async def test_the_final_pass_takes_the_place_of_the_live_captions() -> None:
    house = House()
    await house.happened(OPEN, JOIN_A)
    live, final = captions("Good evning."), captions("Good evening.", pass_name="final")
    await run(house.caption_indexer, *live, ended("live"))
    assert await house.texts() == ["Good evning."]
    await run(house.caption_indexer, *final, ended("final"))
    assert await house.texts() == ["Good evening."]


async def test_live_captions_that_end_after_the_final_pass_are_removed_too() -> None:
    house = House()
    await house.happened(*COMPLETED_ASKS, RECORDING, TRANSCRIPT)
    await run(house.caption_indexer, *captions("Good evening.", pass_name="final"), ended("final"))
    await run(house.caption_indexer, *captions("Good evning."), ended("live"))
    assert await house.texts() == ["Good evening."]


async def test_final_findings_take_the_place_of_live_ones_once_the_room_is_screened() -> None:
    house = House()
    entries = await house.happened(*COMPLETED_ASKS, RECORDING, TRANSCRIPT)
    live, final = finding(), finding(finding_id="final", pass_name="final")
    await run(house.finding_indexer, live, final)
    assert len(await house.bodies("findings")) == 2
    screened = await house.happened(*COMPLETED_ASKS, RECORDING, TRANSCRIPT, SCREENING)
    await run(house.room_indexer, *entries, *screened[-1:])
    await run(house.finding_indexer, live)
    assert [body["pass_name"] for body in await house.bodies("findings")] == ["final"]


async def test_a_purged_room_is_taken_out_of_every_index_and_stays_out() -> None:
    house = House()
    kept = (*READY_ASKS, opened("f", 1_000, 2_000), DecideCase(case_id="room-case-1", violation=False))
    entries = await house.happened(*kept)
    await run(house.room_indexer, *entries)
    await run(house.caption_indexer, caption("Hello."))
    await run(house.finding_indexer, finding(pass_name="final"))
    await run(house.meter, *entries)
    assert all([await house.bodies(index) for index in PROPERTIES])
    purged = await house.happened(*kept, PURGE, at_ms=OPENED_MS + 999 * DAY_MS)
    await run(house.room_indexer, *purged[-1:])
    await run(house.meter, *entries)
    await run(house.finding_indexer, finding(pass_name="final"))
    assert await house.number_of_documents() == 0


async def test_an_outage_is_waited_out_and_nothing_is_acknowledged_before_the_index_has_it() -> None:
    house = House(AwayAtFirst(failures=5))
    await house.happened(OPEN, JOIN_A)
    await run(house.caption_indexer, *captions("One.", "Two."))
    assert await house.texts() == ["One.", "Two."]


async def test_a_document_that_the_index_refuses_is_a_dead_letter_and_the_others_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = House()
    await house.happened(OPEN, JOIN_A)
    monkeypatch.setitem(PROPERTIES, "utterances", {k: v for k, v in PROPERTIES["utterances"].items() if k != "model"})
    (letter,) = await run(house.caption_indexer, caption("Refused."))
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.room_id, letter.offset) == ("index_refused", "room", 0)
    assert b"Refused." in letter.raw


async def test_figures_are_counted_once_however_often_their_source_comes() -> None:
    house = House()
    entries = await house.happened(*READY_ASKS)
    said = [caption("Good evening all.", emitted_ms=OPENED_MS + 2_100), caption("Good", 1, status="draft")]
    records = [*said, ended("live"), finding(), finding(end_ms=5_000), *entries]
    await run(house.meter, *records)
    once = queries.sums(await house.index.search("figures", queries.totals()))
    await run(house.meter, *records)
    assert queries.sums(await house.index.search("figures", queries.totals())) == once
    assert once["words"] == 3
    assert once["caption_delay_ms"] == 1_200
    assert (once["findings"], once["rooms_opened"], once["tracks_joined"]) == (1, 1, 2)
