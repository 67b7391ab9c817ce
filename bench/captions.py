"""Clips and a number of rooms in; how fast and how right the captions of all of them are out, through the real path.

Embedded broker, workers and console run as `earwitness up` runs them; chunks go through the producer SDK, and captions
are taken from the live feed as a client reads it.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.clips import Clip, Cue, due_ms, encoded, in_time_order, programme, read_clips
from bench.delays import delays, percentile
from bench.listening import LiveRoom, Rooms
from bench.load import Load
from bench.plain import plain_whisper
from bench.scoring import score
from schemas.audio import AudioChunk
from schemas.base import Record
from streams.playing import chunks
from streams.producer import ChunkProducer
from streams.running import Running
from streams.settings import Settings, read
from streams.system import System

GOLDEN = 0.618
"""Rooms begin this share of a second after one another, modulo a second: people do not begin all at once."""
LEAST_DRAIN_S = 60.0
FINAL_PASS_S = 600.0


class Plan(Record, frozen=True, kw_only=True):
    """What is played: so many rooms for so long, with speech for `duty` of the time."""

    clips: tuple[Clip, ...]
    rooms: int
    seconds: float
    duty: float = 1.0

    def programmes(self) -> list[tuple[Cue, ...]]:
        return [programme(self.clips, room, self.seconds, self.duty) for room in range(self.rooms)]


class Live(Record, frozen=True, kw_only=True):
    """What came of a run: all rooms with what they were shown, their final texts, and the load meanwhile."""

    rooms: tuple[LiveRoom, ...]
    final_texts: tuple[str, ...]
    drafts_shed: int
    cores: float
    others: float
    peak_rss_mb: float


def bench(folder: Path, reference: Path | None, rooms: int, seconds: float, duty: float) -> dict[str, Any]:
    """The report of one run, with the accuracy of plain faster-whisper on the same files after it."""
    plan = Plan(clips=read_clips(folder, reference), rooms=rooms, seconds=seconds, duty=duty)
    live = run(plan, final_pass=True)
    settings = read()
    plain = plain_whisper(settings, settings.threads)
    offline = {clip.path: plain.text(clip.path) for clip in plan.clips}
    return report(plan, live, offline)


def run(plan: Plan, *, final_pass: bool, engine: str = "") -> Live:
    """Play the plan through a system of its own, that ends with it; without the final pass, once all is captioned.

    `engine` is another one than the settings name.
    """
    with tempfile.TemporaryDirectory(prefix="earwitness-bench-") as data:
        usual = read()
        settings = msgspec.structs.replace(usual, data=data, port=0, purge="ask", engine=engine or usual.engine)
        with System(settings) as system:
            return asyncio.run(_play(plan, system.running, settings, final_pass=final_pass))


async def _play(plan: Plan, running: Running, settings: Settings, *, final_pass: bool) -> Live:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=running.base_url, limits=limits, timeout=30.0) as http:
        await _warm_up(http, plan, running.kafka)
        rooms = Rooms(http)
        try:
            for room in range(plan.rooms):
                await rooms.open(f"room {room}")
            tracks = await asyncio.to_thread(_tracks, rooms.all, plan.programmes())
            with Load() as load:
                await asyncio.to_thread(_send, running.kafka, tracks)
            await rooms.silence(LEAST_DRAIN_S + 2 * plan.seconds)
            await rooms.close()
            texts = await rooms.final_texts(FINAL_PASS_S) if final_pass else []
        finally:
            await rooms.leave()
    shed = sum(map(_drafts_shed, (settings.data_folder / "logs").glob("caption*.log")))
    return Live(
        rooms=tuple(rooms.all),
        final_texts=tuple(texts),
        drafts_shed=shed,
        cores=load.cores,
        others=load.others,
        peak_rss_mb=load.peak_rss_mb,
    )


async def _warm_up(http: httpx.AsyncClient, plan: Plan, kafka: str) -> None:
    """One clip in a room of its own, until its last words: then every worker consumes and every model is loaded."""
    rooms = Rooms(http)
    await rooms.open("warm-up")
    shortest = min(plan.clips, key=lambda clip: clip.duration_ms)
    await asyncio.to_thread(_send, kafka, _tracks(rooms.all, [programme([shortest], 0, 1.0, 1.0)]))
    await rooms.silence(LEAST_DRAIN_S)
    await rooms.close()
    await rooms.final_texts(FINAL_PASS_S)


def _tracks(rooms: Sequence[LiveRoom], programmes: Sequence[tuple[Cue, ...]]) -> list[Iterator[AudioChunk]]:
    sounds = {cues[0].clip.path: encoded(cues) for cues in programmes}  # who begins alike goes on alike
    now_ms = round(time.time() * 1000)
    return [
        chunks(sounds[cues[0].clip.path], room.room_id, room.track_id, now_ms + round(n * GOLDEN % 1 * 1000))
        for n, (room, cues) in enumerate(zip(rooms, programmes, strict=True))
    ]


def _send(kafka: str, tracks: Sequence[Iterator[AudioChunk]]) -> None:
    """Send every chunk when its last sample has been heard."""
    producer = ChunkProducer(kafka)
    try:
        for chunk in in_time_order(tracks):
            time.sleep(max(0.0, due_ms(chunk) / 1000 - time.time()))
            producer.send(chunk)
        producer.finish(60.0)
    finally:
        producer.close()


def _drafts_shed(log: Path) -> int:
    """What the captioner counted, as it says when a room's live captions end."""
    entries = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return max((entry["drafts_shed"] for entry in entries if entry["event"] == "live_captions_ended"), default=0)


def report(plan: Plan, live: Live, offline: dict[Path, str]) -> dict[str, Any]:
    """The figures of the run; error rates are null where there is no reference."""
    found = delays((room.opened_ms, room.shown) for room in live.rooms)
    said = [" ".join(cue.clip.text for cue in cues) for cues in plan.programmes()]
    heard = [" ".join(offline[cue.clip.path] for cue in cues) for cues in plan.programmes()]
    scores = {
        "live": score(said, [_finals(room) for room in live.rooms]),
        "final": score(said, live.final_texts),
        "offline": score(said, heard),
    }
    return {
        "rooms": plan.rooms,
        "seconds": plan.seconds,
        "duty": plan.duty,
        "word_ms": _spread(found.word_ms),
        "first_ms": _spread(found.first_ms),
        "final_ms": _spread(found.final_ms) | {"max": _whole(max(found.final_ms, default=None))},
        **{f"wer_{name}": one.wer if one else None for name, one in scores.items()},
        "words_missing": scores["live"].missing if scores["live"] else None,
        "drafts_shed": live.drafts_shed,
        "cpu_cores_used": round(live.cores, 2),
        "cpu_cores_used_by_others": round(live.others, 2),
        "peak_rss_mb": round(live.peak_rss_mb),
    }


def _finals(room: LiveRoom) -> str:
    finals = [one.caption for one in room.shown if one.caption.status == "final"]
    return " ".join(caption.text for caption in sorted(finals, key=lambda caption: caption.start_ms))


def _spread(values: Sequence[float]) -> dict[str, int | None]:
    return {"p50": _whole(percentile(values, 0.5)), "p95": _whole(percentile(values, 0.95))}


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
