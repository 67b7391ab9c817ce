"""`policy`: a policy file in; whether it is sound, what it would have done, or that it holds from a moment on, out."""

import asyncio
import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from agents.policies import PolicyBook
from processors.screening.policy import load_policy, shipped_policy
from processors.screening.trying import Trial
from schemas.errors import Invalid
from streams.cli.common import print_json, settings_of, timecode, with_settings
from streams.clock import now_ms
from streams.outside import Outside
from streams.stores import open_store
from streams.trial import tried

_SPAN = re.compile(r"(\d{1,5})([hd])")
_MS = {"h": 3_600_000, "d": 86_400_000}

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def policy() -> None:
    """The screening policy: what holds, whether a file is sound, what it would have done, and put it in force."""


@policy.command()
@click.option("--json", "as_json", is_flag=True, help="Version, since when, by whom, and the text.")
@with_settings
def show(as_json: bool, **options: Any) -> None:
    """Print the policy that was put in force last, or the one that Earwitness comes with."""
    newest = asyncio.run(_book(options).newest())
    text = newest.text if newest else files("processors.screening").joinpath("policy.yaml").read_text("utf-8")
    if not as_json:
        click.echo(text)
        return
    by = {"effective_ms": newest.effective_ms, "actor": newest.actor} if newest else {}
    print_json({"version": load_policy(text).version, **by, "text": text})


@policy.command()
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Say whether FILE is a sound policy; if not, which line is wrong and why."""
    found = load_policy(_text(file))
    click.echo(f"{file}: sound, version {found.version}: {len(found.categories)} categories, {len(found.terms)} terms")


@policy.command(name="try")
@click.argument("file", type=FILE)
@click.option("--since", default="30d", show_default=True, help="Hours (24h), days (7d) or a date (2026-01-31).")
@click.option("--json", "as_json", is_flag=True)
@with_settings
def try_(file: Path, since: str, as_json: bool, **options: Any) -> None:
    """Screen past rooms under FILE and under the policy in force; list what would have been done otherwise."""
    other, since_ms = load_policy(_text(file)), moment(since)
    outside = Outside(settings_of(**options))

    async def run() -> Trial:
        book = PolicyBook(outside.store, shipped_policy(), now_ms)
        return await tried(outside.store, await book.at(now_ms()), other, outside.classifier, since_ms)

    trial = asyncio.run(run())
    if as_json:
        print_json(msgspec.to_builtins(trial))
    else:
        _show(trial)


@policy.command()
@click.argument("file", type=FILE)
@click.option("--from", "from_", default="", help="A moment with its zone (2026-01-31T12:00:00+00:00); else in 5 s.")
@click.option("--actor", default="command-line", show_default=True, help="Who says so; it stands in the entry.")
@with_settings
def apply(file: Path, from_: str, actor: str, **options: Any) -> None:
    """Put FILE in force: every worker uses it for what is said from that moment on."""
    effective_ms = _instant(from_) if from_ else None
    entry = asyncio.run(_book(options).apply(_text(file), actor=actor, effective_ms=effective_ms))
    when = datetime.fromtimestamp(entry.effective_ms / 1000, UTC).isoformat(timespec="seconds")
    click.echo(f"Version {entry.version} holds from {when} on.")


def moment(since: str) -> int:
    """`24h`, `7d` or a date (UTC) as Unix ms."""
    span = _SPAN.fullmatch(since)
    return now_ms() - int(span[1]) * _MS[span[2]] if span else _instant(since)


def _instant(text: str) -> int:
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("moment_malformed", f"{text!r} is no moment; write 24h, 7d or 2026-01-31") from error
    return round((given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp() * 1000)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("policy_invalid", f"line 1: {file} is not UTF-8") from error


def _book(options: dict[str, Any]) -> PolicyBook:
    return PolicyBook(open_store(settings_of(**options).store_url), shipped_policy(), now_ms)


def _show(trial: Trial) -> None:
    table = Table("room", "at", "category", f"now ({trial.before_version})", f"then ({trial.after_version})")
    for one in trial.differences:
        then = f"{one.after} {one.after_score or ''}", f"{one.before} {one.before_score or ''}"
        table.add_row(one.room_id, timecode(one.start_ms), one.category, then[1], then[0])
    if trial.differences:
        Console().print(table)
    for name, counts in (("now", trial.before), ("then", trial.after)):
        click.echo(f"{name}: " + ", ".join(f"{count} {effect}" for effect, count in counts.items()))
    click.echo(f"{trial.rooms} rooms, {len(trial.differences)} passages treated otherwise; nothing was changed")
