"""The environment in, frozen settings out. Nothing else reads the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from schemas.base import Record
from schemas.errors import Invalid
from schemas.wire import field_of

PREFIX = "EARWITNESS_"


CONSOLE_PORT = 8440


class Settings(Record, frozen=True, kw_only=True):
    """Every setting, its default and what it does. Each is `EARWITNESS_` and its name in capitals."""

    data: str = "earwitness-data"
    """Folder of everything that `earwitness up` keeps."""
    kafka: str = ""
    """`host:port` of a Kafka; empty starts the embedded broker."""
    elasticsearch: str = ""
    """URL of an Elasticsearch; empty starts the embedded index."""
    store: str = ""
    """Folder or `s3://bucket/prefix` of the recordings; empty is `<data>/store`."""
    keys: str = ""
    """File of the rooms' keys; with it everything of a new room is sealed (docs/decisions/0017). Never lose it."""
    host: str = "127.0.0.1"
    """Address on which the console listens; whoever reaches it may do everything (docs/decisions/0006)."""
    port: int | None = None
    """Port of the console; 0 takes a free one. `up` and `console` take 8440 when none is named, other commands 0."""
    base_url: str = ""
    """Address under which people reach the console; empty is `http://127.0.0.1:<port>`."""
    partitions: int = 4
    """Partitions of each topic, set when it is made."""
    index_prefix: str = "earwitness"
    """Start of the names of all indices."""
    engine: str = "faster-whisper"
    """`faster-whisper`, `openai-whisper` or `scripted`; `plain` is there for the bench to be compared with."""
    model: str = "tiny.en"
    """A Whisper model: a hub name or a folder."""
    language: str = ""
    """Two-letter code of the language that is spoken; empty: found out once with confidence, then held per track."""
    device: str = "cpu"
    """`cpu` or `cuda`."""
    compute_type: str = ""
    """What a model on CTranslate2 calculates in: `int8`, `int8_float16`, `float16`, `float32` …; empty is the device's
    own (`earwitness doctor` says which)."""
    threads: int = 2
    """Passes that one caption worker's model makes at a time, each on a core of its own, all on the same weights."""
    caption_workers: int = 1
    """Caption workers that `up` starts, each with weights of its own and a share of the partitions (no more than these
    have work): more than one pays where a GPU or many cores wait for one Python (decision 0035)."""
    metrics_port: int = 0
    """Port on loopback where the caption worker serves its figures to Prometheus (a second one on the next, and so on);
    0 serves none."""
    group_prefix: str = "earwitness"
    """Start of the names of the consumer groups."""
    session_timeout_s: float = 6.0
    """How long the broker waits for a silent worker before others take its partitions."""
    instance: str = ""
    """Name of a worker within its group, never of two at a time: who is back under it before the broker has given it
    up owns its partitions again at once (`group.instance.id`). `up` gives one; empty: the broker waits that long."""
    purge: str = "ask"
    """`ask`: nothing goes until somebody says `earwitness purge --execute`; `execute`: every hour what is due."""
    candidate_model: str = ""
    """File of another screening model that runs in shadow beside the live one and decides nothing; empty runs none."""
    alert_url: str = ""
    """Where an alert for each case is posted; empty tells nobody."""
    page_url: str = ""
    """Where alerts of urgent cases are posted instead, so that somebody is woken up; empty is `alert_url`."""
    alert_form: str = "webhook"
    """`webhook` (our own form, signed), `osprey` or `coop` (ROOST's tools)."""
    alert_secret: str = ""
    """Signs webhooks (HMAC-SHA256); the API key for `coop`. Empty signs nothing."""
    log_level: str = "INFO"
    """`DEBUG`, `INFO`, `WARNING` or `ERROR`."""

    @property
    def data_folder(self) -> Path:
        return Path(self.data)

    @property
    def store_url(self) -> str:
        return self.store or str(self.data_folder / "store")


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """Read settings from `environment` (default: the process's), or raise `Invalid` naming the variable."""
    given = os.environ if environment is None else environment
    values = {
        name: given[PREFIX + name.upper()] for name in Settings.__struct_fields__ if given.get(PREFIX + name.upper())
    }
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        name = PREFIX + field_of(str(error)).upper()
        raise Invalid("setting_malformed", f"{name}: {error}", field=name) from error


WIDE = ("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl")
"""What CTranslate2's widest code needs of a processor; it takes that only where it is told to (encoding: an eighth)."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""numpy's own threads spin while they wait for a core: 43 ms instead of 2 for the mel features of an utterance."""


def widest(cpuinfo: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """The setting with which CTranslate2 takes the widest code that this processor has, if there is anything to set."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:  # not Linux: CTranslate2 chooses
        return {}
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return {"CT2_FORCE_CPU_ISA": "AVX512"} if set(WIDE) <= set(flags) else {}


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment of a child process whose `read` returns these settings; numpy keeps to one core in it."""
    named = {name: getattr(settings, name) for name in Settings.__struct_fields__}
    ours = {PREFIX + name.upper(): str(value) for name, value in named.items() if value is not None}
    return ONE_THREAD | widest() | os.environ | ours
