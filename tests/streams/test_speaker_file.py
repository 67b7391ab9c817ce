"""One speaker's file holds that voice alone, where it was heard in the room."""

from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from processors.timeline import RATE_HZ
from schemas.errors import Invalid
from streams.speaker_file import speaker_file
from streams.stores import MemoryStore
from tests.agents.test_assembler import recorded
from tests.audio import chunks
from tests.console.house import House, finished_room
from tests.streams.test_rendering import decoded

KINDS = {"anna": "audio/ogg", "ben": "audio/webm"}


async def test_the_file_is_silent_where_others_speak(tmp_path: Path):
    store = MemoryStore()
    sent = {
        "anna": chunks("audio/ogg", 3, track_id="anna"),
        "ben": chunks("audio/webm", 4, track_id="ben", late_ms=5_000),
    }
    rooms = await recorded(store, sent, KINDS)
    sound = decoded(await speaker_file(store, rooms.value, "Ben", tmp_path))
    assert sound.size / RATE_HZ == pytest.approx(9, abs=0.1)
    assert np.abs(sound[: int(4.8 * RATE_HZ)]).max() < 0.01
    assert np.abs(sound[int(5.2 * RATE_HZ) :]).max() > 0.1


async def test_who_said_nothing_or_was_not_there_has_no_file(tmp_path: Path):
    rooms = await recorded(MemoryStore(), {}, KINDS)
    for name, reason in (("Anna", "nothing_recorded"), ("Nobody", "unknown_speaker")):
        with pytest.raises(Invalid) as refused:
            await speaker_file(MemoryStore(), rooms.value, name, tmp_path)
        assert refused.value.reason == reason


async def test_it_comes_over_http_and_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    house = House()
    store = MemoryStore()
    await recorded(store, {"anna": chunks("audio/ogg", 2, track_id="anna")}, {"anna": "audio/ogg"})
    async with house.client() as client:
        await finished_room(house, client)
        for found in await store.list("rooms/r/tracks/"):
            await house.store.put(found.key.replace("rooms/r/", "rooms/tea/"), await store.get(found.key))
        answer = await client.get(f"/rooms/tea/speakers/{quote('Anna')}/recording.m4a")
        unknown = await client.get("/rooms/tea/speakers/Nobody/recording.m4a")
    assert answer.status_code == 200
    assert answer.content[4:8] == b"ftyp"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "unknown_speaker")
    assert left_in(tmp_path) == []


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())
