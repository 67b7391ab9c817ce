"""`earwitness bench`: what to measure and how much of it in, one JSON object as the last line out."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import msgspec

from bench.assemble import assembled
from bench.ingest import Load, measured


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def bench() -> None:
    """Measure Earwitness through the same doors as its users."""


@bench.command()
@click.option("--rooms", default=1_000, show_default=True)
@click.option("--chunks", default=64, show_default=True, help="Of each room: 16 make a part.")
@click.option("--chunk-bytes", default=4_096, show_default=True)
@click.option("--seconds", default=15.0, show_default=True, help="Longest time for each of the two it is compared to.")
@click.option("--json", "as_json", is_flag=True)
def ingest(as_json: bool, **load: Any) -> None:
    """Chunks of many rooms until they are durable, beside a plain Faust agent and a plain aiokafka consumer."""
    with TemporaryDirectory(prefix="earwitness-bench-") as folder:
        report = asyncio.run(measured(Load(**load), Path(folder)))
    _say(msgspec.to_builtins(report), as_json=as_json)


@bench.command()
@click.option("--hours", default=1.0, show_default=True)
@click.option("--tracks", default=13, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def assemble(hours: float, tracks: int, as_json: bool) -> None:
    """A long room of speakers who take turns, from parts to a recording to play."""
    with TemporaryDirectory(prefix="earwitness-bench-") as folder:
        report = asyncio.run(assembled(hours, tracks, Path(folder)))
    _say(msgspec.to_builtins(report), as_json=as_json)


def _say(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report))
    else:
        for name, value in report.items():
            click.echo(f"{name:>24}  {value}")
