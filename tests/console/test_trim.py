"""A host says where listeners begin: they do, everywhere, while host and moderators still have all of it."""

from pathlib import Path

import av
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.chapters import About
from processors.layout import audio_key, hls_key
from streams.rendering import FfmpegRenderer
from tests.audio import voice
from tests.console.house import House, finished_room

Client = AsyncTestClient[Litestar]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    FfmpegRenderer().render(iter([voice(6)]), folder, lambda: About(title="Tea at five"))
    return folder


async def shared(house: House, client: Client, made: Path) -> str:
    """A finished room with a real recording; the path of its listeners' door."""
    await finished_room(house, client)
    await house.store.put(audio_key("tea"), made / "audio.m4a")
    await house.store.put(hls_key("tea", "index.m3u8"), made / "hls" / "index.m3u8")
    url = (await client.post("/rooms/tea/share")).json()["url"]
    return str(url)[str(url).index("/listen") :]


async def test_listeners_begin_where_the_host_said(house: House, client: Client, made: Path, tmp_path: Path) -> None:
    door = await shared(house, client, made)
    answer = await client.post("/rooms/tea/trim", json={"start_ms": 2_000})
    assert (answer.status_code, answer.json()["trim_start_ms"]) == (200, 2_000)
    assert (await client.get(f"{door}/about")).json()["duration_ms"] == 4_000

    kept = (made / "audio.m4a").read_bytes()
    heard = (await client.get(f"{door}/recording.m4a")).content
    assert len(heard) == len(kept)
    (tmp_path / "heard.m4a").write_bytes(heard)
    with av.open(str(tmp_path / "heard.m4a")) as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(4, abs=0.05)
    ranged = await client.get(f"{door}/recording.m4a", headers={"Range": "bytes=100-899"})
    assert ranged.content == heard[100:900]

    captions = (await client.get(f"{door}/captions.json")).json()["captions"]
    assert [caption["start_ms"] for caption in captions] == [500, 2_500]
    assert "TIME-OFFSET=2.000" in (await client.get(f"{door}/hls/audio.m3u8")).text


async def test_host_and_moderators_still_have_all_of_it(house: House, client: Client, made: Path) -> None:
    await shared(house, client, made)
    await client.post("/rooms/tea/trim", json={"start_ms": 2_000})
    for door in ("/rooms/tea", "/moderation/rooms/tea"):
        assert (await client.get(f"{door}/recording.m4a")).content == (made / "audio.m4a").read_bytes()
        assert len((await client.get(f"{door}/captions.json")).json()["captions"]) == 3


async def test_a_trim_is_another_version_and_can_be_taken_back(house: House, client: Client, made: Path) -> None:
    door = await shared(house, client, made)
    etags = []
    for start_ms in (0, 2_000, 0):
        assert (await client.post("/rooms/tea/trim", json={"start_ms": start_ms})).status_code == 200
        etags.append((await client.head(f"{door}/recording.m4a")).headers["etag"])
    assert etags[0] == etags[2] != etags[1]


@pytest.mark.parametrize("start_ms", [-1, 6_000, 10**9])
async def test_a_start_outside_the_recording_is_refused(house: House, client: Client, start_ms: int) -> None:
    await finished_room(house, client)
    answer = await client.post("/rooms/tea/trim", json={"start_ms": start_ms})
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid_start")


async def test_hls_players_find_sound_and_captions(house: House, client: Client, made: Path) -> None:
    door = await shared(house, client, made)
    opened = await client.get(f"{door}/hls/index.m3u8")
    assert opened.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    assert "TYPE=SUBTITLES" in opened.text
    assert ".m4s" in (await client.get(f"{door}/hls/audio.m3u8")).text
    assert "captions0.vtt" in (await client.get(f"{door}/hls/captions.m3u8")).text
    segment = await client.get(f"{door}/hls/captions0.vtt")
    assert segment.headers["content-type"].startswith("text/vtt")
    assert "X-TIMESTAMP-MAP" in segment.text
    assert "Good evening" in segment.text
