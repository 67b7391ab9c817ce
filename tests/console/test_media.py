"""The recording goes out whole, in ranges, as headers only, or not at all where the listener has it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient

from console.media import BLOCK_BYTES
from console.ranges import Span, Unsatisfiable, wanted
from streams.keys import KeyFile
from streams.sealed import SealedStore
from streams.stores import MemoryStore
from tests.console.house import House, finished_room, open_room

Client = AsyncTestClient[Litestar]
AUDIO = bytes(range(256)) * 40
HERE = "/rooms/tea/recording.m4a"


@pytest.fixture(params=["plain", "sealed"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    """What goes out is the same whether it is kept sealed or not."""
    if request.param == "plain":
        return House()
    store = SealedStore(MemoryStore(), KeyFile(tmp_path / "keys.db"))
    return House(store=store)  # type: ignore[arg-type]  # a store as good as the memory one


@pytest.mark.parametrize(
    ("header", "size", "span"),
    [
        (None, 10, None),
        ("bytes=0-", 10, Span(0, 9)),
        ("bytes=2-5", 10, Span(2, 5)),
        ("bytes=2-99", 10, Span(2, 9)),
        ("bytes=-3", 10, Span(7, 9)),
        ("bytes=-30", 10, Span(0, 9)),
        ("Bytes=0-0", 10, Span(0, 0)),
        ("bytes=5-2", 10, None),
        ("bytes=-", 10, None),
        ("bytes=0-1,3-4", 10, None),
        ("lines=0-1", 10, None),
        ("bytes=" + "9" * 40 + "-", 10, None),
    ],
    ids=str,
)
def test_a_range_header_says_which_bytes(header: str | None, size: int, span: Span | None) -> None:
    assert wanted(header, size) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_a_range_outside_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted(header, 10)


@given(st.binary(min_size=1, max_size=50), st.integers(0, 60), st.integers(0, 60))
def test_a_span_is_what_slicing_says(data: bytes, first: int, last: int) -> None:
    if first >= len(data) or last < first:
        return
    span = wanted(f"bytes={first}-{last}", len(data))
    assert span is not None
    assert data[span.start : span.start + span.length] == data[first : last + 1]


async def test_the_whole_recording_is_sent(house: House, client: Client) -> None:
    await finished_room(house, client)
    answer = await client.get(HERE)
    assert (answer.status_code, answer.content) == (200, AUDIO)
    assert answer.headers["content-type"] == "audio/mp4"
    assert answer.headers["accept-ranges"] == "bytes"


async def test_a_range_of_it_is_sent(house: House, client: Client) -> None:
    await finished_room(house, client)
    answer = await client.get(HERE, headers={"Range": "bytes=100-199"})
    assert (answer.status_code, answer.content) == (206, AUDIO[100:200])
    assert answer.headers["content-range"] == f"bytes 100-199/{len(AUDIO)}"
    assert answer.headers["content-length"] == "100"


async def test_a_long_recording_is_sent_in_blocks_without_a_seam(house: House, client: Client) -> None:
    await open_room(client)
    await client.post("/rooms/tea/close")
    long = bytes(range(251)) * (3 * BLOCK_BYTES // 251)
    await house.finish("tea", long)
    assert (await client.get(HERE)).content == long
    ranged = await client.get(HERE, headers={"Range": f"bytes=7-{BLOCK_BYTES + 7}"})
    assert ranged.content == long[7 : BLOCK_BYTES + 8]


@pytest.mark.parametrize(("headers", "status", "length"), [({}, 200, len(AUDIO)), ({"Range": "bytes=0-9"}, 206, 10)])
async def test_head_sends_the_headers_only(
    house: House, client: Client, headers: dict[str, str], status: int, length: int
) -> None:
    await finished_room(house, client)
    answer = await client.head(HERE, headers=headers)
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (status, str(length), b"")


async def test_who_has_it_already_is_told_so(house: House, client: Client) -> None:
    await finished_room(house, client)
    etag = (await client.get(HERE)).headers["etag"]
    answer = await client.get(HERE, headers={"If-None-Match": f'"other", {etag}'})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_a_range_of_another_version_gets_the_whole(house: House, client: Client) -> None:
    await finished_room(house, client)
    answer = await client.get(HERE, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (answer.status_code, answer.content) == (200, AUDIO)


@pytest.mark.parametrize(
    ("name", "media_type", "holds"),
    [
        ("vtt", "text/vtt", "WEBVTT"),
        ("srt", "application/x-subrip", "Good evening"),
        ("ttml", "application/ttml+xml", "Good evening"),
        ("json", "application/json", '"start_ms": 2500'),
        ("txt", "text/plain", "bees"),
    ],
)
async def test_captions_come_in_every_format(
    house: House, client: Client, name: str, media_type: str, holds: str
) -> None:
    await finished_room(house, client)
    answer = await client.get(f"/rooms/tea/captions.{name}")
    assert answer.headers["content-type"].startswith(media_type)
    assert holds in answer.text
