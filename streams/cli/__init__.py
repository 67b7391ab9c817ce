"""The `earwitness` command: words of a person in, what the system did out; errors in one line that says what to do."""

import sys

import click

from schemas.errors import EarwitnessError
from streams.cli.bench import bench
from streams.cli.demo import demo
from streams.cli.doctor import doctor
from streams.cli.letters import dead_letters
from streams.cli.rooms import export, purge, record, rooms, search, show, trim
from streams.cli.running import console, up, worker
from streams.cli.verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="earwitness")
def earwitness() -> None:
    """Record live audio rooms, caption them while people speak, screen them, and keep, share and purge as promised.

    Start with `earwitness demo`. Where nothing is running, the commands start the embedded system for their time.
    """


for command in (
    demo,
    up,
    record,
    export,
    rooms,
    show,
    search,
    verify,
    trim,
    purge,
    dead_letters,
    doctor,
    worker,
    console,
    bench,
):
    earwitness.add_command(command)


def main() -> None:
    try:
        sys.exit(earwitness(standalone_mode=False))  # the status of a command that exits, else None
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except EarwitnessError as error:
        click.echo(f"earwitness: {error}", err=True)
        sys.exit(1)
