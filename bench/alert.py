"""A bad passage spoken in a live room, again and again; how long until its case is in the queue, out.

The whole path runs as `earwitness up` runs it; the passage is the bundled room's, sent in real time through the
producer SDK, and the case counts when `GET /cases` shows it.
"""

import asyncio
import json
import subprocess
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.clips import due_ms
from bench.delays import percentile
from bench.load import Load
from schemas.base import Record
from schemas.errors import Unavailable
from streams.ffmpeg_binary import ffmpeg_binary
from streams.playing import CONTENT_TYPE, chunks, pieces
from streams.producer import ChunkProducer
from streams.settings import read
from streams.system import System

BEFORE_MS, AFTER_MS = 1_000, 3_000
"""Sound around the passage: the speaker's own pause before, room for the recogniser to hear the end."""
GIVEN_UP_S = 30.0
ASKED_EVERY_S = 0.05


class Passage(Record, frozen=True, kw_only=True):
    """A bad passage as a file of its own, and where in it the words are, ms."""

    path: Path
    start_ms: int
    end_ms: int


class Seen(Record, frozen=True, kw_only=True):
    """How long after the passage's end, and after the words that the case names, the case was in the queue, ms."""

    after_passage_ms: float
    after_words_ms: float


def bench(times: int) -> dict[str, Any]:
    """Play the passage `times` times, each in a room of its own, one after the other."""
    with tempfile.TemporaryDirectory(prefix="earwitness-bench-") as data:
        passage = cut_passage(Path(data))
        settings = msgspec.structs.replace(read(), data=data, port=0, purge="ask")
        with System(settings) as system:
            warm = asyncio.run(_played(system.running.base_url, system.running.kafka, passage))
            with Load() as load:
                seen = [
                    asyncio.run(_played(system.running.base_url, system.running.kafka, passage)) for _ in range(times)
                ]
    return report(warm, seen) | {
        "cpu_cores_used": round(load.cores, 2),
        "cpu_cores_used_by_others": round(load.others, 2),
    }


def report(warm: Seen | None, seen: list[Seen | None]) -> dict[str, Any]:
    """The figures; `missed` passages had no case within half a minute. `first` includes loading the second listener."""
    found = [one for one in seen if one is not None]
    return {
        "passages": len(seen),
        "missed": len(seen) - len(found),
        "first_after_passage_ms": round(warm.after_passage_ms) if warm else None,
        "after_passage_ms": _spread([one.after_passage_ms for one in found]),
        "after_words_ms": _spread([one.after_words_ms for one in found]),
    }


def _spread(values: list[float]) -> dict[str, int | None]:
    shown = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "max": max(values, default=None)}
    return {name: None if value is None else round(value) for name, value in shown.items()}


def cut_passage(folder: Path) -> Passage:
    """The bundled room's violation, encoded anew as a client would send it."""
    room = json.loads(files("streams.demo_room").joinpath("room.json").read_text("utf-8"))
    line = next(line for line in room["lines"] if line["kind"] == "violation")
    source = files("streams.demo_room").joinpath(f"{line['speaker'].lower()}.opus")
    target = folder / "passage.ogg"
    start_s, end_s = (line["start_ms"] - BEFORE_MS) / 1000, (line["end_ms"] + AFTER_MS) / 1000
    command = [ffmpeg_binary(), "-loglevel", "error", "-i", str(source), "-ss", f"{start_s}", "-to", f"{end_s}"]
    subprocess.run([*command, "-c:a", "libopus", "-page_duration", "100000", str(target)], check=True)
    return Passage(path=target, start_ms=BEFORE_MS, end_ms=BEFORE_MS + line["end_ms"] - line["start_ms"])


async def _played(base_url: str, kafka: str, passage: Passage) -> Seen | None:
    async with httpx.AsyncClient(base_url=base_url, timeout=10.0) as http:
        room = await _asked(http, "/rooms", {"title": "bench", "host": "bench", "record": True})
        path = f"/rooms/{room['room_id']}"
        track = await _asked(http, f"{path}/tracks", {"speaker": "bench", "content_type": CONTENT_TYPE})
        begun_ms = round(time.time() * 1000)
        sending = asyncio.to_thread(_send, kafka, passage, room["room_id"], track["track_id"], begun_ms)
        sent = asyncio.create_task(sending)
        seen = await _case(http, room, begun_ms + passage.end_ms)
        await sent
        await _asked(http, f"{path}/close", {})
        return seen


def _send(kafka: str, passage: Passage, room_id: str, track_id: str, begun_ms: int) -> None:
    """Each chunk when its last sample has been heard."""
    producer = ChunkProducer(kafka)
    try:
        for chunk in chunks(pieces(passage.path), room_id, track_id, begun_ms):
            time.sleep(max(0.0, due_ms(chunk) / 1000 - time.time()))
            producer.send(chunk)
        producer.finish(30.0)
    finally:
        producer.close()


async def _case(http: httpx.AsyncClient, room: dict[str, Any], passage_ends_ms: float) -> Seen | None:
    """Look until the room has a case; None when it takes too long."""
    while time.time() * 1000 < passage_ends_ms + GIVEN_UP_S * 1000:
        answer = await http.get("/cases")
        now_ms = time.time() * 1000
        for view in answer.json()["cases"]:
            if view["room_id"] == room["room_id"]:
                said_ms = room["opened_ms"] + view["case"]["end_ms"]
                return Seen(after_passage_ms=now_ms - passage_ends_ms, after_words_ms=now_ms - said_ms)
        await asyncio.sleep(ASKED_EVERY_S)
    return None


async def _asked(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post(path, json=body)
    if answer.is_error:
        raise Unavailable(f"{path} answered {answer.status_code}")
    return dict(answer.json())
