"""`verify`: a room's id in, whether every byte kept of it is what it was out; reads the store, needs no system."""

import asyncio
import sys
from typing import Any

import click
import msgspec

from processors.verifying import Fault
from streams.cli.common import print_json, settings_of, with_settings
from streams.kept import open_kept
from streams.verification import verify_room


@click.command()
@click.argument("room_id", metavar="ROOM")
@click.option("--head", default="", help="The log's head as it was noted elsewhere: proves the last entry too.")
@click.option("--json", "as_json", is_flag=True)
@with_settings
def verify(room_id: str, head: str, as_json: bool, **options: Any) -> None:
    """Check ROOM's log, parts, chunks and files by their digests; name what differs. Status 1 when something does."""
    store = open_kept(settings_of(**options))
    found = asyncio.run(verify_room(store, room_id, head))
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        for fault in found.faults:
            click.echo(described(fault))
        for key in found.unproven:
            click.echo(f"{key}: nothing states its digest yet")
        kept = f"{found.objects} objects, {found.parts} parts, {found.chunks} chunks, {found.bytes} bytes"
        click.echo(f"{'Whole' if found.whole else 'NOT WHOLE'}: {kept}; head {found.head}")
    sys.exit(0 if found.whole else 1)


def described(fault: Fault) -> str:
    """One line: object, bytes, chunk, and what is wrong."""
    at = f" bytes {fault.first_byte}-{fault.end_byte - 1}" if fault.end_byte else ""
    chunk = f" sequence {fault.sequence}" if fault.sequence is not None else ""
    return f"{fault.key}{at}{chunk}: {fault.reason}: {fault.detail}"
