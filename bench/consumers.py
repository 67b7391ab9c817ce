"""What Earwitness is compared to: chunks of the topic in, `{"chunks": …, "seconds": …}` out, first chunk to last.

`naive` is a Faust agent as its tutorial writes it: one event at a time, one object per chunk, acknowledged after it.
`plain` is an aiokafka consumer that reads and keeps nothing: what the client alone can do in Python.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer

from schemas.topics import AUDIO
from streams.deliveries import RawSchema
from streams.stores import open_store
from streams.worker import FETCH_BYTES

SESSION_SECONDS = 6
"""As in our workers: the embedded broker lets a group begin after half of it. Nothing is counted before."""
LEAST_SECONDS = 0.001
"""A load that one fetch brings takes no time by our clock; such a figure says nothing, but it is one."""


class Count:
    """Counts chunks; says so and ends the process when all have come or the time is over."""

    def __init__(self, wanted: int, seconds: float) -> None:
        self._wanted = wanted
        self._seconds = seconds
        self._began = 0.0
        self._chunks = 0

    def add(self, chunks: int = 1) -> None:
        now = time.monotonic()
        self._began = self._began or now
        self._chunks += chunks
        if self._chunks >= self._wanted or now - self._began > self._seconds:
            seconds = max(now - self._began, LEAST_SECONDS)
            print(json.dumps({"chunks": self._chunks, "seconds": seconds}), flush=True)
            os._exit(0)


def naive(kafka: str, folder: Path, count: Count) -> None:
    app = faust.App(
        "bench-naive",
        datadir=str(folder),
        broker=f"kafka://{kafka}",
        web_enabled=False,
        autodiscover=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=FETCH_BYTES,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=SESSION_SECONDS / 3,
    )
    store = open_store(folder)

    async def keep(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            await store.put(f"chunks/{message.partition}/{message.offset}", message.value)
            count.add()

    app.agent(app.topic(AUDIO.name, schema=RawSchema(), value_type=bytes))(keep)
    sys.argv = ["naive"]
    faust.Worker(app, loglevel="CRITICAL", redirect_stdouts=False, quiet=True).execute_from_commandline()


async def plain(kafka: str, count: Count) -> None:
    consumer = AIOKafkaConsumer(
        AUDIO.name,
        bootstrap_servers=kafka,
        group_id="bench-plain",
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=50,
        session_timeout_ms=SESSION_SECONDS * 1000,
        heartbeat_interval_ms=SESSION_SECONDS * 1000 // 3,
    )
    await consumer.start()
    while True:
        for messages in (await consumer.getmany(timeout_ms=100)).values():
            count.add(len(messages))


if __name__ == "__main__":
    which, kafka, folder, wanted, seconds = sys.argv[1:]
    counting = Count(int(wanted), float(seconds))
    if which == "naive":
        naive(kafka, Path(folder), counting)
    else:
        asyncio.run(plain(kafka, counting))
