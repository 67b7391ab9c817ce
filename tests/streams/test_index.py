"""One contract for every search index: in memory, embedded, and a real Elasticsearch."""

import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch

from agents.ports import SearchIndex
from processors import queries
from processors.documents import case_documents, figure_document, finding_document, room_document, utterance_document
from processors.mappings import PROPERTIES
from processors.queries import Wanted
from schemas.asks import DecideCase, OpenRoom
from schemas.errors import Invalid, Unavailable
from schemas.figures import Figure
from schemas.keeping import Document
from streams import embedded, processes
from streams.index import ElasticIndex
from streams.memory_index import MemoryIndex
from tests.conftest import service
from tests.rooms import JOIN_A, READY_ASKS, room_after
from tests.rooms import finding as opened
from tests.talk import caption, finding

ROOM = room_after(*READY_ASKS, opened("f1", 1_000, 2_000), opened("f2", 30_000, 31_000, urgent=True))
SAID = (
    "The night bus runs until midnight, every day.",
    "Our families grow beans, and the beans are fine.",
    "Immigrants are welcome in our garden.",
    "Anna's café has <b>bread</b> at night, but no bus.",
)


@pytest.fixture(scope="session")
def embedded_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = processes.free_port()
    index = embedded.start_index(tmp_path_factory.mktemp("index"), port)
    yield f"http://127.0.0.1:{port}"
    processes.stop(index)


@pytest.fixture(
    params=[
        "memory",
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("elasticsearch", marks=pytest.mark.services),
    ]
)
async def index(request: pytest.FixtureRequest) -> AsyncIterator[SearchIndex]:
    if request.param == "memory":
        yield MemoryIndex()
        return
    real = request.param == "elasticsearch"
    url = service("EARWITNESS_TEST_ELASTICSEARCH") if real else request.getfixturevalue("embedded_index")
    client = AsyncElasticsearch(url, request_timeout=30)
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    yield ElasticIndex(client, prefix)
    await client.indices.delete(index=[f"{prefix}-{kind}" for kind in PROPERTIES], ignore_unavailable=True)
    await client.close()


async def fill(index: SearchIndex, *documents: Document) -> None:
    await index.put(documents)
    await index.refresh()


async def fill_with_talk(index: SearchIndex) -> None:
    said = [caption(text, n, speaker="Anna" if n % 2 else "Bert") for n, text in enumerate(SAID)]
    await fill(index, *(utterance_document(one, ROOM) for one in said))


async def found(index: SearchIndex, **wanted: Any) -> list[str]:
    asked = Wanted(**wanted)
    page = queries.hits(await index.search(asked.index, queries.utterances(asked)), asked)
    assert page.total == len(page.hits)
    return [hit.text for hit in page.hits]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"words": "bus night"}, {0, 3}),
        ({"words": "BUSES"}, set()),
        ({"words": "bean"}, {1}),
        ({"words": "family"}, {1}),
        ({"words": "anna cafe"}, {3}),
        ({"words": "night bus", "mode": "phrase"}, {0}),
        ({"words": "imigrants wellcome", "mode": "fuzzy"}, {2}),
        ({"words": "imigrants"}, set()),
        ({"words": "bus", "speaker": "anna"}, {3}),
        ({"speaker": "Bert"}, {0, 2}),
        ({"words": "bus", "room_id": "elsewhere"}, set()),
        ({"pass_name": "final"}, set()),
        ({"since_ms": ROOM.opened_ms + 4_000, "until_ms": ROOM.opened_ms + 12_000}, {1, 2}),
        ({"words": '"quotes" AND (brackets) ~ \\'}, set()),
    ],
    ids=str,
)
async def test_what_was_said_is_found(index: SearchIndex, wanted: dict[str, Any], numbers: set[int]) -> None:
    await fill_with_talk(index)
    assert {SAID.index(text) for text in await found(index, **wanted)} == numbers


async def test_hits_come_in_the_order_of_time_when_asked(index: SearchIndex) -> None:
    await fill_with_talk(index)
    assert await found(index, words="night", sort="time") == [SAID[0], SAID[3]]


async def test_a_page_is_part_of_all_hits(index: SearchIndex) -> None:
    await fill_with_talk(index)
    wanted = Wanted(sort="time", size=2, offset=1)
    page = queries.hits(await index.search("utterances", queries.utterances(wanted)), wanted)
    assert (page.total, [hit.text for hit in page.hits]) == (4, list(SAID[1:3]))


async def test_a_hit_knows_its_second_and_shows_the_words_safely(index: SearchIndex) -> None:
    await fill_with_talk(index)
    wanted = Wanted(words="bread")
    (hit,) = queries.hits(await index.search("utterances", queries.utterances(wanted)), wanted).hits
    assert (hit.room_id, hit.title, hit.speaker, hit.start_ms) == ("room", "Morning talk", "Anna", 12_000)
    assert "&lt;b&gt;<mark>bread</mark>&lt;/b&gt;" in hit.highlighted


async def test_findings_are_found_by_category_and_words(index: SearchIndex) -> None:
    await fill(index, finding_document(finding(text="rude words"), ROOM))
    assert await found(index, category="hate", words="word") == ["rude words"]
    assert await found(index, category="threat") == []
    answer = await index.search("findings", queries.findings("room"))
    assert [one["_source"]["finding_id"] for one in answer["hits"]["hits"]] == [finding().finding_id]


async def test_an_older_version_never_replaces_a_newer(index: SearchIndex) -> None:
    await fill(index, finding_document(finding(end_ms=9_000, text="newer"), ROOM))
    await fill(index, finding_document(finding(text="older"), ROOM), finding_document(finding(category="x"), ROOM))
    assert await found(index, category="hate") == ["newer"]


async def test_writing_twice_changes_nothing(index: SearchIndex) -> None:
    await fill_with_talk(index)
    await fill_with_talk(index)
    assert len(await found(index)) == len(SAID)


async def test_removing_takes_what_equals_and_nothing_else(index: SearchIndex) -> None:
    final = utterance_document(caption("Kept.", 1, pass_name="final"), ROOM)
    await index.put([utterance_document(caption("Gone.", 0), ROOM), final])
    await index.remove("utterances", {"room_id": "room", "pass_name": "live"})
    await index.remove("utterances", {"room_id": "elsewhere"})
    await index.refresh()
    assert await found(index) == ["Kept."]


async def test_a_field_without_a_mapping_is_refused(index: SearchIndex) -> None:
    good = utterance_document(caption("Fine."), ROOM)
    bad = Document(index="utterances", id="bad", version=1, room_id="room", body={"mood": "good"})
    with pytest.raises(Invalid) as refused:
        await index.put([good, bad])
    assert refused.value.reason == "index_refused"
    assert "mood" in refused.value.detail


async def test_nothing_to_write_is_fine(index: SearchIndex) -> None:
    await index.put([])
    assert await found(index) == []


async def test_rooms_are_listed_newest_first(index: SearchIndex) -> None:
    newer = room_after(OpenRoom(title="Evening beans", host="Hanna", record=True), JOIN_A, at_ms=ROOM.opened_ms + 1)
    await fill(index, room_document(ROOM))
    other = room_document(newer)
    await fill(index, Document(index="rooms", id="b", version=1, room_id="b", body=other.body | {"room_id": "b"}))
    cards = queries.room_cards(await index.search("rooms", queries.rooms()))
    assert [card.room_id for card in cards] == ["b", "room"]
    for filters, ids in (
        ({"state": "live"}, ["b"]),
        ({"host": "HANNA"}, ["b", "room"]),
        ({"words": "bean"}, ["b"]),
        ({"size": 1, "offset": 1}, ["room"]),
    ):
        cards = queries.room_cards(await index.search("rooms", queries.rooms(**filters)))
        assert [card.room_id for card in cards] == ids


async def test_the_queue_shows_urgent_cases_first(index: SearchIndex) -> None:
    await fill(index, *case_documents(ROOM))
    cards = queries.case_cards(await index.search("cases", queries.cases(decided=False)))
    assert [card.urgent for card in cards] == [True, False]
    decided = room_after(DecideCase(case_id=cards[0].case_id, violation=True), room=ROOM)
    await fill(index, *case_documents(decided))
    left = queries.case_cards(await index.search("cases", queries.cases(room_id="room", decided=False)))
    assert [card.case_id for card in left] == [cards[1].case_id]


async def test_counts_and_totals_add_up(index: SearchIndex) -> None:
    await fill(
        index,
        *(
            finding_document(finding(finding_id=str(n), category=category), ROOM)
            for n, category in enumerate(("hate", "hate", "threat"))
        ),
        *(
            figure_document(Figure(figure_id=str(n), minute_ms=n, room_id="room", name=name, value=value))
            for n, (name, value) in enumerate((("words", 2.5), ("words", 4.0), ("chunks", 1.0)))
        ),
    )
    assert queries.tally(await index.search("findings", queries.counts("category"))) == {"hate": 2, "threat": 1}
    assert queries.tally(await index.search("findings", queries.counts("category", room_id="no"))) == {}
    assert queries.sums(await index.search("figures", queries.totals())) == {"words": 6.5, "chunks": 1.0}
    assert queries.sums(await index.search("figures", queries.totals(since_ms=1))) == {"words": 4.0, "chunks": 1.0}


async def test_an_index_that_is_away_is_unavailable() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        client = AsyncElasticsearch(f"http://127.0.0.1:{nobody.getsockname()[1]}", max_retries=0)
        index = ElasticIndex(client, "test")
        for call in (index.put([room_document(ROOM)]), index.search("rooms", queries.rooms()), index.refresh()):
            with pytest.raises(Unavailable):
                await call
        await index.close()


@pytest.mark.embedded
async def test_a_query_that_the_index_does_not_understand_is_refused(embedded_index: str) -> None:
    index = ElasticIndex(AsyncElasticsearch(embedded_index), f"test-{uuid.uuid4().hex[:8]}")
    with pytest.raises(Invalid):
        await index.search("rooms", {"query": {"no_such_query": {}}})
    await index.close()
