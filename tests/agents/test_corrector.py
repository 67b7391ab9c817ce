"""Corrections and erasures reach what can be searched and what is kept to be served; a replay changes nothing more."""

from typing import Any

import msgspec

from agents.corrector import corrector
from agents.eraser import eraser
from processors.documents import finding_document, utterance_document
from processors.layout import erasure_key, transcript_key
from schemas.asks import Ask, AttachTranscript, Command, CorrectCaption, EraseSpeaker
from schemas.captions import Transcript
from schemas.facts import Entry
from schemas.keeping import Erasure
from streams.memory_index import MemoryIndex
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore
from tests.fakes import collect, deliveries
from tests.rooms import OPENED_MS, READY_ASKS, commands, room_after
from tests.talk import caption, finding

SAID = (
    caption("won to three", caption_id="a-0", pass_name="final", emitted_ms=OPENED_MS - 1),
    caption("four five", 1, caption_id="b-4000", track_id="b", speaker="Bert", pass_name="final"),
)
CORRECT = CorrectCaption(track_id="a", caption_id="a-0", text="one two three")
ERASE = EraseSpeaker(speaker="Anna")


class Kept:
    """A finished room with what is kept and indexed of it, after `ask`; its last entry is what the agents get."""

    def __init__(self) -> None:
        self.store, self.index = MemoryStore(), MemoryIndex()
        self.log = StoredRoomLog(self.store)

    async def after(self, ask: Ask) -> Entry:
        for command in commands(*READY_ASKS, ask):
            decided = await self.log.decide(command, OPENED_MS)
        assert isinstance(decided, tuple)
        transcript = Transcript(room_id="room", title="t", duration_ms=9_000, engine="e", model="m", captions=SAID)
        await self.store.put(transcript_key("room"), msgspec.json.encode(transcript))
        room = room_after(*READY_ASKS)
        await self.index.put([*(utterance_document(each, room) for each in SAID), finding_document(finding(), room)])
        return decided[-1]

    async def found(self, index: str) -> list[dict[str, Any]]:
        answer = await self.index.search(index, {"query": {"match_all": {}}, "size": 10})
        return [hit["_source"] for hit in answer["hits"]["hits"]]

    async def transcript(self) -> Transcript:
        return msgspec.json.decode(await self.store.get(transcript_key("room")), type=Transcript)


async def test_a_corrected_line_is_found_as_corrected_and_what_was_heard_stays_in_the_store() -> None:
    kept = Kept()
    entry = await kept.after(CORRECT)
    source = deliveries(entry, entry)
    await collect(corrector(kept.log, kept.store, kept.index, lambda: OPENED_MS), source)
    texts = {found["caption_id"]: (found["text"], found.get("corrected")) for found in await kept.found("utterances")}
    assert texts == {"a-0": ("one two three", True), "b-4000": ("four five", None)}
    assert (await kept.transcript()).captions == SAID
    assert source.all


async def test_an_erased_speaker_goes_from_the_index_and_nobody_else_does() -> None:
    kept = Kept()
    entry = await kept.after(ERASE)
    await collect(corrector(kept.log, kept.store, kept.index, lambda: OPENED_MS), deliveries(entry))
    assert [found["track_id"] for found in await kept.found("utterances")] == ["b"]
    assert await kept.found("findings") == []


async def test_an_erased_speaker_goes_from_the_transcript_and_the_ledger_outlives_the_room() -> None:
    kept = Kept()
    entry = await kept.after(ERASE)
    outputs = await collect(eraser(kept.log, kept.store, lambda: OPENED_MS), deliveries(entry, entry))
    assert [each.track_id for each in (await kept.transcript()).captions] == ["b"]
    ledger = msgspec.json.decode(await kept.store.get(erasure_key("room", entry.position)), type=Erasure)
    assert (ledger.room_id, ledger.track_ids, ledger.position) == ("room", ("a",), entry.position)
    assert not erasure_key("room", entry.position).startswith("rooms/")
    commands_made = [made for made in outputs if isinstance(made, Command)]
    assert {made.command_id for made in commands_made} == {f"erase:room:{entry.position}"}
    asked = commands_made[0].ask
    assert isinstance(asked, AttachTranscript)
    assert (asked.captions, asked.words) == (1, 2)


async def test_other_facts_are_passed_over_and_acknowledged() -> None:
    kept = Kept()
    entry = await kept.after(CORRECT)
    source = deliveries(entry)
    assert await collect(eraser(kept.log, kept.store, lambda: OPENED_MS), source) == []
    assert source.all
