"""Each case gets its clip from durable parts, exactly where it was, with the digests that prove it."""

import io
import time
from collections.abc import Callable
from typing import Any

import av
import msgspec
import numpy as np
import pytest

from agents.headers import StoredHeaders
from agents.notary import notary
from agents.second_listener import StoredSecondListener
from agents.sound import Sound
from processors.clipping import AROUND_MS, cut, flac
from processors.decoding import Samples
from processors.engines.base import Speech
from processors.engines.scripted import ScriptedEngine
from processors.engines.supervised import SupervisedEngine
from processors.layout import clip_key, kept_reasons_key, part_key, reasons_key
from processors.parts import digest
from processors.purging import purge_plan
from processors.screening.second_listen import refuted
from schemas.asks import AttachEvidence
from schemas.audio import AudioChunk
from schemas.errors import Unavailable
from schemas.evidence import Clip
from schemas.facts import CaseOpened, Entry
from schemas.findings import Reason
from schemas.rooms import Case, Room
from streams.stores import MemoryStore
from tests.agents.test_assembler import CLOSED_MS, event, recorded
from tests.audio import OPENED_MS, chunks, voice
from tests.fakes import collect
from tests.talk import caption, finding

SECONDS = 70
CASE = Case(
    case_id="r-case-1", source="screening", category="hate", urgent=False, opened_ms=1, track_id="t0",
    finding_id="r:t0:hate:live:40000", start_ms=40_000, end_ms=43_000,
)  # fmt: skip


class NothingRecent:
    async def chunks(self, room_id: str, track_id: str, since_ms: int) -> list[AudioChunk]:
        return []


class Sent:
    """The topic: all chunks that were sent."""

    def __init__(self, sent: list[AudioChunk]) -> None:
        self._sent = sent

    async def chunks(self, room_id: str, track_id: str, since_ms: int) -> list[AudioChunk]:
        return [chunk for chunk in self._sent if chunk.captured_ms + chunk.duration_ms > since_ms]


class Log:
    """A log of one room."""

    def __init__(self, room: Room) -> None:
        self.room = room

    async def load(self, room_id: str) -> Room:
        return self.room


def sound(store: MemoryStore, recent: Any = None) -> Sound:
    return Sound(store, StoredHeaders(store), recent or NothingRecent())


async def house(*kinds: str, case: Case = CASE) -> tuple[MemoryStore, Log]:
    """A room of an hour's beginning: a track of each content type, recorded and completed, with one case."""
    store = MemoryStore()
    tracks = {f"t{n}": chunks(kind, SECONDS, track_id=f"t{n}") for n, kind in enumerate(kinds)}
    rooms = await recorded(store, tracks, {f"t{n}": kind for n, kind in enumerate(kinds)})
    room = msgspec.structs.replace(await rooms.load("r"), completed_ms=CLOSED_MS, cases={case.case_id: case})
    return store, Log(room)


def opened() -> Entry:
    fact = CaseOpened(case_id=CASE.case_id, source="screening", category="hate", urgent=False)
    return msgspec.structs.replace(event(), fact=fact)


async def kept(store: MemoryStore, log: Any, *entries: Entry) -> list[AttachEvidence]:
    return [command.ask for command in await collect(notary(log, store, sound(store), lambda: 1), list(entries))]


def decoded(data: bytes) -> Samples:
    with av.open(io.BytesIO(data)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1)[0].astype(np.float32) / 32_767


@pytest.mark.parametrize(
    ("kind", "off_ms"),
    [
        ("audio/ogg", 120),  # a page
        ("audio/L16;rate=48000;channels=1", 10),
        ("audio/wav", 10),
        ("audio/webm", 1_200),  # chunks of even bytes are not of even time where the bit rate varies
        ("audio/flac", 1_200),
    ],
)
async def test_a_clip_is_the_passage_with_fifteen_seconds_around_it(kind: str, off_ms: int) -> None:
    store, log = await house(kind)
    await kept(store, log, opened())
    heard = decoded(await store.get(clip_key("r", CASE.case_id, "flac")))
    assert len(heard) == 48 * (3_000 + 2 * AROUND_MS)
    passage, around_ms = heard[48 * 15_000 : 48 * 18_000], 3_000
    within = voice(SECONDS)[48 * (40_000 - around_ms) : 48 * (43_000 + around_ms)]
    assert abs(best_lag(passage, within) - 48 * around_ms) <= 48 * off_ms


def best_lag(piece: Samples, within: Samples) -> int:
    """Where in `within` the piece fits best, in samples, by its loudness of every 10 ms (the hum repeats itself)."""
    loud = [np.abs(sound[: len(sound) // 480 * 480]).reshape(-1, 480).mean(axis=1) for sound in (piece, within)]
    places = range(len(loud[1]) - len(loud[0]) + 1)
    return 480 * min(places, key=lambda at: float(np.abs(loud[1][at : at + len(loud[0])] - loud[0]).sum()))


async def test_the_digests_are_in_the_log_and_name_the_parts() -> None:
    store, log = await house("audio/ogg", "audio/webm")
    await store.put(reasons_key("r", CASE.finding_id), b"{}")
    (ask,) = await kept(store, log, opened())
    clip = msgspec.json.decode(await store.get(clip_key("r", CASE.case_id, "json")), type=Clip)
    assert ask.clip_sha256 == clip.sha256 == digest(await store.get(clip.key))
    assert ask.testimony_sha256 == digest(b"{}")
    assert {line.key.split("/")[3] for line in clip.cut_from} == {"t0", "t1"}
    assert [line.sha256 for line in clip.cut_from] == [digest(await store.get(line.key)) for line in clip.cut_from]
    assert len(clip.cut_from) < len(await store.list("rooms/r/tracks/"))


async def test_the_reasons_stay_those_whose_digest_is_in_the_log() -> None:
    """A room that is screened again, or a replay, writes them anew."""
    store, log = await house("audio/ogg")
    await store.put(reasons_key("r", CASE.finding_id), b'{"made_ms": 1}')
    (first,) = await kept(store, log, opened())
    await store.put(reasons_key("r", CASE.finding_id), b'{"made_ms": 2}')
    (again,) = await kept(store, log, opened())
    assert again.testimony_sha256 == first.testimony_sha256 == digest(b'{"made_ms": 1}')
    assert await store.get(kept_reasons_key("r", CASE.case_id)) == b'{"made_ms": 1}'


async def test_the_same_event_makes_the_same_clip() -> None:
    store, log = await house("audio/ogg")
    assert await kept(store, log, opened()) == await kept(store, log, opened())


async def test_a_live_case_gets_its_clip_when_the_recording_is_complete() -> None:
    store, log = await house("audio/ogg")
    complete, log.room = log.room, msgspec.structs.replace(log.room, completed_ms=None)
    assert await kept(store, log, opened()) == []
    log.room = complete
    assert [ask.case_id for ask in await kept(store, log, event())] == [CASE.case_id]


async def test_a_report_of_the_whole_recording_has_no_clip() -> None:
    report = msgspec.structs.replace(CASE, start_ms=None, end_ms=None, finding_id="", source="report")
    store, log = await house("audio/ogg", case=report)
    (ask,) = await kept(store, log, opened())
    assert (ask.clip_sha256, ask.testimony_sha256) == ("", "")


async def test_the_purge_takes_the_evidence_too() -> None:
    store, log = await house("audio/ogg")
    await kept(store, log, opened())
    planned = purge_plan(await store.list("rooms/r/"), log.room)
    assert clip_key("r", CASE.case_id, "flac") in planned


async def test_what_is_in_no_part_yet_is_heard_from_the_topic() -> None:
    sent = chunks("audio/ogg", SECONDS)
    store, log = await house("audio/ogg")
    live = msgspec.structs.replace(
        log.room, tracks={name: msgspec.structs.replace(track, sealed=None) for name, track in log.room.tracks.items()}
    )
    await store.delete([part_key("r", "t0", index) for index in (2, 3, 4)])
    found = await sound(store, Sent(sent)).stretch(live, "t0", 40_000, 43_000)
    assert len(cut(found.chunks, OPENED_MS, 40_000, 43_000, rate=16_000)) == 48_000


def test_flac_keeps_every_sample() -> None:
    samples = np.rint(voice(1.0) * 32_767) / 32_767
    assert np.array_equal(np.rint(decoded(flac(samples.astype(np.float32))) * 32_767), np.rint(samples * 32_767))


class Noting(ScriptedEngine):
    heard_s = 0.0

    def transcribe(self, utterances: list[Speech], *, beam: int) -> Any:
        self.heard_s = utterances[0].seconds
        return super().transcribe(utterances, beam=beam)


SAID = caption("Immigrants are vermin.", start_ms=40_000, track_id="t0", room_id="r")
REASON = Reason(source="rule:x@1", category="hate", score=0.9, meaning="direct", start_ms=40_000, end_ms=40_900)
FOUND = finding(room_id="r", track_id="t0", start_ms=40_000, end_ms=40_900, reasons=(REASON,))


async def listener(engine: Callable[[], Any]) -> StoredSecondListener:
    store, log = await house("audio/ogg")
    return StoredSecondListener(log, sound(store), engine)  # type: ignore[arg-type]  # a log of one room


@pytest.mark.parametrize(("script", "share"), [("immigrants are vermin", 1.0), ("in the garden", 0.0)])
async def test_the_passage_is_heard_again_with_padding(script: str, share: float) -> None:
    engine = Noting(script)
    listened = await (await listener(lambda: engine)).listen(FOUND, [SAID])
    assert (listened.came_back, engine.heard_s) == (share, pytest.approx(3.9, abs=0.05))


async def test_where_there_is_no_audio_nothing_is_known() -> None:
    found = msgspec.structs.replace(FOUND, track_id="nobody")
    assert (await (await listener(ScriptedEngine)).listen(found, [])).came_back is None


async def test_where_there_are_no_words_to_listen_for_nothing_is_known() -> None:
    assert (await (await listener(ScriptedEngine)).listen(FOUND, [])).came_back is None


def failing() -> SupervisedEngine:
    return SupervisedEngine(Failing, lambda _: None)


class Failing(ScriptedEngine):
    def transcribe(self, utterances: list[Speech], *, beam: int) -> Any:
        raise RuntimeError("CUDA error")


def away() -> ScriptedEngine:
    raise Unavailable("the model is not there")


def slow() -> ScriptedEngine:
    time.sleep(0.5)
    return ScriptedEngine("in the garden")


@pytest.mark.parametrize("engine", [failing, away, slow])
async def test_an_engine_that_does_not_hear_refutes_nobody(
    engine: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.second_listener.HEARING_WAITS_S", 0.3 if engine is slow else 20.0)
    listened = await (await listener(engine)).listen(FOUND, [SAID])
    assert listened.came_back is None
    assert not refuted(listened)
