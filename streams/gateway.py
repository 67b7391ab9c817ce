"""Asks in, decisions out, and a live feed of what happens: the console's way to the topics.

A `TopicReader` brings what happens and what is said to the event loop; every console sees everything.
"""

import asyncio
import contextlib
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator

from schemas.asks import Command
from schemas.audio import AudioChunk
from schemas.base import Record
from schemas.captions import Caption, CaptionState
from schemas.facts import Entry, Refused
from schemas.topics import CAPTION_STATES, CAPTIONS, EVENTS, REFUSALS
from streams.publisher import Publisher
from streams.reading import TopicReader

FOLLOWED = (EVENTS, REFUSALS, CAPTIONS, CAPTION_STATES)
DECISION_SECONDS = 6.0
"""How long a person waits for a decision before 202: two rebalances of the steward's group."""
ROOMS_REMEMBERED = 500
"""Rooms whose captions are kept for late joiners; beyond that the oldest goes (the index has them all)."""

Followed = Entry | Caption | CaptionState
Answer = tuple[Entry, ...] | Refused


class KafkaGateway:
    """Gateway of `console.ports` over Kafka. Call `start` inside the running loop and `close` at the end."""

    def __init__(self, kafka: str, publisher: Publisher, *, decision_s: float = DECISION_SECONDS) -> None:
        self._kafka = kafka
        self._publisher = publisher
        self._decision_s = decision_s
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._partial: dict[str, list[Entry]] = defaultdict(list)
        self._followers: dict[str, set[asyncio.Queue[Followed]]] = defaultdict(set)
        self._captions: OrderedDict[str, dict[str, Caption]] = OrderedDict()
        self._states: OrderedDict[str, CaptionState] = OrderedDict()

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._reader = TopicReader(self._kafka, FOLLOWED, lambda record: self._hand_over(loop, record))

    def close(self) -> None:
        self._reader.close()

    async def ask(self, command: Command) -> Answer | None:
        """Send `command` and return what the steward decided, or None when that takes longer than `decision_s`."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[command.command_id] = answer
        try:
            await self._publisher.publish(command)
            return await asyncio.wait_for(answer, self._decision_s)
        except TimeoutError:
            return None
        finally:
            del self._answers[command.command_id]
            self._partial.pop(command.command_id, None)

    async def send(self, chunk: AudioChunk) -> None:
        """Publish a chunk; returns when the broker has confirmed it, raises `Unavailable` otherwise."""
        await self._publisher.publish(chunk)

    async def follow(self, room_id: str) -> AsyncIterator[Followed]:
        """The room's entries and captions from now on."""
        queue: asyncio.Queue[Followed] = asyncio.Queue()
        self._followers[room_id].add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._followers[room_id].discard(queue)
            if not self._followers[room_id]:
                del self._followers[room_id]

    def captions(self, room_id: str) -> tuple[Caption, ...]:
        """The newest state of each caption of the live pass, in time order, for those who join late."""
        return tuple(sorted(self._captions.get(room_id, {}).values(), key=lambda caption: caption.start_ms))

    def caption_state(self, room_id: str) -> CaptionState | None:
        """What the captioner said last of how the room's captions are."""
        return self._states.get(room_id)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, record: Record) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(self._take, record)

    def _take(self, record: Record) -> None:
        match record:
            case Refused():
                self._answer(record.command_id, record)
            case Entry():
                self._take_entry(record)
            case Caption(pass_name="live"):
                self._remember(record)
                self._tell(record.room_id, record)
            case CaptionState():
                self._states[record.room_id] = record
                if len(self._states) > ROOMS_REMEMBERED:
                    self._states.popitem(last=False)
                self._tell(record.room_id, record)
            case _:
                pass

    def _take_entry(self, entry: Entry) -> None:
        if entry.command_id in self._answers:
            self._partial[entry.command_id].append(entry)
            if entry.last_of_command:
                self._answer(entry.command_id, tuple(self._partial.pop(entry.command_id)))
        self._tell(entry.room_id, entry)

    def _answer(self, command_id: str, answer: Answer) -> None:
        waiting = self._answers.get(command_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _remember(self, caption: Caption) -> None:
        said = self._captions.setdefault(caption.room_id, {})
        if said.get(caption.caption_id) is None or said[caption.caption_id].status == "draft":
            said[caption.caption_id] = caption
        if len(self._captions) > ROOMS_REMEMBERED:
            self._captions.popitem(last=False)

    def _tell(self, room_id: str, record: Followed) -> None:
        for queue in self._followers.get(room_id, ()):
            queue.put_nowait(record)
