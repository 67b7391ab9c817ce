"""A gateway without a broker: commands decided on the spot, chunks kept in a list, records handed to who follows."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

from agents.ports import Now, RoomLog
from schemas.asks import Command
from schemas.audio import AudioChunk
from schemas.captions import Caption, CaptionState
from schemas.facts import Entry, Refused

Followed = Entry | Caption | CaptionState


class MemoryGateway:
    """Gateway of `console.ports` over a room log, for tests and small set-ups.

    `chunks` holds what was sent. `tell` plays the captioner: it hands a caption to everybody who follows the room.
    """

    def __init__(self, log: RoomLog, now: Now) -> None:
        self._log = log
        self._now = now
        self._captions: dict[str, dict[str, Caption]] = defaultdict(dict)
        self._followers: dict[str, set[asyncio.Queue[Followed]]] = defaultdict(set)
        self._states: dict[str, CaptionState] = {}
        self.chunks: list[AudioChunk] = []

    async def ask(self, command: Command) -> tuple[Entry, ...] | Refused | None:
        decided = await self._log.decide(command, self._now())
        if not isinstance(decided, Refused):
            for entry in decided:
                self._hand_out(entry)
        return decided

    async def send(self, chunk: AudioChunk) -> None:
        self.chunks.append(chunk)

    async def follow(self, room_id: str) -> AsyncIterator[Followed]:
        queue: asyncio.Queue[Followed] = asyncio.Queue()
        self._followers[room_id].add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._followers[room_id].discard(queue)

    def captions(self, room_id: str) -> tuple[Caption, ...]:
        return tuple(sorted(self._captions[room_id].values(), key=lambda caption: caption.start_ms))

    def caption_state(self, room_id: str) -> CaptionState | None:
        return self._states.get(room_id)

    def followers(self, room_id: str) -> int:
        """How many follow the room now."""
        return len(self._followers[room_id])

    def tell(self, caption: Caption) -> None:
        self._captions[caption.room_id][caption.caption_id] = caption
        self._hand_out(caption)

    def tell_state(self, state: CaptionState) -> None:
        """As `tell`, of how the captions are."""
        self._states[state.room_id] = state
        self._hand_out(state)

    def _hand_out(self, record: Followed) -> None:
        for queue in self._followers[record.room_id]:
            queue.put_nowait(record)
