"""`up`, `worker` and `console`: run everything on one machine, or one piece of it among real services."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click
import msgspec

from schemas.errors import Invalid
from streams.cli.common import settings_of, started, with_settings
from streams.running import find_running
from streams.settings import CONSOLE_PORT, Settings, child_environment

WORKER_NAMES = ("record", "caption", "finish")
"""As in `streams/topology.py`, which takes a second to import."""


@click.command()
@with_settings
@click.option("--port", type=int, help="Port of the console (default: 8440; 0 takes a free one).")
def up(**options: Any) -> None:
    """Run broker, index, workers and console on this machine until Ctrl-C; what is kept stays under --data."""
    settings = settings_of(**options)
    if (found := find_running(settings.data_folder)) is not None:
        raise Invalid("already_running", f"already running on {settings.data}: {found.base_url}", field="--data")
    with started(on_console_port(settings)) as system:
        click.echo(f"Earwitness is up: {system.running.base_url}  (Ctrl-C ends it; data in {Path(settings.data)})")
        wait_for_ctrl_c()


def on_console_port(settings: Settings) -> Settings:
    """The settings with the port that people expect, unless another was named."""
    return settings if settings.port is not None else msgspec.structs.replace(settings, port=CONSOLE_PORT)


def wait_for_ctrl_c() -> None:
    """Return on SIGINT or SIGTERM."""
    asked = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: asked.set())
    asked.wait()


@click.command()
@click.argument("name", type=click.Choice(WORKER_NAMES))
@with_settings
def worker(name: str, **options: Any) -> None:
    """Run one worker against the services that --kafka, --elasticsearch and --store name."""
    _run_module(["streams.worker", name], settings_of(**options))


@click.command()
@with_settings
@click.option("--port", type=int)
def console(**options: Any) -> None:
    """Run the console (HTTP API, live feed and pages) against the services that are named."""
    _run_module(["console.serve"], settings_of(**options))


def _run_module(module: list[str], settings: Settings) -> None:
    for name in ("kafka", "elasticsearch"):
        if not getattr(settings, name):
            raise Invalid("setting_missing", f"name the service: --{name} or EARWITNESS_{name.upper()}", field=name)
    settings = on_console_port(msgspec.structs.replace(settings, store=settings.store_url))
    environment = child_environment(settings)
    os.execve(sys.executable, [sys.executable, "-m", *module], environment)  # signals reach it directly
