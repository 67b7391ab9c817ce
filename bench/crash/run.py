"""A number of kills in; rooms recorded meanwhile, wave after wave, and what became of every chunk of them out."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.crash import services
from bench.crash.comparing import Found, Sent, compared
from bench.crash.killing import Killer, Target
from bench.crash.rooms import Clients, wave
from processors.layout import parts_folder
from processors.parts import decode_part
from schemas.base import Record
from schemas.errors import Unavailable
from schemas.rooms import Room
from streams import embedded
from streams.cli.letters import read_letters
from streams.outside import Outside
from streams.settings import Settings, read
from streams.system import System
from streams.verification import verify_room

SERVICES = {"embedded": services.embedded, "local": services.local}
EMBEDDED_NOTE = (
    "the embedded broker keeps its topics in memory, so it was not killed; --services local kills a real one"
)
LOCAL_NOTE = "Apache Kafka and Elasticsearch of infra/local were killed too, and came back on their data"
FINISH_S = 300.0
"""After the last room closed: workers that were killed last come back within 20 s, a room is finished in a few."""


NAMED = 20
"""Lost chunks that a report names."""


class CrashReport(Record, frozen=True, kw_only=True):
    """`unfinished` rooms had no recording, captions or screening in the end; `unindexed` are not found as ready.

    `missing` names the first lost chunks, `faults` counts what `earwitness verify` finds, `dead_letters` by reason.
    `back_s`: median and longest seconds until what was killed worked again, by target; `not_back`: not within a minute.
    """

    kills: int
    by_target: dict[str, int]
    back_s: dict[str, tuple[float, float]]
    not_back: int
    rooms: int
    chunks_sent: int
    chunks_stored: int
    lost: int
    missing: tuple[str, ...]
    duplicated: int
    digest_mismatches: int
    seconds_sent: float
    seconds_recorded: float
    faults: int
    unfinished: int
    unindexed: int
    dead_letters: dict[str, int]
    seed: int
    services: str
    note: str
    elapsed_s: float

    @property
    def whole(self) -> bool:
        bad = (self.lost, self.duplicated, self.digest_mismatches, self.faults, self.unfinished, self.unindexed)
        return not any(bad) and not self.dead_letters and not self.not_back


def crashed(kills: int, seed: int, which: str, *, rooms: int, seconds: int) -> CrashReport:
    """Run it all. `rooms` side by side in a wave, each `seconds` long; as many waves as the kills take."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="earwitness-bench-") as name, SERVICES[which]() as found:
        data = str(Path(name) / "data")
        given = {"data": data, "kafka": found.kafka, "elasticsearch": found.elasticsearch, "engine": "scripted"}
        with System(msgspec.structs.replace(read(), port=0, purge="ask", store="", **given)) as system:
            clients = Clients(seed)
            killer = Killer(_targets(system, clients, found), kills, seed)
            sent = _waves(system, clients, killer, Path(name), (rooms, seconds, seed))
            settings = msgspec.structs.replace(
                read(), data=data, store="", kafka=system.running.kafka, elasticsearch=system.running.elasticsearch
            )
            figures = asyncio.run(_found(settings, sent))
    return CrashReport(
        kills=killer.counts.total(),
        by_target=dict(killer.counts),
        back_s={name: (round(median(took), 1), round(max(took), 1)) for name, took in killer.back_s.items()},
        not_back=killer.not_back,
        seed=seed,
        services=which,
        note=EMBEDDED_NOTE if which == "embedded" else LOCAL_NOTE,
        elapsed_s=round(time.monotonic() - began_s, 1),
        **figures,
    )


def _targets(system: System, clients: Clients, found: services.Services) -> list[Target]:
    """What is killed: clients, door, recorder, assembler and index, and a broker that keeps what it has confirmed."""
    running = system.running
    steward = partial(services.steward_answers, running.kafka)
    door, recorder, assembler = (services.Child(system, name) for name in ("console", "record", "finish"))
    targets = [
        Target("producer", clients.kill, clients.all_run),
        Target("door", door.kill, partial(services.door_answers, running.base_url)),
        Target("recorder", recorder.kill, steward),
        Target("assembler", assembler.kill, assembler.owns_partitions),
    ]
    if found.index and found.broker:
        slow = Target("index", found.index.kill, found.index.running, slow=True)
        return [*targets, slow, Target("broker", found.broker.kill, steward)]
    index = services.Child(system, "index")
    return [*targets, Target("index", index.kill, partial(embedded.answers, running.elasticsearch))]


def _waves(
    system: System, clients: Clients, killer: Killer, folder: Path, size: tuple[int, int, int]
) -> dict[tuple[str, str], Sent]:
    rooms, seconds, seed = size
    sent: dict[tuple[str, str], Sent] = {}
    killer.start()
    try:
        while not (sent and killer.done):
            ids = [f"crash-{len(sent)}-{n}" for n in range(rooms)]
            sent |= wave(system.running, clients, folder, ids, seed, seconds)
    finally:
        killer.stop()
    return sent


async def _found(settings: Settings, sent: Mapping[tuple[str, str], Sent]) -> dict[str, Any]:
    """Wait until every room is finished, then read everything again."""
    outside = Outside(settings)
    room_ids = sorted({room_id for room_id, _ in sent})
    rooms = await _finished(outside, room_ids)
    unindexed = await _unindexed(outside, room_ids)
    await outside.index.close()
    found = [compared("/".join(key), track, await _stored(outside, *key)) for key, track in sent.items()]
    total = sum(found, Found())
    faults = [len((await verify_room(outside.store, room_id)).faults) for room_id in room_ids]
    letters = await asyncio.to_thread(read_letters, settings.kafka)
    return {
        "rooms": len(room_ids),
        "chunks_sent": sum(len(track.digests) for track in sent.values()),
        "chunks_stored": total.stored,
        "lost": len(total.missing),
        "missing": total.missing[:NAMED],
        "duplicated": total.duplicated,
        "digest_mismatches": total.mismatches,
        "seconds_sent": round(sum(track.duration_ms for track in sent.values()) / 1000, 3),
        "seconds_recorded": round(sum(_recorded_ms(room) for room in rooms) / 1000, 3),
        "faults": sum(faults),
        "unfinished": sum(not room.ready for room in rooms),
        "unindexed": unindexed,
        "dead_letters": dict(Counter(letter.reason for letter in letters)),
    }


async def _finished(outside: Outside, room_ids: list[str]) -> list[Room]:
    until = time.monotonic() + FINISH_S
    while True:
        rooms = [room for room_id in room_ids if (room := await outside.log.load(room_id)) is not None]
        if all(room.ready for room in rooms) or time.monotonic() > until:
            return rooms
        await asyncio.sleep(1.0)


async def _unindexed(outside: Outside, room_ids: list[str]) -> int:
    """Rooms that a search does not find as ready; the index follows the log by a second or two."""
    until = time.monotonic() + FINISH_S / 10
    query = {"query": {"bool": {"filter": [{"term": {"ready": True}}]}}, "size": 10_000, "_source": ["room_id"]}
    while True:
        try:
            await outside.index.refresh()
            hits = (await outside.index.search("rooms", query))["hits"]["hits"]
            missing = set(room_ids) - {hit["_source"]["room_id"] for hit in hits}
        except Unavailable:  # killed a moment ago
            missing = set(room_ids)
        if not missing or time.monotonic() > until:
            return len(missing)
        await asyncio.sleep(1.0)


async def _stored(outside: Outside, room_id: str, track_id: str) -> list[Any]:
    parts = [
        decode_part(await outside.store.get(o.key)) for o in await outside.store.list(parts_folder(room_id, track_id))
    ]
    return [chunk for part in parts for chunk in part.chunks]


def _recorded_ms(room: Room) -> int:
    return sum(room.assembled.recorded_ms.values()) if room.assembled else 0
