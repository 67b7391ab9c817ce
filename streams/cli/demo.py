"""`demo`: the bundled room goes the whole way, with a progress display, and a report that says what happened."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from schemas.audio import AudioChunk
from schemas.errors import EarwitnessError
from streams import demo_room
from streams.cli.common import connected, print_json, settings_of, terminal, timecode, with_settings
from streams.cli.rooms import FINISH_SECONDS, is_ready, seconds_recorded
from streams.cli.running import wait_for_ctrl_c
from streams.client import Client
from streams.demo_room import DemoRoom
from streams.performing import Part, Performance, Performed
from streams.producer import ChunkProducer
from streams.running import Running
from streams.watching import Watcher

QUERY = "driven out of this town"
"""Words of the passage that breaks the policy; the search must lead to it."""
SEARCH_SECONDS = 20.0
NEAR_MS = 3000
"""How far a hit may begin from the passage it is in: a caption begins where its utterance does."""


class Failed(EarwitnessError):
    """A stage of the demo did not happen."""


@click.command()
@click.option("--once", is_flag=True, help="Do not pace, do not stay: run the whole path once and report.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON line.")
@click.option("--port", type=int, help="Port of the console (default: a free one).")
@with_settings
def demo(once: bool, as_json: bool, **options: Any) -> None:
    """Play the bundled room through the whole system; stays up until Ctrl-C unless --once."""
    begun_s = time.monotonic()
    room = demo_room.load()
    with connected(settings_of(**options)) as (running, client):
        performed = _perform(running, client, room, real_time=not once)
        report = performed | {"elapsed_s": round(time.monotonic() - begun_s, 1)}
        _print(report, as_json=as_json)
        if missing := missing_stages(report, room):
            raise Failed("; ".join(missing))
        if not once:
            terminal.print(f"Open [link]{running.base_url}[/link] — Ctrl-C ends everything that was started.")
            wait_for_ctrl_c()


def _perform(running: Running, client: Client, room: DemoRoom, *, real_time: bool) -> dict[str, Any]:
    watcher, producer = Watcher(running.kafka), ChunkProducer(running.kafka)
    try:
        with _Display(room) as display:
            performance = Performance(client, producer, real_time=real_time, on_chunk=display.sent)
            opened = performance.open(room.title, room.host)
            display.where(opened["links"]["page"])
            display.follow(lambda: watcher.counts(opened["room_id"]))
            performed = performance.play(opened, _parts(room))
            finished = client.wait_for(performed.room_id, is_ready, timeout_s=FINISH_SECONDS)
            hit = _found(client, performed.room_id)
            counts = watcher.counts(performed.room_id)
        return _report(performed, finished, counts, hit)
    finally:
        watcher.close()
        producer.close()


def _parts(room: DemoRoom) -> list[Part]:
    folder = demo_room.folder()
    return [Part(speaker=track.speaker, path=folder / track.file, starts_ms=track.starts_ms) for track in room.tracks]


def _found(client: Client, room_id: str) -> dict[str, Any]:
    """The first hit for `QUERY` in the room, waiting for the index to have it."""
    until = time.monotonic() + SEARCH_SECONDS
    while time.monotonic() < until:
        if hits := client.search(QUERY, room=room_id):
            return hits[0]
        time.sleep(0.2)
    return {}


def _report(performed: Performed, room: dict[str, Any], counts: Counter[str], hit: dict[str, Any]) -> dict[str, Any]:
    recorded = seconds_recorded(room)
    return {
        "rooms": 1,
        "room_id": performed.room_id,
        "speakers": len(performed.speakers),
        "chunks_sent": performed.chunks,
        "chunks_stored": sum(track["chunks"] or 0 for track in room["tracks"]),
        "seconds_sent": round(sum(performed.seconds.values()), 3),
        "seconds_recorded": round(sum(recorded.values()), 3),
        "seconds_by_speaker": {
            name: {"sent": round(performed.seconds[track_id], 3), "recorded": round(recorded.get(track_id, 0.0), 3)}
            for track_id, name in performed.speakers.items()
        },
        "captions_live": counts["captions_live"],
        "captions_final": room["captions"],
        "findings": room["findings"],
        "cases": room["cases"],
        "search": {"query": QUERY, "room_id": hit.get("room_id"), "start_ms": hit.get("start_ms")},
        "recording_url": room["links"].get("recording", ""),
        "captions_url": room["links"].get("captions_vtt", ""),
    }


def missing_stages(report: dict[str, Any], room: DemoRoom) -> list[str]:
    """Every stage that did not happen, in words; empty when the whole path was gone."""
    (violation,) = room.lines_of("violation")
    hit_ms = report["search"]["start_ms"]
    apart = [
        f"the recording of {name} has {each['recorded']:.2f} s of {each['sent']:.2f} s"
        for name, each in report["seconds_by_speaker"].items()
        if abs(each["recorded"] - each["sent"]) > 0.1
    ]
    stages: list[tuple[bool, str]] = [
        (report["chunks_stored"] == report["chunks_sent"], "not every chunk was stored"),
        (report["captions_live"] > 0, "no live captions came"),
        (report["captions_final"] > 0, "no final captions came"),
        (report["findings"] > 0, "screening found nothing"),
        (report["cases"] > 0, "no case was opened"),
        (_near(hit_ms, violation.start_ms, violation.end_ms), "search did not lead to the passage"),
        (bool(report["recording_url"]), "there is no recording"),
        (bool(report["captions_url"]), "there are no caption files"),
    ]
    return apart + [said for happened, said in stages if not happened]


def _near(hit_ms: int | None, start_ms: int, end_ms: int) -> bool:
    return hit_ms is not None and start_ms - NEAR_MS <= hit_ms <= end_ms


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    click.echo(f"Recorded {report['seconds_recorded']:.1f} s of {report['seconds_sent']:.1f} s from ", nl=False)
    click.echo(f"{report['speakers']} speakers: {report['captions_final']} captions, ", nl=False)
    click.echo(f"{report['findings']} findings, {report['cases']} case(s) for a moderator.")
    click.echo(f"Searching “{QUERY}” leads to {timecode(report['search']['start_ms'])}.")
    click.echo(f"Recording  {report['recording_url']}\nCaptions   {report['captions_url']}")


class _Display:
    """A line for each stage, while it happens, on standard error."""

    def __init__(self, room: DemoRoom) -> None:
        chunks = sum(round(track.seconds) for track in room.tracks)
        columns = (
            TextColumn("{task.description:<10}"),
            BarColumn(),
            TextColumn("{task.completed:>5.0f}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=terminal)
        self._tasks = {
            "sent": self._progress.add_task("chunks", total=chunks),
            "parts": self._progress.add_task("parts", total=None),
            "captions_live": self._progress.add_task("captions", total=len(room.lines)),
            "findings_live": self._progress.add_task("findings", total=None),
            "RecordingAssembled": self._progress.add_task("assembly", total=1),
        }
        self._counts: Callable[[], Counter[str]] = Counter

    def __enter__(self) -> "_Display":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._refresh()
        self._progress.stop()

    def where(self, page: str) -> None:
        self._progress.console.print(f"The room is live: [link={page}]{page}[/link]")

    def follow(self, counts: Callable[[], Counter[str]]) -> None:
        self._counts = counts

    def sent(self, _: AudioChunk) -> None:
        self._progress.advance(self._tasks["sent"])
        self._refresh()

    def _refresh(self) -> None:
        counts = self._counts()
        for name in ("parts", "captions_live", "findings_live", "RecordingAssembled"):
            self._progress.update(self._tasks[name], completed=counts[name])
