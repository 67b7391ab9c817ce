"""Documents and query bodies in, an Elasticsearch (or what speaks its protocol) behind; our errors out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from elastic_transport import TransportError
from elasticsearch import ApiError, AsyncElasticsearch

from processors.mappings import PROPERTIES, SETTINGS, mapping
from schemas.errors import Invalid, Missing, Unavailable
from schemas.keeping import Document

log = structlog.get_logger()

VERSION_CONFLICT = 409
BUSY = 429
SERVER_ERRORS = 500


class ElasticIndex:
    """The search index in Elasticsearch, one index per kind of document, named `{prefix}-{kind}`.

    `ensure` makes the indices; `put` and `search` do it by themselves where they find none.
    """

    def __init__(self, client: AsyncElasticsearch, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._ensured = False

    async def ensure(self) -> None:
        """Make the indices that are missing, with their mappings; those that are there learn new fields."""
        for kind in PROPERTIES:
            async with _translated():
                if await self._client.indices.exists(index=self._name(kind)):
                    await self._client.indices.put_mapping(index=self._name(kind), properties=PROPERTIES[kind])
                else:
                    await self._create(kind)
        self._ensured = True

    async def put(self, documents: Sequence[Document]) -> None:
        """Write documents; an older version changes nothing. Raises `Invalid` naming the first one refused."""
        if not documents:
            return
        await self._ensure_once()
        async with _translated():
            answer = await self._client.bulk(operations=[line for d in documents for line in self._lines(d)])
        for item in answer["items"]:
            _check(item["index"])

    async def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        """Run a query body; returns the response body."""
        await self._ensure_once()
        async with _translated():
            answer = await self._client.search(index=self._name(index), body=body)
        return dict(answer.body)

    async def remove(self, index: str, terms: dict[str, str]) -> None:
        """Delete by query finds only what a refresh has made visible, so it comes after one."""
        await self._ensure_once()
        query = {"bool": {"filter": [{"term": {field: value}} for field, value in terms.items()]}}
        async with _translated():
            await self._client.indices.refresh(index=self._name(index))
            await self._client.delete_by_query(index=self._name(index), query=query, conflicts="proceed", refresh=True)

    async def refresh(self) -> None:
        await self._ensure_once()
        async with _translated():
            await self._client.indices.refresh(index=",".join(map(self._name, PROPERTIES)))

    async def close(self) -> None:
        await self._client.close()

    def _name(self, kind: str) -> str:
        return f"{self._prefix}-{kind}"

    async def _ensure_once(self) -> None:
        if not self._ensured:
            await self.ensure()

    async def _create(self, kind: str) -> None:
        try:
            await self._client.indices.create(index=self._name(kind), settings=SETTINGS, mappings=mapping(kind))
        except ApiError as error:
            if error.error != "resource_already_exists_exception":
                raise
        log.info("index_ready", index=self._name(kind))

    def _lines(self, document: Document) -> tuple[dict[str, Any], dict[str, Any]]:
        place = {"_index": self._name(document.index), "_id": document.id}
        return {"index": {**place, "version": document.version, "version_type": "external"}}, document.body


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Elasticsearch's exceptions as ours."""
    try:
        yield
    except ApiError as error:
        raise _ours(error.status_code, str(error)) from error
    except TransportError as error:
        raise Unavailable(f"the index does not answer: {type(error).__name__}") from error


def _check(outcome: dict[str, Any]) -> None:
    """One document's outcome; a version conflict means that a newer state is there already."""
    status = outcome["status"]
    if status < 300 or status == VERSION_CONFLICT:
        return
    fault = outcome.get("error", {})
    raise _ours(status, f"{outcome.get('_index')}: {fault.get('type')}: {fault.get('reason')}")


def _ours(status: int, detail: str) -> Invalid | Missing | Unavailable:
    if status == BUSY or status >= SERVER_ERRORS:
        return Unavailable(f"the index is busy or broken ({status}): {detail}")
    if status == 404:
        return Missing(detail)
    return Invalid("index_refused", detail)
