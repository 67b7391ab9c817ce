"""The `earwitness` command: words of a person in, what the system did out; errors in one line that says what to do."""

import os
import sys

import click

from schemas.errors import EarwitnessError
from streams.cli.bench import bench
from streams.cli.captions import captions
from streams.cli.demo import demo
from streams.cli.doctor import doctor
from streams.cli.erasing import erase
from streams.cli.evidence import evidence
from streams.cli.letters import dead_letters
from streams.cli.policy import policy
from streams.cli.rooms import export, purge, record, rooms, search, show, trim
from streams.cli.running import console, up, worker
from streams.cli.screening import screening
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
    captions,
    erase,
    evidence,
    policy,
    screening,
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
    """Run the command and leave at once: the store's threads (obstore) may abort an interpreter that ends by itself."""
    status = _run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _run() -> int:
    try:
        return int(earwitness(standalone_mode=False) or 0)
    except SystemExit as ending:  # a command that says its status
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except EarwitnessError as error:
        click.echo(f"earwitness: {error}", err=True)
        return 1
