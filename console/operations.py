"""How the console is: its probes and counters in, health and metrics out."""

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get

from console.asking import GivenDesk
from console.ports import Probe
from console.problems import MEDIA_TYPE, RETRY_AFTER_S, Problem, problem
from schemas.base import Record
from schemas.errors import EarwitnessError

PROBE_SECONDS = 2.0
"""A part that takes longer to answer counts as away; twice what a busy local broker took."""


class Health(Record, frozen=True, kw_only=True):
    """`parts`: `ok` for each part of the system that answers."""

    status: str
    parts: dict[str, str]


class Ill(Problem, frozen=True, kw_only=True):
    """A problem document that also says how each part is; `field` names the first that is away."""

    parts: dict[str, str]


@get("/health", tags=["operations"])
async def health(request: Request[Any, Any, Any], desk: GivenDesk) -> Response[Health | Ill]:
    """200 when every part answers, else 503 with the parts that are away."""
    parts = await examine(desk.services.probes)
    away = [name for name, state in parts.items() if state != "ok"]
    if not away:
        return Response(Health(status="ok", parts=parts))
    told = problem(503, "unavailable", f"away: {', '.join(away)}", field=away[0])
    desk.services.metrics.problems.labels(told.reason).inc()
    ill = Ill(**{name: getattr(told, name) for name in told.__struct_fields__}, parts=parts)
    return Response(ill, status_code=503, media_type=MEDIA_TYPE, headers={"Retry-After": str(RETRY_AFTER_S)})


@get("/metrics", media_type="text/plain; version=0.0.4; charset=utf-8", tags=["operations"])
async def metrics(desk: GivenDesk) -> Response[bytes]:
    """Prometheus text."""
    return Response(desk.services.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def examine(probes: Mapping[str, Probe]) -> dict[str, str]:
    """Ask all parts at once; `ok`, or what is wrong with the part."""
    states = await asyncio.gather(*(_state(probe) for probe in probes.values()))
    return dict(zip(probes, states, strict=True))


async def _state(probe: Probe) -> str:
    try:
        await asyncio.wait_for(probe(), PROBE_SECONDS)
    except TimeoutError:
        return f"no answer in {PROBE_SECONDS:g} s"
    except EarwitnessError as error:
        return str(error) or "away"
    return "ok"
