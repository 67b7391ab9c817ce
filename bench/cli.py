"""`earwitness bench`: figures as one JSON object on the last line of standard output."""

import asyncio
import functools
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
import msgspec

from schemas.errors import EarwitnessError
from streams.logs import configure_logs

if TYPE_CHECKING:
    from bench.screening import Case

JUDGES = ("screener", "model", "rules", "alt-profanity-check", "better-profanity")
"""Ours as shipped, each half of it alone, and two well-known packages (extra `compare`)."""

VOICES = ("joe", "slt", "rms", "awb")
"""The first comes with the extra `spoken`; the others are flite's, where it is installed."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def bench() -> None:
    """Measure through the same doors as users; each command prints one JSON object as its last line."""
    configure_logs("ERROR")


@bench.command()
@click.argument("audio_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--reference", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Lines id<TAB>text.")
@click.option("--rooms", type=click.IntRange(1), default=8, show_default=True, help="The search begins there.")
@click.option("--seconds", type=float, default=60.0, show_default=True)
@click.option("--duty", type=click.FloatRange(0.05, 1.0), default=1.0, show_default=True, help="Share of speech.")
@click.option("--find-capacity", is_flag=True, help="Find how many rooms keep the bound, beside a plain worker.")
@click.option("--bound-ms", type=float, default=4500.0, show_default=True)
@click.option("--minutes", type=float, default=15.0, show_default=True, help="No step of the search begins later.")
@click.option("--json", "as_json", is_flag=True, help="One line; else laid out for people.")
def captions(
    audio_dir: Path,
    reference: Path | None,
    rooms: int,
    seconds: float,
    duty: float,
    find_capacity: bool,
    bound_ms: float,
    minutes: float,
    as_json: bool,
) -> None:
    """Caption many rooms at once in real time: delay, accuracy, load."""
    from bench import capacity
    from bench import captions as live

    if find_capacity:
        report = capacity.find_capacity(audio_dir, reference, seconds, duty, bound_ms, rooms, minutes)
    else:
        report = live.bench(audio_dir, reference, rooms, seconds, duty)
    _say(report, as_json=as_json)


@bench.command()
@click.option("--minutes", type=click.IntRange(1), default=30, show_default=True, help="Of each sound.")
@click.option("--json", "as_json", is_flag=True)
def quiet(minutes: int, *, as_json: bool) -> None:
    """Silence, hum, noise, music and applause: what captions invent where nobody speaks."""
    from bench.quiet import bench as quiet_bench

    _say(quiet_bench(minutes), as_json=as_json)


@bench.command()
@click.option("--rooms", default=1_000, show_default=True)
@click.option("--chunks", default=64, show_default=True, help="Of each room: 16 make a part.")
@click.option("--chunk-bytes", default=4_096, show_default=True)
@click.option("--seconds", default=15.0, show_default=True, help="Longest time for each of the two it is compared to.")
@click.option("--sealed", is_flag=True, help="Seal every room with a key of its own.")
@click.option("--json", "as_json", is_flag=True)
def ingest(as_json: bool, **load: Any) -> None:
    """Chunks of many rooms until they are durable, beside a plain Faust agent and a plain aiokafka consumer."""
    from bench.ingest import Load, measured

    with TemporaryDirectory(prefix="earwitness-bench-") as folder:
        report = asyncio.run(measured(Load(**load), Path(folder)))
    _say(msgspec.to_builtins(report), as_json=as_json)


@bench.command()
@click.option("--hours", default=1.0, show_default=True)
@click.option("--tracks", default=13, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def assemble(hours: float, tracks: int, as_json: bool) -> None:
    """A long room of speakers who take turns, from parts to a recording to play."""
    from bench.assemble import assembled

    with TemporaryDirectory(prefix="earwitness-bench-") as folder:
        report = asyncio.run(assembled(hours, tracks, Path(folder)))
    _say(msgspec.to_builtins(report), as_json=as_json)


@bench.command()
@click.option("--passages", type=click.IntRange(1), default=8, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def alert(passages: int, as_json: bool) -> None:
    """A bad passage spoken live in one room, until its case is in the queue."""
    from bench import alert as live

    _say(live.bench(passages), as_json=as_json)


@bench.command()
@click.option("--kills", type=click.IntRange(1), default=100, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Draws the targets and the moments.")
@click.option("--services", type=click.Choice(["embedded", "local"]), default="embedded", show_default=True)
@click.option("--rooms", type=click.IntRange(1), default=3, show_default=True, help="At once.")
@click.option("--seconds", type=click.IntRange(1), default=24, show_default=True, help="Of each room.")
@click.option("--json", "as_json", is_flag=True)
def crash(kills: int, seed: int, services: str, rooms: int, seconds: int, as_json: bool) -> None:
    """SIGKILL to producers, door, recorder, assembler and index while rooms are recorded; then every chunk is compared.

    The embedded broker keeps its topics in memory and is not killed: what had not reached the store would be gone.
    `--services local` runs Apache Kafka and Elasticsearch of infra/local and kills those too. Captions are scripted.
    Exit status 1 when anything was lost, doubled, changed, refused or left unfinished.
    """
    from bench.crash.run import crashed

    report = crashed(kills, seed, services, rooms=rooms, seconds=seconds)
    _say(msgspec.to_builtins(report), as_json=as_json)
    sys.exit(0 if report.whole else 1)


@bench.command()
@click.option("--chunks", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def fuzz(chunks: int, seed: int, as_json: bool) -> None:
    """Broken, lying and malicious chunks through every door, topic, recorder, decoders, captioner and cutter.

    Exit status 1 when one crashed or hung something, went nowhere, or touched the speaker beside it.
    """
    from bench.fuzz.run import fuzzed

    report = fuzzed(chunks, seed)
    _say(msgspec.to_builtins(report), as_json=as_json)
    sys.exit(0 if report.well else 1)


def _labelled(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command its cases out of a CSV, and the options that say which column is what."""

    @click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--text", required=True, help="The column of what is said.")
    @click.option("--label", required=True, help="The column of what it is.")
    @click.option("--positive", help="The label of what a person should see; else hateful, hate, toxic, 1, true …")
    @click.option("--group", help="A column to tell results apart by: a functionality, a target.")
    @click.option("--category", default="hate", show_default=True, help="What the labels are about.")
    @functools.wraps(command)
    def with_cases(
        cases: Path, text: str, label: str, positive: str | None, group: str | None, **others: object
    ) -> None:
        from bench.screening import read_cases

        command(read_cases(cases, text, label, positive, group), **others)

    return with_cases


@bench.command()
@_labelled
@click.option("--judge", type=click.Choice(JUDGES), default=JUDGES[0], show_default=True)
@click.option("--json", "as_json", is_flag=True)
def screening(cases: "Sequence[Case]", category: str, judge: str, as_json: bool) -> None:
    """Labelled texts through the shipped screener: how often it is right, for whom not, how fast."""
    from bench.judges import judge_named
    from bench.screening import measured

    report = measured(judge, judge_named(judge, category), cases)
    _say(msgspec.to_builtins(report), as_json=as_json)


@bench.command()
@_labelled
@click.option("--voice", type=click.Choice(VOICES), default=VOICES[0], show_default=True)
@click.option("--limit", type=click.IntRange(2), help="No more cases than that, of every group and label.")
@click.option("--json", "as_json", is_flag=True)
def spoken(cases: "Sequence[Case]", category: str, voice: str, limit: int | None, as_json: bool) -> None:
    """Labelled texts, spoken by a synthetic voice and heard by our captioner: what hearing costs the screener."""
    from bench.spoken import listening_to, measured, sampled
    from bench.voices import open_voice
    from processors.screening.classifier_model import load_model
    from processors.screening.policy import shipped_policy

    report = measured(
        voice, listening_to(open_voice(voice)), sampled(cases, limit), shipped_policy(), load_model(), category
    )
    _say(msgspec.to_builtins(report), as_json=as_json)


@bench.command()
@click.argument("text_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--words-per-minute", type=click.IntRange(1, 1000), default=160, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def alarms(text_dir: Path, words_per_minute: int, as_json: bool) -> None:
    """Ordinary talk (.nlp, .txt) through the shipped screener: cases an hour, and which."""
    from bench.alarms import alarms_in
    from processors.screening.classifier_model import load_model
    from processors.screening.policy import shipped_policy

    report = alarms_in(text_dir, words_per_minute, shipped_policy(), load_model(), at_once=os.cpu_count() or 1)
    _say(msgspec.to_builtins(report), as_json=as_json)


def _say(report: dict[str, Any], *, as_json: bool) -> None:
    click.echo(json.dumps(report, indent=None if as_json else 2))


def main() -> None:
    try:
        bench(prog_name="earwitness bench")
    except EarwitnessError as error:
        click.echo(f"earwitness: {error}", err=True)
        sys.exit(1)
