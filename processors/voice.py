"""Samples in, speech probabilities out (`VoiceModel`); probabilities in, where somebody speaks out (`segment`).

A frame is 512 samples at 16 kHz, 32 ms, as Silero's model takes them. Frames are counted by the caller.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from processors.engines.base import SAMPLE_RATE, Samples

FRAME = 512
FRAME_MS = FRAME * 1000 // SAMPLE_RATE
_CONTEXT = 64  # samples of the frame before that Silero's model sees again
_SMOOTHED = 5  # frames; a stop consonant is quiet for one or two, a pause between words for more


@dataclass(frozen=True, kw_only=True)
class VoicePolicy:
    """When speech begins, when it has ended, and how long one utterance may get.

    The probabilities are those that Silero's authors recommend: begin at one, end only below a lower one.
    """

    begins_at: float = 0.5
    ends_below: float = 0.35
    least_ms: int = 250
    """Shorter bursts are clicks and coughs."""
    silence_ms: int = 500
    """So long a pause ends an utterance; pauses within a sentence are mostly shorter."""
    long_ms: int = 7_000
    long_silence_ms: int = 200
    """From `long_ms` on a breath is enough, so that hardly anybody is cut within a word at `longest_ms`."""
    longest_ms: int = 12_000
    padding_ms: int = 200
    """Kept before and after: a soft first or last sound falls below the threshold."""


LIVE = VoicePolicy()
FINAL = VoicePolicy(silence_ms=700, long_ms=16_000, longest_ms=26_000)
"""With the whole recording there, longer utterances give the model more context; with padding they fit its 30 s."""


@dataclass(frozen=True, kw_only=True, eq=False)
class VoiceMemory:
    """What Silero's model remembers of a track between two calls."""

    h: Any
    c: Any
    context: Samples


def fresh_memory() -> VoiceMemory:
    zeros = np.zeros((1, 1, 128), np.float32)
    return VoiceMemory(h=zeros, c=zeros, context=np.zeros(_CONTEXT, np.float32))


class VoiceDetector(Protocol):
    """Anything that says, frame by frame, how probable speech is."""

    def probabilities(self, memory: VoiceMemory, samples: Samples) -> tuple[VoiceMemory, Samples]: ...


class VoiceModel:
    """Silero's voice activity model, as faster-whisper carries it; one instance serves all tracks."""

    def __init__(self) -> None:
        from faster_whisper.vad import get_vad_model

        self._session = get_vad_model().session

    def probabilities(self, memory: VoiceMemory, samples: Samples) -> tuple[VoiceMemory, Samples]:
        """Say for each frame how probable speech is (0..1); `samples` holds whole frames, at least one."""
        joined = np.concatenate((memory.context, samples))
        frames = np.lib.stride_tricks.sliding_window_view(joined, _CONTEXT + FRAME)[::FRAME]
        found, h, c = self._session.run(None, {"input": np.ascontiguousarray(frames), "h": memory.h, "c": memory.c})
        return VoiceMemory(h=h, c=c, context=joined[-_CONTEXT:]), found.reshape(-1)


@dataclass(frozen=True, kw_only=True)
class Span:
    """Frames `start` up to (not with) `end` hold speech; `cut` says that it went on after them."""

    start: int
    end: int
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Where the fold stands: the frame to come and, inside speech, its beginning and what came since.

    `voiced` are the frames surely spoken in; `loudness` has one value for each frame since `start`.
    """

    frame: int = 0
    start: int | None = None
    last_voiced: int = 0
    voiced: int = 0
    loudness: tuple[float, ...] = ()


def segment(state: Segment, probability: float, loudness: float, policy: VoicePolicy) -> tuple[Segment, Span | None]:
    """Take the next frame; say when an utterance is over. Bursts shorter than `least_ms` are forgotten."""
    frame, after = state.frame, replace(state, frame=state.frame + 1)
    if state.start is None:
        if probability < policy.begins_at:
            return after, None
        return replace(after, start=frame, last_voiced=frame, voiced=1, loudness=(loudness,)), None
    after = replace(after, loudness=(*state.loudness, loudness))
    if probability >= policy.begins_at:
        after = replace(after, voiced=state.voiced + 1)
    if probability >= policy.ends_below:
        after = replace(after, last_voiced=frame)
    return _closed(after, policy)


def flush(state: Segment, policy: VoicePolicy) -> tuple[Segment, Span | None]:
    """End what is being said: nothing more comes."""
    if state.start is None:
        return state, None
    span = Span(start=state.start, end=state.last_voiced + 1)
    return Segment(frame=state.frame), span if counts(state, policy) else None


def _closed(state: Segment, policy: VoicePolicy) -> tuple[Segment, Span | None]:
    assert state.start is not None
    length_ms = (state.frame - state.start) * FRAME_MS
    silent_ms = (state.frame - state.last_voiced - 1) * FRAME_MS
    if silent_ms >= (policy.long_silence_ms if length_ms >= policy.long_ms else policy.silence_ms):
        return flush(state, policy)
    return _cut(state) if length_ms >= policy.longest_ms else (state, None)


def _cut(state: Segment) -> tuple[Segment, Span]:
    """Cut at the quietest place of the second half; the rest is the next utterance's beginning."""
    assert state.start is not None
    kept = quietest(state.loudness)
    cut = state.start + kept
    rest = replace(state, start=cut, voiced=state.frame - cut, loudness=state.loudness[kept:])
    return rest, Span(start=state.start, end=cut, cut=True)


def quietest(loudness: tuple[float, ...]) -> int:
    """The index in the second half around which it is quietest."""
    smooth = np.convolve(loudness, np.ones(_SMOOTHED), mode="same")
    half = len(loudness) // 2
    return half + int(np.argmin(smooth[half : len(loudness) - _SMOOTHED // 2]))


def counts(state: Segment, policy: VoicePolicy) -> bool:
    """Whether what is being said is long enough to be speech."""
    return state.voiced * FRAME_MS >= policy.least_ms
