"""What the console is made of: doors to the outside in, the one frozen value that every handler gets out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.metrics import Metrics
from console.ports import Gateway, Now, Probe, RecordingStore, RoomLog, SearchIndex
from processors.notes import NO_NOTES, Notes
from schemas.audio import MAX_CHUNK_BYTES


@dataclass(frozen=True, kw_only=True)
class Services:
    """`base_url` is where people reach this console, without a trailing slash; links are made from it.

    `probes` holds one health probe for each part (`broker`, `index`, `store`, …).
    `heartbeat_s` is the time between two comments on a silent live feed: proxies keep it open, and a captioner that
    falls silent is noticed.
    `most_waiting_bytes` bounds the audio that waits for the broker in this process: 128 of the largest chunks.
    A streamed body may bring nothing for `silence_s`, and waits `patience_s` for a broker that is away.
    `notes` say what is decoded here, for a console that comes after one that died of it.
    """

    gateway: Gateway
    store: RecordingStore
    log: RoomLog
    index: SearchIndex
    now: Now
    base_url: str
    probes: Mapping[str, Probe] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=Metrics)
    heartbeat_s: float = 5.0
    most_waiting_bytes: int = 128 * MAX_CHUNK_BYTES
    silence_s: float = 30.0
    patience_s: float = 60.0
    notes: Notes = NO_NOTES
