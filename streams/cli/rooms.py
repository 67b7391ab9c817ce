"""`record`, `export`, `rooms`, `show`, `search` and `purge`: rooms as a person on the command line sees them."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
from rich.console import Console
from rich.table import Table

from processors.norms import PROFILES
from schemas.errors import Invalid
from streams.cli.common import connected, print_json, settings_of, terminal, timecode, with_settings
from streams.client import Client
from streams.performing import Part, Performance, Performed, parts_of
from streams.producer import ChunkProducer

FINISH_SECONDS = 3600.0
"""How long `record` waits for recording, captions and screening of a room."""
STAGES = ("captured", "received", "stored", "recorded", "captioned")
"""How far a speaker's audio comes."""
FORMATS = {"m4a": "recording.m4a"} | {name: f"captions.{name}" for name in ("vtt", "srt", "ttml", "json", "txt")}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--title", default="Recorded room", show_default=True)
@click.option("--host", default="host", show_default=True)
@click.option("--real-time", is_flag=True, help="Send as fast as people speak, not as fast as possible.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON line.")
@with_settings
def record(files: tuple[Path, ...], title: str, host: str, real_time: bool, as_json: bool, **options: Any) -> None:
    """Play audio FILEs into a new recorded room (one track each, file name = speaker) and wait until it is finished."""
    parts = parts_of(files)
    with connected(settings_of(**options)) as (running, client):
        performed, room = record_room(client, running.kafka, title, host, parts, real_time=real_time)
        report = recorded(performed, room)
    if as_json:
        print_json(report)
    else:
        click.echo(f"Room {report['room_id']}: {report['seconds_recorded']:.1f} s recorded, ", nl=False)
        click.echo(f"{report['captions_final']} captions, {report['findings']} findings\n{report['recording_url']}")


def record_room(
    client: Client, kafka: str, title: str, host: str, parts: list[Part], *, real_time: bool
) -> tuple[Performed, dict[str, Any]]:
    """Play `parts` into a new room and wait until it is finished; returns what was sent and the finished room."""
    producer = ChunkProducer(kafka)
    try:
        performance = Performance(client, producer, real_time=real_time)
        with terminal.status("Sending …"):
            performed = performance.play(performance.open(title, host), parts)
        with terminal.status("Assembling, captioning and screening …"):
            return performed, client.wait_for(performed.room_id, is_ready, timeout_s=FINISH_SECONDS)
    finally:
        producer.close()


def is_ready(room: dict[str, Any]) -> bool:
    return bool(room["state"] == "ready")


def recorded(performed: Performed, room: dict[str, Any]) -> dict[str, Any]:
    """What `record --json` prints."""
    return {
        "room_id": performed.room_id,
        "tracks": len(performed.seconds),
        "seconds_sent": round(sum(performed.seconds.values()), 3),
        "seconds_recorded": round(sum(seconds_recorded(room).values()), 3),
        "captions_final": room["captions"],
        "findings": room["findings"],
        "recording_url": room["links"].get("recording", ""),
        "captions_url": room["links"].get("captions_vtt", ""),
    }


def seconds_recorded(room: dict[str, Any]) -> dict[str, float]:
    """Decoded seconds of each track in the recording."""
    return {track["track_id"]: (track["recorded_ms"] or 0) / 1000 for track in room["tracks"]}


@click.command()
@click.argument("room_id", metavar="ROOM")
@click.option("--format", "format_", type=click.Choice(tuple(FORMATS)), required=True)
@click.option("--speaker", help="Only this speaker's voice (m4a).")
@click.option("--profile", type=click.Choice(tuple(PROFILES)), help="Captions for one house style; else for all.")
@click.option("--mask", help="Leave `profanity`, `names` or both (with a comma) out of the captions.")
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
@with_settings
def export(
    room_id: str,
    format_: str,
    speaker: str | None,
    profile: str | None,
    mask: str | None,
    destination: Path,
    **options: Any,
) -> None:
    """Write ROOM's recording or captions to DEST (a file, or a folder that is there)."""
    if speaker and format_ != "m4a":
        raise Invalid("speaker_needs_m4a", "one speaker comes as m4a; use --format m4a", field="--speaker")
    asked = {name: value for name, value in (("profile", profile), ("mask", mask)) if value}
    target = destination / f"{room_id}.{format_}" if destination.is_dir() else destination
    if not target.parent.is_dir():
        raise Invalid("folder_missing", f"{target.parent} is not there; make it first", field="DEST")
    with connected(settings_of(**options), look_only=True) as (_, client):
        alone = f"speakers/{quote(speaker, safe='')}/" if speaker else ""
        target.write_bytes(client.download(f"/rooms/{room_id}/{alone}{FORMATS[format_]}", **asked))
    click.echo(str(target))


@click.command()
@click.option("--json", "as_json", is_flag=True)
@with_settings
def rooms(as_json: bool, **options: Any) -> None:
    """List the rooms, newest first."""
    with connected(settings_of(**options), look_only=True) as (_, client):
        found = client.rooms()
    if as_json:
        print_json({"rooms": found})
        return
    table = Table("room", "title", "host", "state", "opened", "length", "findings", "cases")
    for room in found:
        table.add_row(
            room["room_id"], room["title"], room["host"], room["state"], _day(room["opened_ms"]),
            timecode(room["duration_ms"]), str(room["findings"]), str(room["cases"]),
        )  # fmt: skip
    Console().print(table if found else "No rooms yet: try `earwitness demo` or `earwitness record FILE…`")


@click.command()
@click.argument("room_id", metavar="ROOM")
@click.option("--json", "as_json", is_flag=True)
@with_settings
def show(room_id: str, as_json: bool, **options: Any) -> None:
    """Say everything about ROOM: tracks, what is finished, and its clocks."""
    with connected(settings_of(**options), look_only=True) as (running, client):
        room = client.room(room_id)
    if as_json:
        print_json(room)
        return
    click.echo(f"{room['title']} — {room['host']} — {room['state']}, {timecode(room['duration_ms'])}")
    click.echo("recorded" if room["record"] else "not recorded: nothing is kept")
    if room["screened_by_model"] is False:
        click.echo("not screened by the model: it was away; this will be done again when it is back")
    for line in continuity_lines(room):
        click.echo(line)
    for name, clock in room["clocks"].items():
        if clock is not None:
            click.echo(f"  {name.replace('_', ' ')}: {_day(clock['at_ms'])} ({clock['reason']})")
    links = room["links"] if running.pid != os.getpid() else {}  # those of our own system end with the command
    for name, link in links.items():
        click.echo(f"  {name}: {link}")


def continuity_lines(room: dict[str, Any]) -> Iterator[str]:
    """One line a speaker with the seconds that came so far (a dash where it is not known yet), one for each hole."""
    for track in room["continuity"]:
        known = ((name, track[f"{name}_ms"]) for name in STAGES)
        seconds = ", ".join(f"{name} {'–' if ms is None else f'{ms / 1000:.1f} s'}" for name, ms in known)
        yield f"  {track['speaker']}: {seconds}"
        for hole in track["holes"]:
            length = f", about {hole['ms'] / 1000:.1f} s" if hole["ms"] else ""
            yield f"    gap: chunks {hole['first_sequence']}-{hole['last_sequence']}{length}: {hole['reason']}"


@click.command()
@click.argument("words")
@click.option("--room", "room_id", help="Only in this room.")
@click.option("--speaker", help="Only of this speaker.")
@click.option("--json", "as_json", is_flag=True)
@with_settings
def search(words: str, room_id: str | None, speaker: str | None, as_json: bool, **options: Any) -> None:
    """Find what was said, and where: WORDS as said, or nearly."""
    filters = {name: value for name, value in (("room", room_id), ("speaker", speaker)) if value}
    with connected(settings_of(**options), look_only=True) as (_, client):
        hits = client.search(words, **filters)
    if as_json:
        print_json({"query": words, "hits": hits})
        return
    for hit in hits:
        click.echo(f"{hit['room_id']}  {timecode(hit['start_ms']):>8}  {hit['speaker']}: {hit['text']}")
    if not hits:
        click.echo("Nothing found.")


@click.command()
@click.argument("room_id", metavar="ROOM")
@click.option("--start", "start_s", type=click.FloatRange(min=0), required=True, help="Seconds; 0 takes it back.")
@with_settings
def trim(room_id: str, start_s: float, **options: Any) -> None:
    """Have listeners of ROOM begin at START; what is kept stays whole."""
    with connected(settings_of(**options)) as (_, client):
        room = client.trim(room_id, round(start_s * 1000))
    click.echo(f"Listeners begin at {room['trim_start_ms'] / 1000:g} s")


@click.command()
@click.option("--execute", is_flag=True, help="Really destroy; without it only what would go is listed.")
@click.option("--json", "as_json", is_flag=True)
@with_settings
def purge(execute: bool, as_json: bool, **options: Any) -> None:
    """List the rooms whose time is over, or with --execute destroy them and leave a certificate."""
    with connected(settings_of(**options)) as (_, client):
        answer = client.purge(execute=execute)
    if as_json:
        print_json(answer)
        return
    for room in answer["rooms"]:
        click.echo(f"{room['room_id']}: {room['reason']}")
    click.echo("Nothing is due." if not answer["rooms"] else "Purged." if execute else "Dry run: add --execute.")


def _day(unix_ms: int) -> str:
    return datetime.fromtimestamp(unix_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
