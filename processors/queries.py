"""What somebody looks for in, an Elasticsearch query body out; and a response body in, frozen records out."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec

from processors.manifest import TrackContinuity
from processors.terms import CLOSE, OPEN, marked, shown
from schemas.base import Record

MOST_HITS = 200
"""On one page."""

DEEPEST_HIT = 10_000
"""Elasticsearch's default `max_result_window`."""

Query = dict[str, Any]


class Wanted(Record, frozen=True, kw_only=True):
    """A search for words. `words` must all occur; `phrase` in that order; `fuzzy` forgives misspelling.

    With a `category` findings are searched, else utterances. `since_ms` and `until_ms` are Unix time.
    No words at all means everything that the filters leave.
    """

    words: str = ""
    mode: Literal["words", "phrase", "fuzzy"] = "words"
    room_id: str = ""
    speaker: str = ""
    category: str = ""
    pass_name: Literal["", "live", "final"] = ""
    since_ms: int | None = None
    until_ms: int | None = None
    sort: Literal["score", "time"] = "score"
    size: int = 20
    offset: int = 0

    _private: ClassVar[frozenset[str]] = frozenset({"words"})

    @property
    def index(self) -> str:
        return "findings" if self.category else "utterances"


class Hit(Record, frozen=True, kw_only=True):
    """Something said, in room time (ms). `highlighted` is HTML: escaped, with found words in `<mark>`."""

    room_id: str
    title: str
    track_id: str
    speaker: str
    start_ms: int
    end_ms: int
    said_ms: int
    text: str
    highlighted: str
    pass_name: str
    score: float

    _private: ClassVar[frozenset[str]] = frozenset({"text", "highlighted"})


class Hits(Record, frozen=True, kw_only=True):
    """One page of `total` hits."""

    total: int
    hits: tuple[Hit, ...]


class RoomCard(Record, frozen=True, kw_only=True):
    """A room as its list shows it; times are Unix ms."""

    room_id: str
    title: str
    host: str
    policy: str
    state: Literal["live", "closed", "deleted"]
    speakers: tuple[str, ...]
    opened_ms: int
    shared: bool
    ready: bool
    cases: int
    open_cases: int
    reports: int
    closed_ms: int | None = None
    deleted_ms: int | None = None
    duration_ms: int | None = None
    captions: int | None = None
    findings: int | None = None
    continuity: tuple[TrackContinuity, ...] = ()


class CaseCard(Record, frozen=True, kw_only=True):
    """A case as the queue shows it; `start_ms` and `end_ms` are room time, the others Unix ms."""

    room_id: str
    title: str
    case_id: str
    source: str
    category: str
    urgent: bool
    score: float
    opened_ms: int
    track_id: str
    speaker: str
    finding_id: str
    decided: bool
    start_ms: int | None = None
    end_ms: int | None = None
    decided_ms: int | None = None
    violation: bool | None = None


# --- builders -----------------------------------------------------------------------------------------------------


def utterances(wanted: Wanted) -> Query:
    """Ask the index `wanted.index` for what was said."""
    return {
        "query": {"bool": {"must": [_match(wanted)], "filter": _filters(wanted)}},
        "highlight": {
            "fields": {"text": {"number_of_fragments": 0}},
            "pre_tags": [OPEN],
            "post_tags": [CLOSE],
        },
        "sort": [{"said_ms": "asc"}] if wanted.sort == "time" else [{"_score": "desc"}, {"said_ms": "desc"}],
        **_page(wanted.size, wanted.offset),
    }


def rooms(*, state: str = "", host: str = "", words: str = "", size: int = 50, offset: int = 0) -> Query:
    """Ask `rooms` for rooms, the newest first."""
    must = [{"match": {"title": {"query": words, "operator": "and"}}}] if words else [{"match_all": {}}]
    filters = _terms({"state": state, "host": host})
    return {
        "query": {"bool": {"must": must, "filter": filters}},
        "sort": [{"opened_ms": "desc"}],
        **_page(size, offset),
    }


def findings(room_id: str, *, pass_name: str = "", size: int = MOST_HITS) -> Query:
    """Ask `findings` for those of a room in time order. Once the room is screened, ask for pass `final` alone."""
    filters = _terms({"room_id": room_id, "pass_name": pass_name})
    return {"query": {"bool": {"filter": filters}}, "sort": [{"start_ms": "asc"}], **_page(size, 0)}


def cases(
    *, room_id: str = "", category: str = "", decided: bool | None = None, size: int = 50, offset: int = 0
) -> Query:
    """Ask `cases` for the queue: urgent ones first, then the oldest."""
    filters = _terms({"room_id": room_id, "category": category})
    if decided is not None:
        filters.append({"term": {"decided": decided}})
    return {
        "query": {"bool": {"filter": filters}},
        "sort": [{"urgent": "desc"}, {"opened_ms": "asc"}],
        **_page(size, offset),
    }


def counts(field: str, **equal: str) -> Query:
    """Ask any index how many documents there are for each value of a keyword field."""
    return {
        "size": 0,
        "query": {"bool": {"filter": _terms(equal)}},
        "aggs": {"by": {"terms": {"field": field, "size": MOST_HITS}}},
    }


def totals(*, since_ms: int | None = None, until_ms: int | None = None, room_id: str = "") -> Query:
    """Ask `figures` for the sum of each figure."""
    filters = [*_terms({"room_id": room_id}), *_between("minute_ms", since_ms, until_ms)]
    return {
        "size": 0,
        "query": {"bool": {"filter": filters}},
        "aggs": {
            "by": {"terms": {"field": "name", "size": MOST_HITS}, "aggs": {"sum": {"sum": {"field": "value"}}}},
        },
    }


def _match(wanted: Wanted) -> Query:
    if not wanted.words.strip():
        return {"match_all": {}}
    if wanted.mode == "phrase":
        return {"match_phrase": {"text": {"query": wanted.words}}}
    fuzziness = {"fuzziness": "AUTO"} if wanted.mode == "fuzzy" else {}
    return {"match": {"text": {"query": wanted.words, "operator": "and", **fuzziness}}}


def _filters(wanted: Wanted) -> list[Query]:
    equal = {name: getattr(wanted, name) for name in ("room_id", "speaker", "category", "pass_name")}
    return [*_terms(equal), *_between("said_ms", wanted.since_ms, wanted.until_ms)]


def _terms(equal: Mapping[str, str]) -> list[Query]:
    return [{"term": {field: value}} for field, value in equal.items() if value]


def _between(field: str, since_ms: int | None, until_ms: int | None) -> list[Query]:
    bounds = {name: bound for name, bound in (("gte", since_ms), ("lt", until_ms)) if bound is not None}
    return [{"range": {field: bounds}}] if bounds else []


def _page(size: int, offset: int) -> Query:
    size = max(1, min(size, MOST_HITS))
    return {"size": size, "from": max(0, min(offset, DEEPEST_HIT - size)), "track_total_hits": True}


# --- readers ------------------------------------------------------------------------------------------------------


def hits(response: Mapping[str, Any], wanted: Wanted) -> Hits:
    """Read the answer to `utterances(wanted)`; where the server highlights nothing, we do."""
    return Hits(total=total(response), hits=tuple(_hit(found, wanted) for found in response["hits"]["hits"]))


def room_cards(response: Mapping[str, Any]) -> tuple[RoomCard, ...]:
    return tuple(msgspec.convert(found["_source"], RoomCard) for found in response["hits"]["hits"])


def case_cards(response: Mapping[str, Any]) -> tuple[CaseCard, ...]:
    return tuple(msgspec.convert(found["_source"], CaseCard) for found in response["hits"]["hits"])


def total(response: Mapping[str, Any]) -> int:
    return int(response["hits"]["total"]["value"])


def tally(response: Mapping[str, Any]) -> dict[str, int]:
    """Read the answer to `counts`."""
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in response["aggregations"]["by"]["buckets"]}


def sums(response: Mapping[str, Any]) -> dict[str, float]:
    """Read the answer to `totals`."""
    return {str(bucket["key"]): float(bucket["sum"]["value"]) for bucket in response["aggregations"]["by"]["buckets"]}


def _hit(found: Mapping[str, Any], wanted: Wanted) -> Hit:
    source = found["_source"]
    by_server = found.get("highlight", {}).get("text", [""])[0]
    return Hit(
        **{name: source[name] for name in ("room_id", "title", "track_id", "speaker", "start_ms", "end_ms", "said_ms")},
        text=source["text"],
        highlighted=shown(by_server or marked(source["text"], wanted.words, fuzzy=wanted.mode == "fuzzy")),
        pass_name=source["pass_name"],
        score=float(found.get("_score") or 0.0),
    )
