"""Settings in, the console served out: `python -m console.serve`."""

import asyncio
from typing import Any

import uvicorn
from elasticsearch import AsyncElasticsearch

from console.app import create_app
from console.ports import Probe, RecordingStore
from console.services import Services
from schemas.audio import MAX_CHUNK_BYTES
from schemas.errors import Unavailable
from streams.clock import now_ms
from streams.gateway import KafkaGateway
from streams.index import ElasticIndex
from streams.kept import open_kept
from streams.logs import configure_logs
from streams.notes import FileNotes
from streams.publisher import Publisher
from streams.roomlog import StoredRoomLog
from streams.settings import Settings, read
from streams.topics import broker_answers

PROBE_BYTES = 64 * 1024
"""About what a part of speech takes: where this has no room, a part has none."""
DOOR_MS = 10_000
"""How long a chunk at the door waits for the broker before the producer is told to come again."""


async def serve(settings: Settings) -> None:
    """Serve until the process is told to end."""
    publisher = Publisher(settings.kafka, timeout_ms=DOOR_MS)
    gateway = KafkaGateway(settings.kafka, publisher)
    store = open_kept(settings)
    index = ElasticIndex(AsyncElasticsearch(settings.elasticsearch), settings.index_prefix)
    services = Services(
        gateway=gateway,
        store=store,
        log=StoredRoomLog(store),
        index=index,
        now=now_ms,
        base_url=settings.base_url or f"http://127.0.0.1:{settings.port}",
        notes=FileNotes(settings.data_folder / "notes" / "console"),
        probes={"broker": _broker_probe(settings.kafka), "index": index.refresh, "store": store_probe(store)},
    )
    gateway.start()
    try:
        await uvicorn.Server(_configuration(services, settings)).serve()
    finally:
        gateway.close()
        publisher.close()
        await index.close()


def _configuration(services: Services, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(services),
        host=settings.host,
        port=settings.port or 0,
        log_level="warning",
        **serving(),
    )


def serving() -> dict[str, Any]:
    """How much uvicorn may hold for one connection, and how long it waits at the end."""
    return {
        "ws_max_size": MAX_CHUNK_BYTES,
        "ws_max_queue": 2,  # a chunk and its header: what is not taken yet stays with its sender
        "ws_per_message_deflate": False,  # sound is dense already, and a few kilobytes could unpack to gigabytes
        # longer than clients keep an idle line (httpx 5 s, nginx 60 s), so that no request meets one being closed
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": 2,  # live feeds do not end by themselves
    }


def _broker_probe(kafka: str) -> Probe:
    async def probe() -> None:
        if not await asyncio.to_thread(broker_answers, kafka):
            raise Unavailable("the broker does not answer")

    return probe


def store_probe(store: RecordingStore) -> Probe:
    """Writes, because a full disk still reads."""

    async def probe() -> None:
        await store.put("probe", bytes(PROBE_BYTES))

    return probe


if __name__ == "__main__":
    chosen = read()
    configure_logs(chosen.log_level)
    asyncio.run(serve(chosen))
