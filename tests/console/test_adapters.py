"""What LiveKit's track egress and Jitsi's Skynet clients send becomes chunks of the right track, at the right time.

The bytes are made here, as each system's documentation describes them: a real stream of either has the same frames.
"""

import asyncio
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.decoding import decode_all
from processors.foreign import skynet_frame, track_id_of
from schemas.audio import AudioChunk
from schemas.errors import Invalid
from tests.audio import voice
from tests.console.calling import Caller
from tests.console.house import OPENED_MS, House, open_room

Client = AsyncTestClient[Litestar]
TRACK = {"speaker": "Anna", "track_id": "egress", "content_type": "audio/L16;rate=48000;channels=1"}
FRAME_MS = 20


def samples(seconds: float, rate_hz: int) -> bytes:
    """A voice as both systems send it: 16 bits, little-endian."""
    return (voice(seconds, rate=rate_hz) * 32_767).astype("<i2").tobytes()


def frames(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def heard(chunks: list[AudioChunk]) -> bytes:
    """What the decoder makes of the chunks, as little-endian samples again."""
    (content_type,) = {chunk.content_type for chunk in chunks}
    rate_hz = int(content_type.split("rate=")[1].split(";")[0])
    sound = np.concatenate(list(decode_all(content_type, [chunk.data for chunk in chunks], rate=rate_hz)))
    return np.round(sound * 32_768).astype("<i2").tobytes()


def of_track(house: House, track_id: str) -> list[AudioChunk]:
    return [chunk for chunk in house.gateway.chunks if chunk.track_id == track_id]


@pytest.fixture
async def livekit(house: House, client: Client) -> Any:
    await open_room(client)
    assert (await client.post("/rooms/tea/tracks", json=TRACK)).status_code == 201
    return lambda: Caller(client.app, "/rooms/tea/tracks/egress/livekit")  # type: ignore[arg-type]  # our console


async def speak(house: House, caller: Caller, data: bytes) -> None:
    """Frames of 20 ms at 48 kHz, each at its time."""
    for frame in frames(data, 48 * FRAME_MS * 2):
        house.clock.now_ms += FRAME_MS
        caller.binary(frame)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def settled(house: House, count: int) -> None:
    async with asyncio.timeout(5):
        while len(house.gateway.chunks) < count:  # noqa: ASYNC110 - the gateway tells nobody
            await asyncio.sleep(0.01)


async def test_livekit_egress_becomes_chunks_of_a_second(house: House, livekit: Any) -> None:
    said = samples(3.5, 48_000)
    async with livekit() as caller:
        for n, second in enumerate(frames(said, 96_000)):
            await speak(house, caller, second)
            await settled(house, n + (len(second) == 96_000))
    chunks = of_track(house, "egress")
    assert heard(chunks) == said
    assert [chunk.sequence for chunk in chunks] == [0, 1, 2, 3]
    assert [chunk.duration_ms for chunk in chunks] == [1000, 1000, 1000, 500]
    assert chunks[0].captured_ms == OPENED_MS


async def test_a_muted_livekit_microphone_is_a_pause_of_its_length(house: House, livekit: Any) -> None:
    said = samples(0.6, 48_000)
    async with livekit() as caller:
        await speak(house, caller, said)
        caller.text('{"muted": true}')
        await settled(house, 1)
        house.clock.now_ms += 7_000
        caller.text('{"muted": false}')
        await speak(house, caller, said)
    first, second = of_track(house, "egress")
    assert second.captured_ms - first.captured_ms == 7_600
    assert heard([first, second]) == said + said


async def test_a_livekit_microphone_that_goes_silent_without_a_word_is_a_pause_too(house: House, livekit: Any) -> None:
    said = samples(0.6, 48_000)
    async with livekit() as caller:
        await speak(house, caller, said)
        await asyncio.sleep(0.05)
        house.clock.now_ms += 2_000
        await speak(house, caller, said)
    first, second = of_track(house, "egress")
    assert second.captured_ms - first.captured_ms == 2_600


async def test_livekit_comes_back_and_goes_on(house: House, livekit: Any) -> None:
    for _ in range(2):
        async with livekit() as caller:
            await speak(house, caller, samples(0.4, 48_000))
            await asyncio.sleep(0.05)
    assert [chunk.sequence for chunk in of_track(house, "egress")] == [0, 1]


async def test_samples_on_a_track_that_joined_with_another_codec_are_refused(house: House, client: Client) -> None:
    await open_room(client)
    async with Caller(client.app, "/rooms/tea/tracks/anna/livekit") as caller:  # type: ignore[arg-type]
        caller.binary(bytes(1920))
        assert (await caller.hear())["problem"]["reason"] == "content_type_changed"
        assert await caller.hear() == {"closed": 4415}


async def test_skynet_frames_become_a_track_for_each_speaker(house: House, client: Client) -> None:
    await open_room(client)
    said = {"ada-1": samples(3, 16_000), "björn@example": samples(2, 16_000)}
    async with Caller(client.app, "/rooms/tea/skynet") as caller:  # type: ignore[arg-type]
        for n in range(3):
            for speaker, data in said.items():
                house.clock.now_ms += 500
                if piece := data[32_000 * n : 32_000 * (n + 1)]:
                    before = len(house.gateway.chunks)
                    caller.binary(f"{speaker}|en".encode().ljust(60, b"\0") + piece)
                    await settled(house, before + 1)
    assert {track_id_of(speaker): heard(of_track(house, track_id_of(speaker))) for speaker in said} == {
        track_id_of(speaker): data for speaker, data in said.items()
    }
    assert [chunk.sequence for chunk in of_track(house, "ada-1")] == [0, 1, 2]
    for one, following in pairwise(of_track(house, "ada-1")):
        assert following.captured_ms == one.captured_ms + 1000
    tracks = (await house.room("tea")).tracks
    assert tracks[track_id_of("björn@example")].speaker == "björn@example"


async def test_a_skynet_speaker_who_was_there_before_goes_on(house: House, client: Client) -> None:
    await open_room(client)
    for n in range(2):
        async with Caller(client.app, "/rooms/tea/skynet") as caller:  # type: ignore[arg-type]
            caller.binary(b"ada|en".ljust(60, b"\0") + samples(1, 16_000))
            await settled(house, n + 1)
    assert [chunk.sequence for chunk in of_track(house, "ada")] == [0, 1]


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(bytes(60) + bytes(32_000), id="nobody"),
        pytest.param(b"ada|en".ljust(60, b"\0"), id="no samples"),
        pytest.param(b"ada|en".ljust(60, b"\0") + bytes(31), id="half a sample"),
        pytest.param(b"\xff\xfe".ljust(60, b"\0") + bytes(2), id="no text"),
        pytest.param(b"ada", id="short"),
    ],
)
def test_a_malformed_skynet_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        skynet_frame(frame)
    assert refused.value.reason == "frame_malformed"


async def test_a_room_that_is_not_recorded_takes_nothing_from_other_systems(house: House, client: Client) -> None:
    await open_room(client, "quiet", record=False)
    async with Caller(client.app, "/rooms/quiet/skynet") as caller:  # type: ignore[arg-type]
        caller.binary(b"ada|en".ljust(60, b"\0") + bytes(32_000))
        told = await caller.hear()
    assert msgspec.json.encode(told["problem"]["reason"]) == b'"not_recorded"'
    assert house.gateway.chunks == []
