"""One track's samples on room time in; what was said, utterance by utterance, out: growing drafts, then finals.

Sample numbers count from the opening of the room, at 16 kHz.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from processors.engines.base import SAMPLE_RATE, Samples
from processors.voice import (
    FRAME,
    Segment,
    Span,
    VoiceDetector,
    VoiceMemory,
    VoicePolicy,
    counts,
    flush,
    fresh_memory,
    segment,
)

DRAFT_EVERY_S = 1.0
"""How much more must have been said before another draft is worth hearing."""

_NOTHING: Samples = np.zeros(0, np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Utterance:
    """`samples` begin at sample `first`; somebody speaks from `start_ms` to `end_ms` (room time), the rest is padding.

    `utterance_id` is made of the track and `start_ms`, so a draft and its final share it. A draft may leave out its
    first `before` words, which are settled, and ask for the times of the others (`timed`).
    """

    utterance_id: str
    first: int
    start_ms: int
    end_ms: int
    samples: Samples = field(repr=False)
    final: bool
    before: int = 0
    timed: bool = False

    @property
    def first_ms(self) -> int:
        return _ms(self.first)


@dataclass(frozen=True, kw_only=True, eq=False)
class Listening:
    """Where the fold stands on one track.

    `kept` are the samples from number `kept_from` on that are still needed; those from frame `segment.frame` on have
    not been listened to. Frame n begins at sample `origin + n * FRAME`. `free_from` is the end of the last utterance.
    """

    track_id: str
    policy: VoicePolicy
    memory: VoiceMemory = field(default_factory=fresh_memory, repr=False)
    segment: Segment = field(default_factory=Segment)
    origin: int = 0
    kept_from: int = 0
    kept: Samples = field(default_factory=lambda: _NOTHING, repr=False)
    free_from: int = 0
    drafted_to: int = 0

    @property
    def end(self) -> int:
        """The number of the sample to come."""
        return self.kept_from + len(self.kept)

    @property
    def needed_from(self) -> int:
        """Samples before this one will never be asked for again."""
        return self.end if self.segment.start is None else self.first_of(self.segment.start)

    def at(self, frame: int) -> int:
        return self.origin + frame * FRAME

    def first_of(self, frame: int) -> int:
        """The first sample of an utterance whose speech begins at `frame`."""
        return max(self.at(frame) - self.padding, self.kept_from, self.free_from)

    @property
    def padding(self) -> int:
        return self.policy.padding_ms * SAMPLE_RATE // 1000


Step = tuple[Listening, list[Utterance], list[Utterance]]
"""The state after, drafts, finals."""


def step(state: Listening, model: VoiceDetector, start: int, samples: Samples) -> Step:
    """Take samples that begin at number `start`. A jump of room time ends what was being said before it."""
    finals: list[Utterance] = []
    if start != state.end:
        state, finals = finish(state)
        state = _entered(state, start)
    state = replace(state, kept=np.concatenate((state.kept, samples)))
    state, heard = _listen(state, model)
    state, drafts = _drafted(state)
    return _forgotten(state), drafts, finals + heard


def finish(state: Listening) -> tuple[Listening, list[Utterance]]:
    """End what is being said: the speaker stopped, left, or the room closed."""
    left, span = flush(state.segment, state.policy)
    state, finals = _spoken(state, [span] if span else [])
    return replace(state, segment=left), finals


def _entered(state: Listening, start: int) -> Listening:
    """Begin anew at sample `start`; room time never goes back over what was said."""
    fresh = Listening(track_id=state.track_id, policy=state.policy, origin=start, kept_from=start)
    return replace(fresh, free_from=state.free_from)


def _listen(state: Listening, model: VoiceDetector) -> tuple[Listening, list[Utterance]]:
    """Listen to all whole frames that have not been listened to."""
    fresh = state.kept[state.at(state.segment.frame) - state.kept_from :]
    fresh = fresh[: len(fresh) // FRAME * FRAME]
    if not fresh.size:
        return state, []
    memory, probabilities = model.probabilities(state.memory, fresh)
    loudness = np.sqrt(np.mean(fresh.reshape(-1, FRAME) ** 2, axis=1))
    now, spans = state.segment, list[Span]()
    for probability, loud in zip(probabilities.tolist(), loudness.tolist(), strict=True):
        now, span = segment(now, probability, loud, state.policy)
        spans += [span] if span else []
    state, finals = _spoken(state, spans)
    return replace(state, memory=memory, segment=now), finals


def _spoken(state: Listening, spans: list[Span]) -> tuple[Listening, list[Utterance]]:
    finals = []
    for span in spans:
        final = _utterance(state, span, final=True)
        finals.append(final)
        state = replace(state, free_from=final.first + len(final.samples), drafted_to=0)
    return state, finals


def _drafted(state: Listening) -> tuple[Listening, list[Utterance]]:
    """A draft of what is being said, where enough of it is new."""
    now = state.segment
    if now.start is None or not counts(now, state.policy):
        return state, []
    onset = state.at(now.start)
    since = max(state.drafted_to, onset)
    if state.end - since < DRAFT_EVERY_S * SAMPLE_RATE:
        return state, []
    draft = _utterance(state, Span(start=now.start, end=now.frame, cut=True), final=False)
    return replace(state, drafted_to=state.end), [draft]


def _utterance(state: Listening, span: Span, *, final: bool) -> Utterance:
    first, onset, offset = state.first_of(span.start), state.at(span.start), state.at(span.end)
    last = offset if span.cut else min(offset + state.padding, state.end)
    start_ms = _ms(max(onset, first))
    return Utterance(
        utterance_id=f"{state.track_id}-{start_ms}",
        first=first,
        start_ms=start_ms,
        end_ms=_ms(offset),
        samples=state.kept[first - state.kept_from : last - state.kept_from],
        final=final,
    )


def _forgotten(state: Listening) -> Listening:
    """Drop what no utterance can need: all before the one being said, or before the padding of one to come."""
    start = state.segment.start
    needed = state.at(state.segment.frame) - state.padding if start is None else state.first_of(start)
    drop = max(0, needed - state.kept_from)
    return replace(state, kept_from=state.kept_from + drop, kept=state.kept[drop:].copy())


def _ms(sample: int) -> int:
    return sample * 1000 // SAMPLE_RATE
