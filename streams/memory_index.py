"""Documents and the query bodies of `processors/queries.py` in, Elasticsearch's answers out, all in memory: for tests.

It knows the queries that we build and no others; the contract suite holds it to what the real index answers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from processors.mappings import PROPERTIES
from processors.terms import near, terms
from schemas.errors import Invalid
from schemas.keeping import Document


class MemoryIndex:
    """A search index that forgets everything at the end."""

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, Document]] = {index: {} for index in PROPERTIES}

    async def put(self, documents: Sequence[Document]) -> None:
        for document in documents:
            unknown = document.body.keys() - PROPERTIES[document.index].keys()
            if unknown:
                raise Invalid("index_refused", f"{document.index} has no field {sorted(unknown)[0]}")
            kept = self._documents[document.index].get(document.id)
            if kept is None or kept.version < document.version:
                self._documents[document.index][document.id] = document

    async def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        scored = [(self._score(d, body["query"]), d) for d in self._documents[index].values()]
        found = _sorted([(score, d) for score, d in scored if score is not None], body.get("sort", []))
        page = found[body.get("from", 0) :][: body.get("size", 10)]
        answer: dict[str, Any] = {
            "hits": {
                "total": {"value": len(found), "relation": "eq"},
                "hits": [{"_id": d.id, "_score": score, "_source": d.body} for score, d in page],
            }
        }
        if "aggs" in body:
            answer["aggregations"] = {"by": _buckets([d for _, d in found], body["aggs"]["by"])}
        return answer

    async def remove(self, index: str, terms: dict[str, str]) -> None:
        query = {"bool": {"filter": [{"term": {field: value}} for field, value in terms.items()]}}
        kept = self._documents[index]
        self._documents[index] = {d.id: d for d in kept.values() if self._score(d, query) is None}

    async def refresh(self) -> None:
        """Everything can be found at once."""

    def _score(self, document: Document, query: dict[str, Any]) -> float | None:
        """How well the document answers; `None` where it does not."""
        ((kind, said),) = query.items()
        return _CLAUSES[kind](self, document, said)

    def _bool(self, document: Document, said: dict[str, Any]) -> float | None:
        filters = [self._score(document, clause) for clause in said.get("filter", [])]
        musts = [self._score(document, clause) for clause in said.get("must", [])]
        scores = [score for score in musts if score is not None]
        return None if None in filters or len(scores) < len(musts) else sum(scores)

    def _term(self, document: Document, said: dict[str, Any]) -> float | None:
        ((field, value),) = said.items()
        folds = "normalizer" in PROPERTIES[document.index][field]
        return 0.0 if _folded(value, folds) in [_folded(one, folds) for one in _values(document, field)] else None

    def _range(self, document: Document, said: dict[str, Any]) -> float | None:
        ((field, bounds),) = said.items()
        low, high = bounds.get("gte", float("-inf")), bounds.get("lt", float("inf"))
        return 0.0 if any(low <= value < high for value in _values(document, field)) else None

    def _match(self, document: Document, said: dict[str, Any]) -> float | None:
        ((field, asked),) = said.items()
        said_terms = [term.value for term in terms(document.body.get(field, ""))]
        wanted = [term.value for term in terms(asked["query"])]
        fuzzy = "fuzziness" in asked
        counts = [sum(one == word or (fuzzy and near(one, word)) for word in said_terms) for one in wanted]
        return None if 0 in counts or not wanted else sum(counts) / (len(said_terms) + 5)

    def _phrase(self, document: Document, said: dict[str, Any]) -> float | None:
        ((field, asked),) = said.items()
        said_terms = [term.value for term in terms(document.body.get(field, ""))]
        wanted = [term.value for term in terms(asked["query"])]
        places = range(len(said_terms) - len(wanted) + 1)
        found = sum(said_terms[place : place + len(wanted)] == wanted for place in places)
        return found / (len(said_terms) + 5) if found and wanted else None

    def _all(self, document: Document, said: dict[str, Any]) -> float | None:
        return 1.0


class _Clause(Protocol):
    def __call__(self, index: MemoryIndex, document: Document, said: dict[str, Any], /) -> float | None: ...


_CLAUSES: dict[str, _Clause] = {
    "bool": MemoryIndex._bool,
    "term": MemoryIndex._term,
    "range": MemoryIndex._range,
    "match": MemoryIndex._match,
    "match_phrase": MemoryIndex._phrase,
    "match_all": MemoryIndex._all,
}

Scored = tuple[float, Document]


def _values(document: Document, field: str) -> list[Any]:
    value = document.body.get(field, [])
    return value if isinstance(value, list) else [value]


def _folded(value: Any, folds: bool) -> Any:
    return value.lower() if folds and isinstance(value, str) else value


def _sorted(found: list[Scored], sort: list[dict[str, str]]) -> list[Scored]:
    """By each key in turn, the last one first, since Python's sort keeps what is equal in order."""
    for key in reversed(sort or [{"_score": "desc"}]):
        ((field, order),) = key.items()
        known = [one for one in found if _place(one, field) is not None]
        known.sort(key=lambda one: _place(one, field), reverse=order == "desc")
        found = known + [one for one in found if _place(one, field) is None]
    return found


def _place(scored: Scored, field: str) -> Any:
    return scored[0] if field == "_score" else scored[1].body.get(field)


def _buckets(documents: Iterable[Document], asked: dict[str, Any]) -> dict[str, Any]:
    field = asked["terms"]["field"]
    counted: Counter[Any] = Counter()
    summed: Counter[Any] = Counter()
    for document in documents:
        for key in _values(document, field):
            counted[key] += 1
            summed[key] += document.body.get("value", 0)
    sums = {key: {"sum": {"value": summed[key]}} if "aggs" in asked else {} for key in counted}
    return {"buckets": [{"key": key, "doc_count": count, **sums[key]} for key, count in counted.most_common()]}
