"""The final captions come from the durable parts alone, in time order, into the topic, the store and the room's log."""

from collections.abc import Sequence

import msgspec
import pytest

from agents.transcriber import transcriber
from processors.continuity import captioned_ms
from processors.engines.base import Heard, Speech
from processors.engines.scripted import ScriptedEngine
from processors.layout import part_key, transcript_key
from processors.parts import encode_part, stored_chunk
from schemas.asks import AttachTranscript, Command
from schemas.audio import CHUNKS_PER_PART, AudioChunk, Part
from schemas.base import Record
from schemas.captions import Caption, Transcript, TranscriptEnded
from schemas.facts import ZERO_DIGEST, Entry, RecordingCompleted, RoomClosed, TrackLeft
from schemas.rooms import Room
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore
from tests.fakes import Acked, collect, deliveries
from tests.speech import OPENED_MS, pcm_chunks, room_of, speech

ROOM = msgspec.structs.replace(room_of(("a", "Anna"), ("b", "Bert")), closed_ms=OPENED_MS + 40_000)


class Log(StoredRoomLog):
    """A log that knows one room."""

    def __init__(self, room: Room | None) -> None:
        super().__init__(MemoryStore())
        self._room = room

    async def load(self, room_id: str) -> Room | None:
        return self._room


class Counting(ScriptedEngine):
    """Remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.beams: set[int] = set()
        self.finals: set[bool] = set()

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        self.beams.add(beam)
        self.finals |= {one.final for one in utterances}
        return super().transcribe(utterances, beam=beam)


def completed(fact: object | None = None) -> Entry:
    return Entry(
        room_id="r",
        position=9,
        previous=ZERO_DIGEST,
        command_id="c",
        actor="steward",
        at_ms=OPENED_MS,
        fact=fact or RecordingCompleted(),
    )


async def kept(*tracks: Sequence[AudioChunk]) -> MemoryStore:
    """A store with the tracks in parts, as the recorder leaves them."""
    store = MemoryStore()
    for chunks in tracks:
        for index in range(0, len(chunks), CHUNKS_PER_PART):
            group = tuple(stored_chunk(chunk, 0, 0) for chunk in chunks[index : index + CHUNKS_PER_PART])
            part = Part(
                room_id="r",
                track_id=chunks[0].track_id,
                index=index // CHUNKS_PER_PART,
                previous=ZERO_DIGEST,
                chunks=group,
            )
            await store.put(part_key("r", part.track_id, part.index), encode_part(part))
    return store


async def transcribed(
    store: MemoryStore, *, room: Room | None = ROOM, engine: ScriptedEngine | None = None, source: Acked | None = None
) -> list[Record]:
    agent = transcriber(Log(room), store, engine or ScriptedEngine(), lambda: OPENED_MS)
    return await collect(agent, source or deliveries(completed()))


async def test_captions_of_all_tracks_come_in_time_order_then_the_end_then_the_command() -> None:
    store = await kept(pcm_chunks(speech(20)), pcm_chunks(speech(27, "tom"), "b"))
    *captions, ended, command = await transcribed(store)
    assert [c.start_ms for c in captions if isinstance(c, Caption)] == sorted(c.start_ms for c in captions)
    assert {c.speaker for c in captions} == {"Anna", "Bert"}
    assert {(c.pass_name, c.status) for c in captions} == {("final", "final")}
    assert ended == TranscriptEnded(room_id="r", pass_name="final", captions=len(captions))
    assert isinstance(command, Command)
    assert command.command_id == "transcribe:r"
    words = sum(len(c.words) for c in captions)
    assert command.ask == AttachTranscript(
        captions=len(captions),
        words=words,
        engine="scripted",
        model="script",
        captioned_ms=captioned_ms(c for c in captions if isinstance(c, Caption)),
    )


async def test_the_transcript_in_the_store_holds_what_was_published() -> None:
    store = await kept(pcm_chunks(speech(20)))
    *captions, _, _ = await transcribed(store)
    transcript = msgspec.json.decode(await store.get(transcript_key("r")), type=Transcript)
    assert transcript.captions == tuple(captions)
    assert (transcript.title, transcript.duration_ms) == ("Evening", 40_000)


async def test_doing_it_again_changes_nothing() -> None:
    store = await kept(pcm_chunks(speech(20)))
    first = await transcribed(store)
    written = await store.get(transcript_key("r"))
    assert await transcribed(store) == first
    assert await store.get(transcript_key("r")) == written


async def test_every_utterance_is_heard_as_a_final_with_the_better_beam() -> None:
    engine = Counting()
    await transcribed(await kept(pcm_chunks(speech(20))), engine=engine)
    assert (engine.beams, engine.finals) == ({5}, {True})


async def test_parts_are_joined_seamlessly() -> None:
    whole = await transcribed(await kept(pcm_chunks(speech(26, "tom")[17 * 16_000 :])))
    assert len([c for c in whole if isinstance(c, Caption)]) == 1


async def test_chunks_that_are_no_audio_cost_only_themselves() -> None:
    good = pcm_chunks(speech(20))
    broken = [msgspec.structs.replace(c, track_id="b", content_type="audio/ogg", data=b"noise" * 400) for c in good]
    outputs = await transcribed(await kept(good, broken))
    assert {c.speaker for c in outputs if isinstance(c, Caption)} == {"Anna"}


async def test_a_room_in_which_nobody_spoke_has_an_empty_transcript() -> None:
    ended, command = await transcribed(await kept())
    assert ended == TranscriptEnded(room_id="r", pass_name="final", captions=0)
    assert isinstance(command, Command)


@pytest.mark.parametrize(
    "room",
    [
        pytest.param(None, id="unknown"),
        pytest.param(msgspec.structs.replace(ROOM, purged_ms=1), id="purged"),
    ],
)
async def test_rooms_that_are_gone_are_passed_over(room: Room | None) -> None:
    source = deliveries(completed())
    assert await transcribed(await kept(), room=room, source=source) == []
    assert source.all


async def test_other_facts_are_acknowledged_and_nothing_more() -> None:
    source = deliveries(completed(RoomClosed()), completed(TrackLeft(track_id="a")))
    assert await transcribed(await kept(), source=source) == []
    assert source.all
