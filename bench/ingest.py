"""A load in; how many chunks a second become durable through the real topology, beside two plain consumers, out.

The broker is the embedded one, the recorder the worker that `earwitness up` runs, the store a folder. All three read
the same chunks from the same topic, one after the other; each has the machine to itself meanwhile.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sending import CONTENT_TYPE, Sender, staggered
from processors.layout import parts_folder
from processors.parts import decode_part
from schemas.asks import Ask, Command, JoinTrack, OpenRoom
from schemas.audio import CHUNKS_PER_PART, PartStored
from schemas.base import Record
from schemas.errors import Unavailable
from schemas.topics import PARTS
from streams import embedded, processes
from streams.clock import now_ms
from streams.kept import open_kept
from streams.reading import TopicReader
from streams.roomlog import StoredRoomLog
from streams.settings import Settings, child_environment
from streams.system import await_steward
from streams.topics import ensure_topics

READY_SECONDS = 60.0
LONGEST_SECONDS = 300.0
CALM_SHARE = 0.5
"""Delays are measured at half the rate that was reached: at full rate they would measure the queue."""
CALM_SECONDS = 8.0


class Load(Record, frozen=True, kw_only=True):
    rooms: int
    chunks: int
    chunk_bytes: int
    seconds: float
    sealed: bool = False

    @property
    def all(self) -> int:
        return self.rooms * self.chunks


class IngestReport(Record, frozen=True, kw_only=True):
    """`p95_durable_ms`: from sending the chunk that completes a part until the part is durable, at half the rate.

    `cpu_us_per_chunk`: what the recorder's process used at full rate. `sealed`: every part with its room's key.
    """

    chunks_per_s: float
    cpu_us_per_chunk: float
    naive_chunks_per_s: float
    ratio: float
    aiokafka_chunks_per_s: float
    rooms: int
    chunk_bytes: int
    chunks: int
    lost: int
    sealed: bool
    p95_durable_ms: float


class Watch:
    """The parts that were announced, and when each became durable (Unix ms), by room and index."""

    def __init__(self, kafka: str) -> None:
        self.stored: dict[tuple[str, int], int] = {}
        self._reader = TopicReader(kafka, [PARTS], self._take)

    def _take(self, record: Record) -> None:
        if isinstance(record, PartStored):
            self.stored[record.room_id, record.index] = record.stored_ms

    async def until(self, parts: int) -> None:
        until = time.monotonic() + LONGEST_SECONDS
        while len(self.stored) < parts:
            if time.monotonic() > until:
                raise Unavailable(f"{len(self.stored)} of {parts} parts are durable after {LONGEST_SECONDS:.0f} s")
            await asyncio.sleep(0.02)

    def close(self) -> None:
        self._reader.close()


async def measured(load: Load, folder: Path) -> IngestReport:
    with _services(folder, sealed=load.sealed) as settings:
        full = await _opened(settings, "full", load.rooms)
        calm = await _opened(settings, "calm", load.rooms)
        with _recorder(settings, folder) as recorder:
            watch = Watch(settings.kafka)
            took_s, cpu_s = await _as_fast_as_possible(settings, watch, full, load, recorder)
            rate = load.all / took_s
            p95 = await _calmly(settings, watch, calm, load, rate * CALM_SHARE)
            watch.close()
        naive = _compared("naive", settings, folder, load)
        plain = _compared("plain", settings, folder, load)
        return IngestReport(
            chunks_per_s=round(rate, 1),
            cpu_us_per_chunk=round(cpu_s / load.all * 1e6, 1),
            naive_chunks_per_s=round(naive, 1),
            ratio=round(rate / naive, 2),
            aiokafka_chunks_per_s=round(plain, 1),
            rooms=load.rooms,
            chunk_bytes=load.chunk_bytes,
            chunks=load.all,
            lost=load.all - await _kept(settings, full),
            sealed=load.sealed,
            p95_durable_ms=round(p95, 1),
        )


@contextmanager
def _services(folder: Path, *, sealed: bool) -> Iterator[Settings]:
    broker_port, index_port = processes.free_port(), processes.free_port()
    running = [embedded.start_broker(folder, broker_port)]
    try:
        running.append(embedded.start_index(folder, index_port))
        kafka = f"127.0.0.1:{broker_port}"
        keys = str(folder / "keys") if sealed else ""
        settings = Settings(data=str(folder), kafka=kafka, elasticsearch=f"http://127.0.0.1:{index_port}", keys=keys)
        ensure_topics(kafka, partitions=settings.partitions)
        yield settings
    finally:
        processes.stop_all(running)


@contextmanager
def _recorder(settings: Settings, folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "streams.worker", "record"]
    worker = processes.start(command, log=folder / "logs" / "record.log", environment=child_environment(settings))
    try:
        yield worker.pid
    finally:
        processes.stop(worker)


async def _opened(settings: Settings, name: str, rooms: int) -> list[str]:
    """Rooms with one track each, opened in the log."""
    log = StoredRoomLog(open_kept(settings))
    ids = [f"{name}-{n}" for n in range(rooms)]
    joining = JoinTrack(track_id="mic", speaker="Anna", content_type=CONTENT_TYPE)
    asks: tuple[Ask, ...] = (OpenRoom(title="Bench", host="bench", record=True), joining)
    for first in range(0, rooms, 50):
        await asyncio.gather(*(_ask_all(log, room_id, asks) for room_id in ids[first : first + 50]))
    return ids


async def _ask_all(log: StoredRoomLog, room_id: str, asks: tuple[Ask, ...]) -> None:
    for n, ask in enumerate(asks):
        await log.decide(Command(command_id=f"{n}", room_id=room_id, actor="bench", at_ms=now_ms(), ask=ask), now_ms())


async def _as_fast_as_possible(
    settings: Settings, watch: Watch, rooms: list[str], load: Load, recorder: int
) -> tuple[float, float]:
    """Seconds from the first chunk sent until every part is known to be durable; the recorder's CPU seconds for it."""
    await asyncio.to_thread(await_steward, settings.kafka, READY_SECONDS)
    sender = Sender(settings.kafka, load.chunk_bytes)
    used_s, began = _cpu_s(recorder), time.monotonic()
    await asyncio.to_thread(sender.send, [(room, n) for n in range(load.chunks) for room in rooms])
    await watch.until(load.rooms * (load.chunks // CHUNKS_PER_PART))
    took_s = time.monotonic() - began
    sender.close()
    return took_s, _cpu_s(recorder) - used_s


def _cpu_s(process_id: int) -> float:
    import psutil

    times = psutil.Process(process_id).cpu_times()
    return float(times.user + times.system)


async def _calmly(settings: Settings, watch: Watch, rooms: list[str], load: Load, rate: float) -> float:
    """The 95th percentile of the ms from sending a part's last chunk until the part is durable."""
    before = len(watch.stored)
    rounds = max(1, int(rate * CALM_SECONDS / load.rooms / CHUNKS_PER_PART))
    sender = Sender(settings.kafka, load.chunk_bytes)
    wanted = staggered(rooms, rounds * CHUNKS_PER_PART)
    await asyncio.to_thread(sender.send, wanted, rate)
    await watch.until(before + rounds * load.rooms)
    sender.close()
    delays = sorted(
        watch.stored[room, n // CHUNKS_PER_PART] - sender.sent_ms[room, n]
        for room, n in wanted
        if n % CHUNKS_PER_PART == CHUNKS_PER_PART - 1
    )
    return delays[int(0.95 * (len(delays) - 1))]


def _compared(which: str, settings: Settings, folder: Path, load: Load) -> float:
    """Chunks a second of a plain consumer over the same topic, in a process of its own."""
    command = [sys.executable, "-m", "bench.consumers", which, settings.kafka, str(folder / which)]
    command += [str(load.all), str(load.seconds)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=load.seconds + READY_SECONDS, check=False)
    said = ran.stdout[ran.stdout.find("{") :]  # Faust's worker writes to the terminal before
    if not said:
        raise Unavailable(f"the {which} consumer said nothing: {ran.stderr[-500:]}")
    found = json.loads(said)
    return float(found["chunks"] / found["seconds"])


async def _kept(settings: Settings, rooms: list[str]) -> int:
    """Chunks found in the store."""
    store = open_kept(settings)
    kept = 0
    for room_id in rooms:
        for found in await store.list(parts_folder(room_id, "mic")):
            kept += len(decode_part(await store.get(found.key)).chunks)
    return kept
