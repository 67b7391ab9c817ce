"""`evidence`: a case in, the archive of what is kept for it out."""

from pathlib import Path
from typing import Any

import click

from schemas.errors import Invalid
from streams.cli.common import connected, settings_of, with_settings


@click.command()
@click.argument("case_id", metavar="CASE")
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path), default=Path())
@with_settings
def evidence(case_id: str, destination: Path, **options: Any) -> None:
    """Write CASE's evidence to DEST (a file, or a folder that is there): clip, words, scores, reasons, digests."""
    room_id = room_of(case_id)
    target = destination / f"{case_id}.zip" if destination.is_dir() else destination
    with connected(settings_of(**options), look_only=True) as (_, client):
        target.write_bytes(client.download(f"/moderation/rooms/{room_id}/cases/{case_id}/evidence.zip"))
    click.echo(str(target))


def room_of(case_id: str) -> str:
    """A case's id begins with its room's."""
    room_id, between, number = case_id.rpartition("-case-")
    if not between or not number.isdecimal():
        raise Invalid("unknown_case", f"{case_id} is no case; `earwitness show ROOM --json` lists them", field="CASE")
    return room_id
