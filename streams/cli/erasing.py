"""`erase`: a room and a speaker's name in; the speaker out of everything that is served of it, and what stays said."""

from typing import Any

import click

from streams.cli.common import connected, print_json, settings_of, terminal, with_settings
from streams.cli.rooms import FINISH_SECONDS, is_ready


@click.command()
@click.argument("room_id", metavar="ROOM")
@click.option("--speaker", required=True, help="The name, as the room has it.")
@click.option("--json", "as_json", is_flag=True)
@with_settings
def erase(room_id: str, speaker: str, as_json: bool, **options: Any) -> None:
    """Erase a speaker from ROOM: their sound, lines and name go from what is served, and the files are made anew."""
    with connected(settings_of(**options)) as (_, client):
        receipt = client.erase(room_id, speaker)
        with terminal.status("Putting the recording together without them …"):
            client.wait_for(room_id, is_ready, timeout_s=FINISH_SECONDS)
    if as_json:
        print_json(receipt)
        return
    click.echo(f"Erased from {room_id}: {len(receipt['tracks'])} track(s); the files are made anew.")
    click.echo(f"Stays: {receipt['stays']}" + (f" ({receipt['until']['reason']})." if receipt["until"] else "."))
    for case_id in receipt["open_cases"]:
        click.echo(f"  {case_id} is not decided yet")
