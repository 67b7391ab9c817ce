"""A worker's name and settings in, a running Faust worker out: `python -m streams.worker NAME`.

The one module with effects when run: it connects, consumes and does not return.
"""

import contextlib
import gc
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import faust
import structlog
from prometheus_client import start_http_server

from agents.janitor import sweep
from agents.rescreener import rescreened
from schemas.audio import MAX_CHUNK_BYTES
from schemas.base import Record
from schemas.errors import Missing, Unavailable
from streams.deliveries import bind, publish_durably
from streams.logs import configure_logs
from streams.outside import Outside
from streams.recovery import await_topics
from streams.settings import Settings, read
from streams.topology import WORKERS
from streams.transport import use_prompt_transport

log = structlog.get_logger()

FETCH_BYTES = 8 * 1024 * 1024
"""Bytes per partition and fetch: a dozen of the largest chunks, so that one busy room does not starve the others."""
BUFFERED_BATCHES = 8
"""Batches of a megabyte or 64 records that wait for an agent; from six on no more of the partition is fetched."""
SWEEP_SECONDS = 3600.0
"""Clocks count days; an hour late is on time."""
RESCREEN_SECONDS = 60.0
"""How soon after the model is back the rooms that it missed are screened again."""
OUTBOX_SECONDS = 1.0
"""A page has 30 s from the case to the pager; this leaves time for tries that fail."""


def make_app(name: str, settings: Settings) -> faust.App:
    """A Faust app with the agents of worker `name` bound to their topics."""
    app = faust.App(
        f"{settings.group_prefix}-{name}",
        broker=f"kafka://{settings.kafka}",
        autodiscover=False,
        datadir=str(_own_folder(settings.data_folder / "faust" / name)),
        web_enabled=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.instance or None,
        consumer_max_fetch_size=FETCH_BYTES,
        producer_max_request_size=2 * MAX_CHUNK_BYTES,
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 3,
        broker_commit_interval=1.0,
        stream_buffer_maxsize=BUFFERED_BATCHES,
        stream_wait_empty=False,  # an open part may fill for minutes: what is not acknowledged comes again elsewhere
    )
    use_prompt_transport(app)
    outside = Outside(settings, name)

    async def publish(record: Record) -> None:
        await outside.publisher.publish(record)

    for flow in WORKERS[name]:
        bind(app, flow.topic.name, flow.name, flow.agent(outside), publish, outside.now)
    if name == "caption" and settings.metrics_port:
        start_http_server(settings.metrics_port, "127.0.0.1", outside.figures.registry)
    if name == "finish" and settings.purge == "execute":
        app.timer(SWEEP_SECONDS)(_sweeper(outside))
    if name == "finish":
        app.timer(RESCREEN_SECONDS)(_rescreener(outside))
    if name == "finish" and outside.tells:
        app.timer(OUTBOX_SECONDS)(_sender(outside))
    return app


def _own_folder(folder: Path) -> Path:
    """Faust makes its folder, not the ones above it."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sweeper(outside: Outside) -> Callable[[], Awaitable[None]]:
    """Asks for the purge of every room whose clock has run out."""

    async def ask() -> None:
        for command in await sweep(outside.log, outside.now):
            await outside.publisher.publish(command)

    return ask


def _rescreener(outside: Outside) -> Callable[[], Awaitable[None]]:
    """Screens again what was screened without the model."""

    async def screen_again() -> None:
        o = outside
        with unavailable_later("rescreen"):
            async for record in rescreened(o.log, o.store, o.policies, o.classifier, o.casework, o.now):
                await publish_durably(o.publisher.publish, record)

    return screen_again


def _sender(outside: Outside) -> Callable[[], Awaitable[None]]:
    """Tells the alerts that wait."""

    async def send() -> None:
        with unavailable_later("alerts"):
            await outside.outbox.send()

    return send


@contextlib.contextmanager
def unavailable_later(what: str) -> Iterator[None]:
    """A timer that meets an outage tries again with its next turn."""
    try:
        yield
    except (Unavailable, Missing) as error:  # missing: another worker was faster
        log.warning("timer_put_off", timer=what, error=type(error).__name__)


def main(name: str) -> None:
    settings = read()
    configure_logs(settings.log_level)
    await_topics(settings)
    app = make_app(name, settings)
    gc.freeze()  # what was imported stays: the collector need not look at it again and again
    log.info("worker_starting", worker=name, agents=[flow.name for flow in WORKERS[name]])
    faust.Worker(app, loglevel="WARN", redirect_stdouts=False, quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main(sys.argv[1])
