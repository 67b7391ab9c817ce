"""What the commands share: the folder and service options, and finding or starting a system to talk to."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec
from rich.console import Console

from streams.client import Client
from streams.logs import configure_logs
from streams.running import Running, find_running
from streams.settings import Settings, read

if TYPE_CHECKING:
    from streams.system import System

F = TypeVar("F", bound=Callable[..., Any])

terminal = Console(stderr=True)
"""People read progress here; results go to standard output."""


def with_settings(command: F) -> F:
    """Add `--data`, `--kafka`, `--elasticsearch` and `--store`; what is not given comes from the environment."""
    for option in (
        click.option("--store", help="Folder or s3://bucket/prefix of the recordings."),
        click.option("--elasticsearch", help="URL of an Elasticsearch; else the embedded index."),
        click.option("--kafka", help="host:port of a Kafka; else the embedded broker."),
        click.option("--data", help="Folder of everything that is kept (default: earwitness-data)."),
    ):
        command = option(command)
    return command


def settings_of(**given: Any) -> Settings:
    """The environment's settings with the options that were given on top."""
    settings = msgspec.structs.replace(read(), **{name: value for name, value in given.items() if value is not None})
    configure_logs("ERROR")
    return settings


@contextmanager
def running_system(settings: Settings, *, look_only: bool = False) -> Iterator[Running]:
    """The system that runs on the data folder, or one of our own for the time of the command.

    `look_only` is for commands that ask for nothing to be done: they need no workers, and start at once.
    """
    found = find_running(settings.data_folder)
    if found is not None:
        yield found
        return
    with started(settings, look_only=look_only) as system:
        yield system.running


@contextmanager
def started(settings: Settings, *, look_only: bool = False) -> Iterator["System"]:
    """A system of our own, with a word to the person while it starts."""
    from streams.system import System  # a second of imports that `--help` or a running system need not pay

    with ExitStack() as stack:
        with terminal.status("Starting broker, index, workers and console …"):
            system = stack.enter_context(System(settings, workers=()) if look_only else System(settings))
        yield system


@contextmanager
def connected(settings: Settings, *, look_only: bool = False) -> Iterator[tuple[Running, Client]]:
    """`running_system` and a client of its console."""
    with running_system(settings, look_only=look_only) as running, Client(running.base_url) as client:
        yield running, client


def print_json(report: dict[str, Any]) -> None:
    """The report as one line, for programs."""
    click.echo(json.dumps(report, ensure_ascii=False))


def timecode(ms: int | None) -> str:
    """`1:02:03` or `2:03`."""
    if ms is None:
        return "–"
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
