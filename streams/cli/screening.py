"""`screening`: what people decided in; a set to learn from, and how well the screener does, out."""

import asyncio
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from processors.screening.learning import Evaluation, Labelled, evaluated
from processors.screening.shadow import Comparison, summed
from streams.cli.common import print_json, settings_of, with_settings
from streams.cli.policy import moment
from streams.decided import comparisons, labelled
from streams.stores import open_store

since = click.option("--since", default="365d", show_default=True, help="Hours (24h), days (7d) or a date.")


@click.group()
def screening() -> None:
    """What moderators' decisions say of the screener."""


@screening.command()
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
@since
@with_settings
def export(destination: Path, since: str, **options: Any) -> None:
    """Write decided cases to DEST, one JSON object a line: the words, the category, a person's word, the weight."""
    cases = _cases(since, options)
    destination.write_bytes(msgspec.json.Encoder().encode_lines(cases))
    overturned = sum(case.weight > 1 for case in cases)
    click.echo(f"{destination}: {len(cases)} cases, {overturned} of them overturned")


@screening.command()
@since
@click.option("--split", default="30d", show_default=True, help="Drift: cases decided since then beside those before.")
@click.option("--json", "as_json", is_flag=True)
@with_settings
def evaluate(since: str, split: str, as_json: bool, **options: Any) -> None:
    """Print precision by category, the overturn rate and the drift, from people's decisions."""
    found = evaluated(_cases(since, options), moment(split))
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        _show(found)


@screening.command()
@click.option("--json", "as_json", is_flag=True)
@with_settings
def shadow(as_json: bool, **options: Any) -> None:
    """Compare a candidate model with the live one, on the rooms that both have read."""

    async def read() -> tuple[Comparison, ...]:
        store = open_store(settings_of(**options).store_url)
        return summed([one async for one in comparisons(store)])

    found = asyncio.run(read())
    if as_json:
        print_json({"comparisons": msgspec.to_builtins(found)})
        return
    table = Table("live", "candidate", "category", "texts", "both", "live alone", "candidate alone", "mean difference")
    for one in found:
        for name, seen in one.categories.items():
            counts = (seen.texts, seen.both, seen.live_alone, seen.candidate_alone)
            table.add_row(one.live, one.candidate, name, *map(str, counts), f"{seen.apart / max(1, seen.texts):.3f}")
    Console().print(table if found else "No candidate has run beside the live model.")


def _cases(since: str, options: dict[str, Any]) -> list[Labelled]:
    async def read() -> list[Labelled]:
        store = open_store(settings_of(**options).store_url)
        return [case async for case in labelled(store, moment(since))]

    return asyncio.run(read())


def _show(found: Evaluation) -> None:
    for name, figures in found.categories.items():
        click.echo(f"{name}: {figures.violations} of {figures.decided} were violations ({figures.precision:.0%})")
    rate = "–" if found.overturn_rate is None else f"{found.overturn_rate:.0%}"
    click.echo(f"{found.decided} decided, {rate} overturned, {found.reported_violations} violations were reported")
    if found.drift is None:
        click.echo("drift: too few cases to say")
    else:
        drift = found.drift
        change = f"{drift.older_precision:.0%} -> {drift.newer_precision:.0%}"
        click.echo(f"drift: precision {change}, scores {drift.score_psi:.2f} (above 0.25 is a shift)")
