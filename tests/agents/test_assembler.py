"""From durable parts to a recording to play: complete, repeatable, and honest about what is missing."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import stamina

from agents.assembler import assembler
from agents.recorder import recorder
from processors.chapters import About
from processors.decoding import Samples
from processors.layout import audio_key, hls_key, manifest_key, part_key, waveform_key
from processors.manifest import Manifest
from processors.timeline import RATE_HZ
from schemas.asks import Command, SealTrack
from schemas.audio import AudioChunk, RoomEnded
from schemas.errors import Unavailable
from schemas.facts import (
    ZERO_DIGEST,
    Entry,
    RecordingAssembled,
    RecordingCompleted,
    Refused,
    RoomClosed,
    SpeakerErased,
    TrackSealed,
)
from schemas.rooms import Room, Track
from streams.rendering import FfmpegRenderer
from streams.stores import MemoryStore
from tests.audio import OPENED_MS, chunks
from tests.fakes import collect, deliveries

CLOSED_MS = OPENED_MS + 60_000


class Rooms:
    """One room: its log and its directory."""

    def __init__(self, room: Room) -> None:
        self.value = room

    async def room(self, room_id: str) -> Room | None:
        return self.value if room_id == self.value.room_id else None

    load = room

    async def decide(self, command: Command, now_ms: int) -> tuple[Entry, ...] | Refused:
        raise NotImplementedError

    async def room_ids(self) -> tuple[str, ...]:
        return (self.value.room_id,)

    async def erase(self, room_id: str) -> None:
        raise NotImplementedError

    def sealed(self, seals: Iterable[SealTrack]) -> None:
        tracks = {
            seal.track_id: msgspec.structs.replace(
                self.value.tracks[seal.track_id], sealed=msgspec.convert(msgspec.structs.asdict(seal), TrackSealed)
            )
            for seal in seals
        }
        self.value = msgspec.structs.replace(self.value, tracks=tracks, closed_ms=CLOSED_MS)


class Listening:
    """A renderer that keeps what it hears."""

    def __init__(self) -> None:
        self.sound: Samples = np.zeros(0, np.float32)

    def render(self, sound: Iterable[Samples], folder: Path, about: Callable[[], About]) -> None:
        heard = list(sound)
        if heard:
            self.sound = np.concatenate(heard)
            (folder / "audio.m4a").write_bytes(self.sound.tobytes())


def room_of(tracks: dict[str, str]) -> Room:
    """A room whose tracks have these content types."""
    return Room(
        room_id="r",
        title="A room",
        host="h",
        record=True,
        policy="article_2022",
        opened_ms=OPENED_MS,
        head=ZERO_DIGEST,
        position=0,
        tracks={
            name: Track(track_id=name, speaker=name.title(), content_type=kind, joined_ms=OPENED_MS)
            for name, kind in tracks.items()
        },
    )


async def recorded(store: MemoryStore, tracks: dict[str, list[AudioChunk]], kinds: dict[str, str]) -> Rooms:
    """Send chunks through the recorder, and seal the room as the steward would."""
    rooms = Rooms(room_of(kinds))
    sent = [chunk for track in tracks.values() for chunk in track]
    ended = RoomEnded(room_id="r", at_ms=CLOSED_MS)
    outputs = await collect(recorder(store, rooms, lambda: CLOSED_MS), deliveries(*sent, ended))
    rooms.sealed(o.ask for o in outputs if isinstance(o, Command) and isinstance(o.ask, SealTrack))
    return rooms


async def assembled(rooms: Rooms, store: MemoryStore, renderer: Any) -> tuple[list[Any], Manifest]:
    outputs = await collect(assembler(rooms, store, renderer, lambda: CLOSED_MS), deliveries(event(), event("closed")))
    return outputs, msgspec.json.decode(await store.get(manifest_key("r")), type=Manifest)


def event(kind: str = "completed") -> Entry:
    return Entry(
        room_id="r",
        position=9,
        previous=ZERO_DIGEST,
        command_id="c",
        actor="steward",
        at_ms=CLOSED_MS,
        fact=RecordingCompleted() if kind == "completed" else RoomClosed(),
    )


KINDS = {"anna": "audio/webm", "ben": "audio/ogg", "eve": "audio/L16;rate=44100;channels=2"}


async def test_three_speakers_become_one_recording_with_everything_in_its_place():
    store = MemoryStore()
    sent = {name: chunks(kind, 20, track_id=name, late_ms=2000 * n) for n, (name, kind) in enumerate(KINDS.items())}
    rooms = await recorded(store, sent, KINDS)
    (command,), manifest = await assembled(rooms, store, FfmpegRenderer())

    assert command.command_id == "assemble:r"
    assert command.ask.duration_ms == pytest.approx(24_000, abs=50)
    assert command.ask.recorded_ms == pytest.approx(dict.fromkeys(KINDS, 20_000), abs=100)
    data = await store.get(manifest_key("r"))
    assert command.ask.manifest_sha256 == hashlib.sha256(data).hexdigest()

    assert {line.key for line in manifest.outputs} >= {audio_key("r"), waveform_key("r"), hls_key("r", "index.m3u8")}
    for line in manifest.outputs:
        kept = await store.get(line.key)
        assert (line.bytes, line.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
    for track in manifest.tracks:
        assert track.intact
        assert (track.chunks, track.sent_ms, track.unreadable, track.gaps) == (20, 20_000, (), ())
        assert [part.chunks for part in track.parts] == [16, 4]
    assert {track.speaker for track in manifest.tracks} == {"Anna", "Ben", "Eve"}


async def test_the_outline_has_two_numbers_for_every_tenth_of_a_second():
    store = MemoryStore()
    rooms = await recorded(store, {"t0": chunks("audio/ogg", 3, late_ms=1000)}, {"t0": "audio/ogg"})
    await assembled(rooms, store, Listening())
    outline = json.loads(await store.get(waveform_key("r")))
    assert (outline["version"], outline["channels"], outline["sample_rate"], outline["bits"]) == (2, 1, 48_000, 8)
    assert outline["length"] * 2 == len(outline["data"])
    assert outline["length"] * outline["samples_per_pixel"] == pytest.approx(4 * 48_000, abs=4_800)
    assert set(outline["data"][:18]) == {0}
    assert max(abs(value) for value in outline["data"]) == 127


@pytest.mark.parametrize("kinds", [{}, {"t0": "audio/ogg"}], ids=["nobody came", "nobody spoke"])
async def test_a_room_without_sound_has_a_manifest_and_nothing_to_play(kinds: dict[str, str]):
    store = MemoryStore()
    rooms = await recorded(store, {}, kinds)
    (command,), manifest = await assembled(rooms, store, FfmpegRenderer())
    assert (command.ask.duration_ms, command.ask.recorded_ms) == (0, dict.fromkeys(kinds, 0))
    assert [line.key for line in manifest.outputs] == [waveform_key("r")]
    assert json.loads(await store.get(waveform_key("r")))["length"] == 0


async def test_a_track_nobody_can_decode_is_noted_and_hinders_no_other():
    store = MemoryStore()
    broken = chunks("audio/webm", 4, track_id="broken")[1:]
    fine = chunks("audio/ogg", 4, track_id="fine")
    rooms = await recorded(store, {"broken": broken, "fine": fine}, {"broken": "audio/webm", "fine": "audio/ogg"})
    (command,), manifest = await assembled(rooms, store, Listening())
    assert command.ask.recorded_ms["broken"] == 0
    assert command.ask.recorded_ms["fine"] == pytest.approx(4000, abs=20)
    notes = {line.track_id: line for line in manifest.tracks}
    assert notes["broken"].unreadable
    assert (notes["broken"].chunks, notes["broken"].gaps[0].last_sequence) == (3, 0)


async def test_a_part_that_was_touched_breaks_the_chain_in_the_manifest():
    store = MemoryStore()
    rooms = await recorded(store, {"t0": chunks("audio/L16;rate=48000;channels=1", 20)}, {"t0": "audio/L16;rate=48000"})
    touched = (await store.get(part_key("r", "t0", 0)))[:-1] + b"\x01"
    await store.put(part_key("r", "t0", 0), touched)
    _, manifest = await assembled(rooms, store, Listening())
    assert not manifest.tracks[0].intact


async def test_a_repeated_event_writes_the_same_again_and_an_assembled_room_is_left_alone():
    store, renderer = MemoryStore(), FfmpegRenderer()
    rooms = await recorded(store, {"t0": chunks("audio/ogg", 3)}, {"t0": "audio/ogg"})
    first, _ = await assembled(rooms, store, renderer)
    kept = {found.key: await store.get(found.key) for found in await store.list("")}
    again, _ = await assembled(rooms, store, renderer)
    assert again == first
    assert {found.key: await store.get(found.key) for found in await store.list("")} == kept

    done = RecordingAssembled(duration_ms=1, recorded_ms={}, manifest_sha256="")
    rooms.value = msgspec.structs.replace(rooms.value, assembled=done)
    assert (await assembled(rooms, store, renderer))[0] == []


class Flaky(MemoryStore):
    """A store that is away for every third call."""

    calls = 0

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        self._count()
        return await super().get(key, start=start, length=length)

    async def put(self, key: str, data: bytes | Path, *, if_absent: bool = False) -> None:
        self._count()
        await super().put(key, data, if_absent=if_absent)

    def _count(self) -> None:
        self.calls += 1
        if self.calls % 3 == 0:
            raise Unavailable("away")


async def test_an_outage_of_the_store_is_waited_out():
    store = Flaky()
    with stamina.set_testing(True, attempts=5):
        rooms = await recorded(store, {"t0": chunks("audio/ogg", 20)}, {"t0": "audio/ogg"})
        outputs = await collect(assembler(rooms, store, Listening(), lambda: CLOSED_MS), deliveries(event()))
    assert outputs[0].ask.recorded_ms["t0"] == pytest.approx(20_000, abs=20)


async def test_an_erased_speaker_falls_silent_and_no_file_of_the_earlier_recording_is_left() -> None:
    store, kinds = MemoryStore(), {name: KINDS[name] for name in ("anna", "ben")}
    sent = {"anna": chunks(KINDS["anna"], 2, track_id="anna"), "ben": chunks(KINDS["ben"], 8, track_id="ben")}
    rooms = await recorded(store, sent, kinds)
    _, before = await assembled(rooms, store, FfmpegRenderer())
    rooms.value = msgspec.structs.replace(rooms.value, erased={"ben": CLOSED_MS})
    renderer = Listening()
    erased = msgspec.structs.replace(event(), fact=SpeakerErased(track_ids=("ben",)))
    (made,) = await collect(assembler(rooms, store, renderer, lambda: CLOSED_MS), deliveries(erased))
    manifest = msgspec.json.decode(await store.get(manifest_key("r")), type=Manifest)
    assert isinstance(made, Command)
    assert made.command_id == "assemble:r:ben"
    assert renderer.sound.size == pytest.approx(2 * RATE_HZ, abs=RATE_HZ // 10)
    assert {track.track_id: track.recorded_ms for track in manifest.tracks}["ben"] == 0
    assert all(track.intact for track in manifest.tracks)
    kept = {found.key for found in await store.list("rooms/r/recording/")}
    assert kept == {manifest_key("r"), *(line.key for line in manifest.outputs)}
    assert {line.key for line in before.outputs} - kept
