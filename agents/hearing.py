"""One live track's deliveries in; utterances to be heard out, and the deliveries that nothing needs any more."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog

from agents.headers import Headers
from agents.ports import Delivery
from processors.captioning import Origin, draft_caption, final_caption, held_language
from processors.drafting import Drafted, drafted, unsettled
from processors.ear import Ear
from processors.engines.base import Heard
from processors.media import CONTAINERS, media_of, starts_stream
from processors.notes import UNNOTED, TrackNotes
from processors.utterances import Utterance
from processors.voice import LIVE, VoiceDetector
from schemas.audio import CHUNKS_PER_PART, AudioChunk, TrackEnded
from schemas.captions import Caption
from schemas.errors import Invalid, Missing

log = structlog.get_logger()

MOST_WAITING = 2 * CHUNKS_PER_PART
"""Chunks that wait for a header: the part that holds it is closed by then, or it was never recorded."""


@dataclass
class _Held:
    """A delivery that waits; once it has been listened to, `end` is the number of the sample after it."""

    delivery: Delivery[Any]
    end: int | None = None


class TrackEar:
    """Listens to one track; `take` and `finish` compute, so they belong into a thread, one call at a time."""

    def __init__(self, origin: Origin, opened_ms: int, voices: VoiceDetector, notes: TrackNotes = UNNOTED) -> None:
        self.origin = origin
        self.opened_ms = opened_ms
        self.language = ""
        self.arrived_ms = 0
        self.chunk_ms = 0
        self._ear = Ear(origin.track_id, opened_ms, LIVE, voices, notes)
        self._notes = notes
        self._held: deque[_Held] = deque()
        self._unheard: dict[str, int] = {}
        self._drafted: dict[str, Drafted] = {}
        self._told_to = 0  # samples before this one are in finals that have been told
        self._next_sequence = 0
        self._inside = False  # the decoder has the beginning of the stream
        self._deaf = False

    async def admit(self, delivery: Delivery[AudioChunk], headers: Headers) -> list[AudioChunk]:
        """Take a delivery in charge; return the chunks that can be listened to now.

        In the middle of a container's stream that is none until its header is found. A deadly chunk is passed over as
        if it had been lost: it may not be the one that waits for the header.
        """
        chunk = delivery.record
        self._held.append(_Held(delivery))
        entrance = _is_entrance(chunk)
        if chunk.sequence < self._next_sequence or (self._deaf and not entrance) or self._is_deadly(chunk):
            self._held[-1].end = self._ear.end
            return []
        self._next_sequence = chunk.sequence + 1
        if self._inside or entrance:
            self._inside = True
            return [chunk]
        return await self._entered(headers)

    def take(self, chunk: AudioChunk) -> list[Utterance]:
        """Listen to a chunk that was admitted. What cannot be decoded has no captions; the rest of the room has."""
        try:
            said = self._ear.take(chunk)
        except Invalid as refusal:
            self._give_up(refusal.reason)
            return self.pause()
        self._deaf = False
        next(held for held in self._held if held.end is None).end = self._ear.end
        return self._noted(said)

    def pause(self) -> list[Utterance]:
        """No more comes for now: end what is being said."""
        return self._noted(self._ear.pause())

    def wait(self, ended: Delivery[TrackEnded]) -> None:
        """Take the end of the track in charge: it is released after the last words."""
        self._held.append(_Held(ended, self._ear.end))

    def finish(self) -> list[Utterance]:
        """The track has ended, until its speaker joins again: the last words."""
        said = self._ear.finish()
        self._inside = False
        self._skip()
        return self._noted(said)

    def told(self, utterance: Utterance, heard: Heard, now_ms: int) -> Caption | None:
        """The caption to show, if there is one: nothing heard is shown only where it takes back a draft."""
        if not utterance.final:
            return self._draft(utterance, heard, now_ms)
        del self._unheard[utterance.utterance_id]
        self._told_to = max(self._told_to, utterance.first + len(utterance.samples))
        shown = self._drafted.pop(utterance.utterance_id, None) is not None
        self.language = held_language(self.language, heard)
        if heard.rejected:
            log.info("utterance_rejected", caption_id=utterance.utterance_id, reason=heard.rejected)
        return final_caption(self.origin, utterance, heard, now_ms) if heard.text or shown else None

    def unsettled(self, utterance: Utterance) -> Utterance:
        """What is still worth hearing of it: all of a final, and of a draft what its predecessors have not settled."""
        state = self._drafted.get(utterance.utterance_id)
        return utterance if utterance.final or state is None else unsettled(state, utterance)

    @property
    def drained(self) -> bool:
        return not self._unheard

    def release(self) -> Iterator[Delivery[Any]]:
        """The deliveries, from the oldest on, whose sound no caption needs any more."""
        needed = min((self._ear.needed_from, *self._unheard.values()))
        while self._held and self._held[0].end is not None and self._held[0].end <= needed:
            yield self._held.popleft().delivery

    def _draft(self, utterance: Utterance, heard: Heard, now_ms: int) -> Caption | None:
        if not heard.text or utterance.first < self._told_to:  # a pass beside this one may have told its final
            return None
        now = drafted(self._drafted.get(utterance.utterance_id, Drafted()), utterance, heard)
        self._drafted[utterance.utterance_id] = now
        return draft_caption(self.origin, utterance, heard, now.agreement, now_ms)

    async def _entered(self, headers: Headers) -> list[AudioChunk]:
        waiting = [held.delivery.record for held in self._held if held.end is None]
        try:
            header = await headers.header(self.origin.room_id, self.origin.track_id)
        except Missing:
            if len(waiting) >= MOST_WAITING:
                self._give_up("header_missing")
            return []
        self._inside = True
        return [msgspec.structs.replace(waiting[0], data=header + waiting[0].data), *waiting[1:]]

    def _noted(self, said: list[Utterance]) -> list[Utterance]:
        self._unheard.update((utterance.utterance_id, utterance.first) for utterance in said if utterance.final)
        return said

    def _skip(self) -> None:
        """All that has not been listened to never will be."""
        for held in self._held:
            held.end = self._ear.end if held.end is None else held.end

    def _give_up(self, reason: str) -> None:
        if not self._deaf:
            log.warning("track_not_captioned", **self._ids, reason=reason)
        self._deaf, self._inside = True, False
        self._skip()

    def _is_deadly(self, chunk: AudioChunk) -> bool:
        if not self._notes.deadly(chunk.sequence):
            return False
        log.warning("chunk_not_captioned", **self._ids, sequence=chunk.sequence, reason="deadly")
        return True

    @property
    def _ids(self) -> dict[str, str]:
        return {"room_id": self.origin.room_id, "track_id": self.origin.track_id}


Admitted = tuple[TrackEar, list[AudioChunk]]
"""A track and those of its chunks that can be listened to now."""
Said = tuple[TrackEar, list[Utterance]]


async def listened(admitted: Sequence[Admitted], threads: int) -> list[Said]:
    """Listen to chunks of several tracks in so many threads: a hop for each of these instead of one for each chunk."""
    shares = [share for first in range(threads) if (share := admitted[first::threads])]
    found = await asyncio.gather(*(asyncio.to_thread(_listened, share) for share in shares))
    return [said for share in found for said in share]


def _listened(admitted: Sequence[Admitted]) -> list[Said]:
    return [(ear, [said for chunk in chunks for said in ear.take(chunk)]) for ear, chunks in admitted]


def _is_entrance(chunk: AudioChunk) -> bool:
    """Whether a decoder can begin with this chunk."""
    name = media_of(chunk.content_type).name
    return name not in CONTAINERS or starts_stream(name, chunk.data)
