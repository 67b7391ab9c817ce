"""What somebody looks for becomes a query body, and an answer becomes records."""

from typing import Any

import pytest

from processors import queries
from processors.queries import Wanted


@pytest.mark.parametrize(
    ("wanted", "match"),
    [
        (Wanted(words="night bus"), {"match": {"text": {"query": "night bus", "operator": "and"}}}),
        (Wanted(words="night bus", mode="phrase"), {"match_phrase": {"text": {"query": "night bus"}}}),
        (
            Wanted(words="bas", mode="fuzzy"),
            {"match": {"text": {"query": "bas", "operator": "and", "fuzziness": "AUTO"}}},
        ),
        (Wanted(words="  "), {"match_all": {}}),
    ],
    ids=["words", "phrase", "fuzzy", "nothing"],
)
def test_words_are_matched_as_asked(wanted: Wanted, match: dict[str, Any]) -> None:
    assert queries.utterances(wanted)["query"]["bool"]["must"] == [match]


def test_filters_are_exact_and_times_half_open() -> None:
    wanted = Wanted(room_id="r", speaker="Anna", category="hate", pass_name="final", since_ms=1, until_ms=2)
    assert queries.utterances(wanted)["query"]["bool"]["filter"] == [
        {"term": {"room_id": "r"}},
        {"term": {"speaker": "Anna"}},
        {"term": {"category": "hate"}},
        {"term": {"pass_name": "final"}},
        {"range": {"said_ms": {"gte": 1, "lt": 2}}},
    ]


@pytest.mark.parametrize(("category", "index"), [("", "utterances"), ("hate", "findings")])
def test_a_category_is_looked_for_in_findings(category: str, index: str) -> None:
    assert Wanted(category=category).index == index


@pytest.mark.parametrize(
    ("size", "offset", "page"),
    [(20, 40, (20, 40)), (0, -1, (1, 0)), (9_999, 0, (200, 0)), (200, 99_999, (200, 9_800))],
)
def test_pages_stay_within_what_the_index_gives(size: int, offset: int, page: tuple[int, int]) -> None:
    body = queries.utterances(Wanted(size=size, offset=offset))
    assert (body["size"], body["from"]) == page


SOURCE = {
    "room_id": "r",
    "title": "Beans",
    "track_id": "a",
    "speaker": "Anna",
    "start_ms": 1,
    "end_ms": 2,
    "said_ms": 3,
    "text": "the <night> bus",
    "pass_name": "final",
}


@pytest.mark.parametrize(
    "highlight",
    [{"highlight": {"text": ["the <night> \ue000bus\ue001"]}}, {}, {"highlight": {}}],
    ids=["by the server", "by us", "none for this field"],
)
def test_a_hit_is_highlighted_by_the_server_or_by_us(highlight: dict[str, Any]) -> None:
    found = {"_source": SOURCE, "_score": 1.5, **highlight}
    answer = {"hits": {"total": {"value": 7}, "hits": [found]}}
    page = queries.hits(answer, Wanted(words="bus"))
    assert page.total == 7
    assert page.hits[0].highlighted == "the &lt;night&gt; <mark>bus</mark>"
    assert (page.hits[0].title, page.hits[0].score) == ("Beans", 1.5)


def test_records_of_a_search_show_no_words_in_their_repr() -> None:
    answer = {"hits": {"total": {"value": 1}, "hits": [{"_source": SOURCE, "_score": None}]}}
    assert "night" not in repr(queries.hits(answer, Wanted(words="night")))
    assert "night" not in repr(Wanted(words="night"))
