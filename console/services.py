"""What the console is made of: doors to the outside in, the one frozen value that every handler gets out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.metrics import Metrics
from console.ports import Gateway, Now, Probe, RecordingStore, RoomLog, SearchIndex


@dataclass(frozen=True, kw_only=True)
class Services:
    """`base_url` is where people reach this console, without a trailing slash; links are made from it.

    `probes` holds one health probe for each part (`broker`, `index`, `store`, …).
    `heartbeat_s` is the time between two comments on a silent live feed, so that proxies keep it open.
    """

    gateway: Gateway
    store: RecordingStore
    log: RoomLog
    index: SearchIndex
    now: Now
    base_url: str
    probes: Mapping[str, Probe] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=Metrics)
    heartbeat_s: float = 15.0
