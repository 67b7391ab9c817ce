"""`captions`: a caption file in, what breaks the norms of a house style out; or a correction in, the caption out."""

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from processors.captionchecks import Breach, breaches
from processors.captionfiles import parse
from processors.norms import PROFILES, norms_of
from schemas.errors import Invalid
from streams.cli.common import connected, print_json, settings_of, timecode, with_settings


@click.group()
def captions() -> None:
    """Check caption files, and correct what was misheard."""


@captions.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--profile", default="", type=click.Choice(("", *PROFILES)), help="Without one: what all of them ask.")
@click.option("--json", "as_json", is_flag=True)
def check(file: Path, profile: str, as_json: bool) -> None:
    """Check FILE (WebVTT, SRT or TTML) against a profile; name each cue that breaks a rule. Status 1 when one does."""
    shown = parse(_text_of(file), file.suffix.removeprefix(".").lower())
    found = breaches(shown, norms_of(profile))
    if as_json:
        print_json({"profile": profile or "all", "cues": len(shown), "findings": msgspec.to_builtins(found)})
    else:
        for breach in found:
            click.echo(described(breach))
        click.echo(f"{len(shown)} cues, {len(found)} findings ({profile or 'all profiles'})")
    sys.exit(1 if found else 0)


@captions.command()
@click.argument("room_id", metavar="ROOM")
@click.argument("caption_id", metavar="CAPTION")
@click.argument("text")
@with_settings
def correct(room_id: str, caption_id: str, text: str, **options: Any) -> None:
    """Have CAPTION of ROOM say TEXT; what was heard is kept beside it. `export --format json` names the captions."""
    with connected(settings_of(**options)) as (_, client):
        made = client.correct(room_id, caption_id, text)
    click.echo(f"{made['caption_id']} at {timecode(made['start_ms'])}: corrected by {made['corrected_by']}")


def described(breach: Breach) -> str:
    """One line: cue, time, rule, what was found and what is allowed."""
    at = f"{timecode(breach.start_ms)}.{breach.start_ms % 1000:03}"
    return f"cue {breach.cue} at {at}: {breach.rule} {breach.found:g}, allowed {breach.allowed:g}"


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise Invalid("not_utf8", f"{file} is not UTF-8 (byte {error.start})", field="FILE") from error
