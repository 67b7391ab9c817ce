"""Live captions come as drafts and finals, end with the room, and no chunk is acknowledged before its words are out."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from itertools import count, pairwise
from typing import cast

import numpy as np
import pytest
import stamina
from prometheus_client import generate_latest

from agents.captioner import captioner
from agents.headers import Headers, StoredHeaders
from agents.hearing_figures import HearingFigures
from agents.live_rooms import LiveRooms
from agents.ports import Delivery, Outputs
from processors.engines.base import Engine, Heard, HeardWord, Samples, Speech
from processors.engines.choose import open_engine, packaged_model
from processors.engines.scripted import ScriptedEngine
from processors.layout import part_key
from processors.parts import encode_part, stored_chunk
from schemas.audio import CHUNKS_PER_PART, AudioChunk, Part, RoomEnded, TrackEnded
from schemas.base import Record
from schemas.captions import Caption, CaptionState, TranscriptEnded
from schemas.errors import Missing, Unavailable
from schemas.facts import ZERO_DIGEST
from schemas.rooms import Room, Track
from streams.playing import CONTENT_TYPE
from streams.stores import MemoryStore
from tests.fakes import Acked, collect, deliveries
from tests.speech import OPENED_MS, opus_chunks, pcm_chunks, room_of, silence, speech

ENDED = RoomEnded(room_id="r", at_ms=OPENED_MS + 60_000)
ROOM = room_of(("a", "Anna"), ("b", "Bert"))
OPUS_ROOM = room_of(("a", "Anna"), content_type=CONTENT_TYPE)


class Rooms:
    """A directory of one room, or of none."""

    def __init__(self, room: Room | None) -> None:
        self._room = room

    async def room(self, room_id: str) -> Room | None:
        return self._room

    async def track(self, room_id: str, track_id: str) -> tuple[Room, Track] | None:
        found = self._room.tracks.get(track_id) if self._room else None
        return (self._room, found) if self._room and found else None


class NoHeaders:
    async def header(self, room_id: str, track_id: str) -> bytes:
        raise Missing(track_id)


class Deaf(ScriptedEngine):
    """Hears drafts, and in finals nothing."""

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        nothing = Heard(text="", language="en", avg_logprob=-2.0, no_speech_prob=0.9, rejected="no_speech")
        drafts = super().transcribe(utterances, beam=beam)
        return [nothing if one.final else draft for one, draft in zip(utterances, drafts, strict=True)]


class Failing(ScriptedEngine):
    """Raises what it is given, one after the other, before it hears anything."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self._errors = list(errors)

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        if self._errors:
            raise self._errors.pop(0)
        return super().transcribe(utterances, beam=beam)


class Wordless(ScriptedEngine):
    """Hears nothing in anything."""

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        nothing = Heard(text="", language="en", avg_logprob=-2.0, no_speech_prob=0.9, rejected="no_speech")
        return [nothing for _ in utterances]


class Counting(ScriptedEngine):
    """Hears a word in every quarter of a second of `talk`, named by where it stands, and notes how long drafts are."""

    def __init__(self, talk: Samples) -> None:
        super().__init__()
        self._talk = (talk * 32767).astype(np.int16).tobytes()  # as `pcm_chunks` sends it
        self.drafts_s: list[float] = []

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        self.drafts_s += [one.seconds for one in utterances if not one.final]
        return [self._counted(one) for one in utterances]

    def _counted(self, speech: Speech) -> Heard:
        begins_ms = self._talk.index((speech.samples[:8_000] * 32768).astype(np.int16).tobytes()) // 32
        words = [
            HeardWord(text=f"w{at}", start_ms=at * 250 - begins_ms, end_ms=at * 250 - begins_ms + 250, probability=1.0)
            for at in range(-(-begins_ms // 250), (begins_ms + round(speech.seconds * 1000)) // 250)
        ]
        timed = tuple(words) if speech.final or speech.timed else ()
        text = " ".join(word.text for word in words)
        return Heard(text=text, words=timed, language="en", avg_logprob=-0.1, no_speech_prob=0.0)


async def captioned(
    source: Acked | Sequence[Record],
    *,
    room: Room | None = ROOM,
    engine: Engine | None = None,
    headers: Headers | None = None,
    figures: HearingFigures | None = None,
) -> list[Record]:
    clock, known = lambda: OPENED_MS, headers or NoHeaders()
    agent = captioner(Rooms(room), engine or ScriptedEngine(), clock, known, figures or HearingFigures())
    return await asyncio.wait_for(collect(agent, source), 60)


def finals(outputs: Sequence[Record], track_id: str = "a") -> list[Caption]:
    return [out for out in outputs if isinstance(out, Caption) and out.status == "final" and out.track_id == track_id]


async def test_a_room_is_captioned_to_its_last_word_and_every_delivery_acknowledged() -> None:
    source = deliveries(*pcm_chunks(speech(16)), ENDED)
    outputs = await captioned(source)
    said = finals(outputs)
    assert len(said) >= 2
    assert said[0].start_ms == pytest.approx(800, abs=150)
    assert 15_500 < said[-1].end_ms <= 16_000
    assert outputs[-1] == TranscriptEnded(room_id="r", pass_name="live", captions=len(said))
    assert source.all


async def test_captions_carry_their_speaker_their_words_on_room_time_and_what_heard_them() -> None:
    (caption, *_) = finals(await captioned([*pcm_chunks(speech(10), late_ms=5_000), ENDED]))
    assert (caption.speaker, caption.engine, caption.model, caption.pass_name) == ("Anna", "scripted", "script", "live")
    assert caption.caption_id == f"a-{caption.start_ms}"
    assert caption.start_ms <= caption.words[0].start_ms <= caption.words[-1].end_ms <= caption.end_ms
    assert caption.start_ms == pytest.approx(5_800, abs=150)


async def test_drafts_come_before_their_final_and_settled_words_stay() -> None:
    outputs = await captioned([*pcm_chunks(speech(9)), ENDED])
    (final,) = {caption.caption_id for caption in finals(outputs)}
    shown = [out for out in outputs if isinstance(out, Caption) and out.caption_id == final]
    assert [caption.status for caption in shown] == ["draft"] * (len(shown) - 1) + ["final"]
    assert len(shown) > 1
    for before, after in pairwise(shown[:-1]):
        assert after.text.startswith(before.text[: before.settled])


async def test_drafts_hear_what_is_not_settled_and_show_it_behind_what_is() -> None:
    talk = np.concatenate((silence(1), speech(12)[16_000:]))
    engine = Counting(talk)
    outputs = await captioned([*pcm_chunks(talk), ENDED], engine=engine)
    drafts = [out for out in outputs if isinstance(out, Caption) and out.status == "draft"]
    assert max(engine.drafts_s) < 5
    for final in finals(outputs):
        shown = [draft.text for draft in drafts if draft.caption_id == final.caption_id]
        assert all(final.text.startswith(text) for text in shown)


async def test_two_tracks_are_captioned_apart() -> None:
    anna, bert = pcm_chunks(speech(9)), pcm_chunks(speech(9, "tom")[:48_000], "b") + pcm_chunks(silence(3), "b")
    outputs = await captioned([*(c for pair in zip(anna, bert, strict=False) for c in pair), *anna[6:], ENDED])
    assert {caption.speaker for caption in finals(outputs)} == {"Anna"}
    assert all(caption.speaker == "Bert" for caption in finals(outputs, "b"))


async def test_silence_is_acknowledged_at_once() -> None:
    source = deliveries(*pcm_chunks(silence(5)))
    assert await captioned(source) == []
    assert source.all


async def test_speech_that_has_not_ended_is_not_acknowledged() -> None:
    source = deliveries(*pcm_chunks(np.concatenate((silence(3), speech(5)[16_000:]))))
    assert finals(await captioned(source)) == []
    assert source.committed in (2, 3)  # the third holds the padding before the speech, where both came together


async def test_what_comes_twice_is_captioned_once() -> None:
    chunks = pcm_chunks(speech(12))
    once = finals(await captioned([*chunks, ENDED]))
    source = deliveries(*chunks[:7], *chunks, ENDED)
    twice = finals(await captioned(source))
    assert [c.caption_id for c in twice] == [c.caption_id for c in once]
    assert source.all


@pytest.mark.parametrize(
    "room",
    [
        pytest.param(None, id="unknown room"),
        pytest.param(room_of(("z", "Zoe")), id="unknown track"),
        pytest.param(room_of(("a", "Anna"), content_type="audio/flac"), id="another codec than was joined with"),
        pytest.param(room_of(("a", "Anna"), record=False), id="room that is not recorded"),
    ],
)
async def test_what_may_not_be_captioned_is_acknowledged_and_dropped(room: Room | None) -> None:
    source = deliveries(*pcm_chunks(speech(9)))
    assert await captioned(source, room=room) == []
    assert source.all


async def test_an_unrecorded_room_ends_without_a_word() -> None:
    source = deliveries(*pcm_chunks(speech(9)), ENDED)
    assert await captioned(source, room=room_of(("a", "Anna"), record=False)) == []
    assert source.all


async def test_a_track_that_is_no_audio_harms_nobody_else() -> None:
    broken = [_replaced(chunk, track_id="b", data=b"\x00noise" * 500) for chunk in opus_chunks(9)]
    room = room_of(("a", "Anna"), ("b", "Bert"), content_type=CONTENT_TYPE)
    source = deliveries(*(c for pair in zip(opus_chunks(9), broken, strict=True) for c in pair), ENDED)
    outputs = await captioned(source, room=room)
    assert finals(outputs)
    assert not finals(outputs, "b")
    assert source.all


async def test_a_track_that_turns_into_noise_keeps_what_was_said_before() -> None:
    good = opus_chunks(12)
    cut = [*good[:10], *(_replaced(chunk, data=b"\xff" * 2000) for chunk in good[10:])]
    source = deliveries(*cut, ENDED)
    assert finals(await captioned(source, room=OPUS_ROOM))
    assert source.all


async def test_a_track_that_left_is_released_with_its_last_words() -> None:
    source = deliveries(*pcm_chunks(speech(6)), TrackEnded(room_id="r", track_id="a", at_ms=OPENED_MS + 6_000))
    assert len(finals(await captioned(source))) == 1
    assert source.all


async def test_a_speaker_who_sends_nothing_more_is_not_waited_for() -> None:
    clock = count(OPENED_MS, 1_500)
    agent = captioner(Rooms(ROOM), ScriptedEngine(), lambda: next(clock), NoHeaders(), HearingFigures())
    stop = asyncio.Event()

    async def and_then_nothing() -> AsyncIterator[Delivery[AudioChunk]]:
        async for delivery in deliveries(*pcm_chunks(speech(6))):
            yield delivery
        await stop.wait()

    outputs = agent(and_then_nothing())
    await _until_a_final(outputs)
    stop.set()


async def test_a_speaker_who_sends_nothing_more_is_not_waited_for_while_others_do() -> None:
    """Last words used to wait for half a second in which nobody at all sent anything."""
    now_ms = OPENED_MS
    agent = captioner(Rooms(ROOM), ScriptedEngine(), lambda: now_ms, NoHeaders(), HearingFigures())
    others = pcm_chunks(silence(200), "b")

    async def and_then_another() -> AsyncIterator[Delivery[AudioChunk]]:
        nonlocal now_ms
        async for delivery in deliveries(*pcm_chunks(speech(6))):
            yield delivery
        async for delivery in deliveries(*others):
            await asyncio.sleep(0.05)
            now_ms += 1_000
            yield delivery

    await _until_a_final(agent(and_then_another()), within_s=5)


@pytest.mark.parametrize(
    ("behind_ms", "ended"),
    [pytest.param(60_000, False, id="it is us who are late"), pytest.param(0, True, id="all is known that was sent")],
)
async def test_a_track_is_silent_only_as_far_as_all_that_was_sent_is_known(behind_ms: int, ended: bool) -> None:
    """A worker that fell behind used to cut everybody within their words, which made more work and lost some."""
    now_ms = OPENED_MS
    rooms = LiveRooms(Rooms(ROOM), ScriptedEngine(), lambda: now_ms, NoHeaders(), HearingFigures())
    await rooms.delivered([delivery async for delivery in deliveries(*pcm_chunks(speech(6))[:-1])])
    while not rooms.jobs.idle:
        jobs = await rooms.jobs.take()
        heard = await asyncio.to_thread(ScriptedEngine().transcribe, [job.speech for job in jobs], beam=1)
        rooms.heard(list(zip(jobs, heard, strict=True)))
    now_ms += 60_000
    rooms.pause_silent(now_ms - behind_ms)
    assert rooms.jobs.idle is not ended


async def _until_a_final(outputs: Outputs, within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        async for out in outputs:
            if isinstance(out, Caption) and out.status == "final":
                break
    await cast(AsyncGenerator[Record | tuple[Record, ...], None], outputs).aclose()


async def test_figures_say_what_was_heard_and_forget_the_room_when_it_is_over() -> None:
    figures = HearingFigures()
    said = finals(await captioned([*pcm_chunks(speech(16)), ENDED], figures=figures))
    text = generate_latest(figures.registry).decode()
    heard = figures.registry.get_sample_value("earwitness_caption_batch_utterances_sum", {"kind": "final"})
    assert heard == len(said)
    assert figures.registry.get_sample_value("earwitness_caption_utterances_waiting", {"kind": "final"}) == 0
    assert 'room_id="r"' not in text


async def test_a_final_that_turns_out_empty_takes_its_drafts_back() -> None:
    outputs = await captioned([*pcm_chunks(speech(9)), ENDED], engine=Deaf())
    statuses = [(caption.status, bool(caption.text)) for caption in outputs if isinstance(caption, Caption)]
    assert statuses[-1] == ("final", False)
    assert set(statuses[:-1]) == {("draft", True)}
    assert outputs[-1] == TranscriptEnded(room_id="r", pass_name="live", captions=0)


async def test_an_engine_that_is_away_is_asked_again() -> None:
    with stamina.set_testing(True, attempts=3):
        outputs = await captioned([*pcm_chunks(speech(9)), ENDED], engine=Failing(Unavailable("a"), Unavailable("b")))
    assert finals(outputs)


async def test_a_bug_in_the_engine_stops_the_agent_before_the_offset_moves() -> None:
    source = deliveries(*pcm_chunks(speech(9)), ENDED)
    with pytest.raises(ZeroDivisionError):
        await captioned(source, engine=Failing(ZeroDivisionError()))
    assert source.committed == 0


async def test_listening_can_begin_in_the_middle_of_a_stream() -> None:
    chunks = opus_chunks(20)
    store = MemoryStore()
    await _keep_first_part(store, chunks)
    source = deliveries(*chunks[9:], ENDED)
    said = finals(await captioned(source, room=OPUS_ROOM, headers=StoredHeaders(store)))
    whole = finals(await captioned([*chunks, ENDED], room=OPUS_ROOM))
    assert said[0].start_ms == pytest.approx(chunks[9].captured_ms - OPENED_MS, abs=100)
    assert said[-1].end_ms == pytest.approx(whole[-1].end_ms, abs=50)
    assert source.all


async def test_a_header_that_is_not_kept_yet_is_waited_for() -> None:
    chunks = opus_chunks(20)

    class Later(StoredHeaders):
        async def header(self, room_id: str, track_id: str) -> bytes:
            asked = next(times)
            if asked == 4:
                await _keep_first_part(store, chunks)
            return await super().header(room_id, track_id)

    store, times = MemoryStore(), count()
    source = deliveries(*chunks[9:], ENDED)
    said = finals(await captioned(source, room=OPUS_ROOM, headers=Later(store)))
    assert said[0].start_ms == pytest.approx(chunks[9].captured_ms - OPENED_MS, abs=100)
    assert source.all


async def test_a_header_that_never_comes_leaves_the_track_without_captions_and_blocks_nothing() -> None:
    source = deliveries(*opus_chunks(20)[9:], ENDED)
    outputs = await captioned(source, room=OPUS_ROOM)
    assert outputs == [TranscriptEnded(room_id="r", pass_name="live", captions=0)]
    assert source.all


@pytest.mark.model
@pytest.mark.skipif(packaged_model() is None, reason="no packaged weights")
async def test_what_was_said_is_what_is_shown() -> None:
    outputs = await captioned([*opus_chunks(18), ENDED], room=OPUS_ROOM, engine=open_engine())
    text = " ".join(caption.text for caption in finals(outputs))
    assert "My name is Anna. This room is being recorded" in text
    assert "the night bus" in text


def _replaced(chunk: AudioChunk, **changes: object) -> AudioChunk:
    fields = {name: getattr(chunk, name) for name in chunk.__struct_fields__}
    return AudioChunk(**(fields | changes))


async def _keep_first_part(store: MemoryStore, chunks: Sequence[AudioChunk]) -> None:
    kept = tuple(stored_chunk(chunk, 0, chunk.sequence) for chunk in chunks[:CHUNKS_PER_PART])
    part = Part(room_id="r", track_id="a", index=0, previous=ZERO_DIGEST, chunks=kept)
    await store.put(part_key("r", "a", 0), encode_part(part))


class Hanging(ScriptedEngine):
    """Hangs for `seconds` the first time, then hears."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        time.sleep(self._seconds)
        self._seconds = 0.0
        return super().transcribe(utterances, beam=beam)


async def hurried(source: Acked, engine: Engine, figures: HearingFigures) -> list[Record]:
    """As `captioned`, with a clock on which twenty seconds pass in one."""
    began_s = time.monotonic()
    clock = lambda: OPENED_MS + round((time.monotonic() - began_s) * 20_000)  # noqa: E731 -- it closes over the start
    agent = captioner(Rooms(ROOM), engine, clock, NoHeaders(), figures)
    return await asyncio.wait_for(collect(agent, source), 60)


async def test_an_engine_that_hangs_is_told_to_the_room_and_counted_and_so_is_its_end_and_nothing_is_lost() -> None:
    figures, source = HearingFigures(), deliveries(*pcm_chunks(speech(16)), ENDED)
    outputs = await hurried(source, Hanging(1.5), figures)
    states = [out for out in outputs if isinstance(out, CaptionState)]
    assert next(state.reason for state in states if state.delayed) == "waiting"
    assert not states[-1].delayed
    assert figures.gaps.labels("waiting")._value.get() == 1
    whole = finals(await captioned([*pcm_chunks(speech(16)), ENDED]))
    assert [each.text for each in finals(outputs)] == [each.text for each in whole]
    assert source.all


async def test_an_engine_that_never_finds_words_in_speech_is_told_to_the_room() -> None:
    source = deliveries(*pcm_chunks(np.concatenate([speech(17), speech(17)])), ENDED)
    outputs = await hurried(source, Wordless(), HearingFigures())
    assert "unheard" in {out.reason for out in outputs if isinstance(out, CaptionState)}


async def test_a_room_that_goes_well_is_never_called_delayed_and_is_heard_of_every_five_seconds() -> None:
    outputs = await hurried(deliveries(*pcm_chunks(speech(16)), ENDED), ScriptedEngine(), HearingFigures())
    assert not any(out.delayed for out in outputs if isinstance(out, CaptionState))


class Slow(ScriptedEngine):
    """Makes two passes at a time, and takes so long over drafts that their finals are told before them."""

    passes = 2

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        if not utterances[0].final:
            time.sleep(0.3)
        return super().transcribe(utterances, beam=beam)


async def test_a_final_never_changes_however_long_its_draft_takes() -> None:
    outputs = await captioned([*pcm_chunks(speech(16)), ENDED], engine=Slow())
    statuses = dict[str, list[str]]()
    for out in outputs:
        if isinstance(out, Caption):
            statuses.setdefault(out.caption_id, []).append(out.status)
    assert len(statuses) >= 2
    assert all(shown.index("final") == len(shown) - 1 for shown in statuses.values())
