"""`bench`: hands over to `python -m bench`, which knows the streams and not the other way round."""

import os
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure delay, accuracy and load (earwitness bench --help); needs the development set-up."""
    os.execv(sys.executable, [sys.executable, "-m", "bench", *arguments])
