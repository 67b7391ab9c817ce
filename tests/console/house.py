"""A console on memory things: what its tests open, speak into, finish and look at."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agents.ports import RoomLog
from console.app import create_app
from console.services import Services
from processors.documents import utterance_document
from processors.layout import audio_key, hls_key, transcript_key, waveform_key
from schemas.asks import Ask, AttachRecording, AttachScreening, AttachTranscript, Command, OpenCase, SealTrack
from schemas.audio import Gap
from schemas.captions import Caption, Transcript, Word
from schemas.facts import Refused
from schemas.rooms import Room
from streams.memory_gateway import MemoryGateway
from streams.memory_index import MemoryIndex
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore

OPENED_MS = 1_700_000_000_000
OGG_START = b"OggS\x00\x02" + bytes(60)
TYPE = "audio/ogg;codecs=opus"
SAID = (
    ("anna", 500, "Good evening and welcome"),
    ("tom", 2_500, "Thank you & hello <everybody>"),
    ("anna", 4_500, "Let us talk about bees"),
)
BASE = "http://console.test"


@dataclass
class Clock:
    """A time that stands still until a test moves it."""

    now_ms: int = OPENED_MS

    def __call__(self) -> int:
        return self.now_ms


@dataclass
class House:
    """Everything behind one console, and the console itself."""

    clock: Clock = field(default_factory=Clock)
    store: MemoryStore = field(default_factory=MemoryStore)
    index: MemoryIndex = field(default_factory=MemoryIndex)
    probes: dict[str, Any] = field(default_factory=dict)
    base_url: str = BASE

    def __post_init__(self) -> None:
        self.log: RoomLog = StoredRoomLog(self.store)
        self.gateway = MemoryGateway(self.log, self.clock)

    def services(self, **others: Any) -> Services:
        made = {"gateway": self.gateway, "store": self.store, "log": self.log, "index": self.index}
        rest = {"now": self.clock, "base_url": self.base_url, "probes": self.probes, "heartbeat_s": 0.05}
        return Services(**(made | rest | others))

    def app(self, **others: Any) -> Litestar:
        return create_app(self.services(**others))

    def client(self, **others: Any) -> AsyncTestClient[Litestar]:
        return AsyncTestClient(self.app(**others), base_url=BASE)

    def streaming(self, **others: Any) -> httpx.AsyncClient:
        """A client in the test's own loop whose bodies arrive piece by piece; Litestar's has neither."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app(**others)), base_url=BASE)  # type: ignore[arg-type]

    async def ask(self, room_id: str, ask: Ask) -> None:
        """What an agent asks, answered at once."""
        parts = (getattr(ask, name, "") for name in ("track_id", "start_ms", "by_model"))
        command_id = ":".join((type(ask).__name__, room_id, *map(str, parts)))
        command = Command(command_id=command_id, room_id=room_id, actor="agent", at_ms=self.clock(), ask=ask)
        answer = await self.gateway.ask(command)
        assert not isinstance(answer, Refused), answer

    async def room(self, room_id: str) -> Room:
        room = await self.log.load(room_id)
        assert room is not None
        return room

    async def finish(
        self, room_id: str, audio: bytes = bytes(range(256)) * 40, duration_ms: int = 6_000, *, by_model: bool = True
    ) -> None:
        """Do what the agents do once a room is closed: seal, assemble, transcribe, screen, index."""
        room = await self.room(room_id)
        for track_id in room.tracks:
            await self.seal(room_id, track_id, duration_ms)  # what a test has sealed before stays as it is
        recorded_ms = dict.fromkeys(room.tracks, duration_ms)
        digest = "ab" * 32
        ask = AttachRecording(duration_ms=duration_ms, recorded_ms=recorded_ms, manifest_sha256=digest)
        await self.ask(room_id, ask)
        await self.store.put(audio_key(room_id), audio)
        await self.store.put(hls_key(room_id, "index.m3u8"), b"#EXTM3U\n")
        await self.store.put(waveform_key(room_id), msgspec.json.encode({"data": outline(120)}))
        await self.transcribe(room_id)
        await self.screen(room_id, by_model=by_model)
        await self.ask(room_id, _case(next(iter(room.tracks))))

    async def screen(self, room_id: str, *, by_model: bool) -> None:
        """What the screener tells, and tells again when its model is back."""
        await self.ask(room_id, AttachScreening(findings=1, policy_version="1", by_model=by_model))

    async def seal(self, room_id: str, track_id: str, duration_ms: int = 6_000, *, gaps: tuple[Gap, ...] = ()) -> None:
        """Three chunks came of this track, and what the gaps name did not."""
        await self.ask(room_id, _seal(track_id, duration_ms, gaps))

    async def transcribe(self, room_id: str) -> None:
        room = await self.room(room_id)
        captions = tuple(caption(room, n, pass_name="final") for n in range(len(SAID)))
        transcript = Transcript(
            room_id=room_id, title=room.title, duration_ms=6_000, engine="scripted", model="none", captions=captions
        )
        await self.store.put(transcript_key(room_id), msgspec.json.encode(transcript))
        await self.index.put([utterance_document(each, room) for each in captions])
        await self.ask(room_id, AttachTranscript(captions=len(captions), words=9, engine="scripted", model="none"))


def _seal(track_id: str, duration_ms: int, gaps: tuple[Gap, ...]) -> SealTrack:
    return SealTrack(
        track_id=track_id,
        parts=1,
        chunks=3,
        bytes=300,
        chain="cd" * 32,
        first_captured_ms=OPENED_MS,
        duration_ms=duration_ms,
        gaps=gaps,
    )


def _case(track_id: str) -> OpenCase:
    return OpenCase(
        finding_id="f1",
        track_id=track_id,
        category="hate",
        score=0.91,
        urgent=False,
        start_ms=2_500,
        end_ms=4_000,
    )


def outline(pixels: int) -> list[int]:
    """Lowest and highest sample of each pixel: a wave with pauses, as speech has."""
    heights = [(17 + 37 * n) % 100 if n % 20 > 3 else 4 for n in range(pixels)]
    return [value for height in heights for value in (-height, height)]


def caption(room: Room, n: int, **changed: Any) -> Caption:
    """The `n`th thing that is said in every room of these tests."""
    speaker, start_ms, text = SAID[n]
    words = tuple(Word(text=word, start_ms=start_ms, end_ms=start_ms + 1_500, probability=0.9) for word in text.split())
    made = Caption(
        room_id=room.room_id, track_id=speaker, speaker=speaker.capitalize(), caption_id=f"c{n}", pass_name="live",
        status="final", start_ms=start_ms, end_ms=start_ms + 1_500, text=text, words=words, settled=len(text),
        language="en", confidence=0.9, engine="scripted", model="none", emitted_ms=OPENED_MS + start_ms + 2_000,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changed)


async def open_room(client: AsyncTestClient[Litestar], room_id: str = "tea", *, record: bool = True) -> dict[str, Any]:
    """Open a room with Anna and Tom in it."""
    body = {"title": "Tea at five", "host": "Anna", "record": record, "room_id": room_id}
    answer = await client.post("/rooms", json=body)
    assert answer.status_code == 201, answer.text
    for name in ("anna", "tom"):
        track = {"speaker": name.capitalize(), "content_type": TYPE, "track_id": name}
        assert (await client.post(f"/rooms/{room_id}/tracks", json=track)).status_code == 201
    return dict(answer.json())


async def finished_room(house: House, client: AsyncTestClient[Litestar], room_id: str = "tea") -> None:
    await open_room(client, room_id)
    house.clock.now_ms += 6_000
    assert (await client.post(f"/rooms/{room_id}/close")).status_code == 200
    await house.finish(room_id)


def chunk_headers(**changed: str | None) -> dict[str, str]:
    """The headers of a good chunk; give `None` to leave one out."""
    headers = {"Content-Type": TYPE, "Earwitness-Captured-Ms": str(OPENED_MS), "Earwitness-Duration-Ms": "1000"}
    given = {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in (headers | given).items() if value is not None}
