"""A moderator takes a case's evidence with them, also after the host has deleted the recording, and never unseen."""

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from structlog.testing import capture_logs

from processors.layout import clip_key, reasons_key
from tests.console.house import House, finished_room

CASE = "tea-case-1"
PATH = f"/moderation/rooms/tea/cases/{CASE}/evidence.zip"

Client = AsyncTestClient[Litestar]


async def kept(house: House, client: Client) -> None:
    await finished_room(house, client)
    await house.store.put(clip_key("tea", CASE, "flac"), b"fLaC sound")
    await house.store.put(clip_key("tea", CASE, "json"), b'{"parts": 3}')
    await house.store.put(reasons_key("tea", "f1"), b'{"words": []}')


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_the_packet_holds_clip_words_and_every_digest(house: House, client: Client) -> None:
    await kept(house, client)
    answer = await client.get(PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    found = opened(answer.content)
    assert set(found) == {"case.json", "testimony.json", "clip.flac", "clip.json", "index.json"}
    index: dict[str, Any] = json.loads(found["index.json"])
    assert {one["name"]: one["sha256"] for one in index["files"]} == {
        name: sha256(data).hexdigest() for name, data in found.items() if name != "index.json"
    }
    assert index["head"] == (await house.room("tea")).head


async def test_the_same_evidence_makes_the_same_packet(house: House, client: Client) -> None:
    await kept(house, client)
    assert (await client.get(PATH)).content == (await client.get(PATH)).content


async def test_evidence_survives_the_host_s_deletion(house: House, client: Client) -> None:
    await kept(house, client)
    assert (await client.delete("/rooms/tea/recording")).status_code < 300
    assert opened((await client.get(PATH)).content)["clip.flac"] == b"fLaC sound"


async def test_whoever_takes_it_is_written_down(house: House, client: Client) -> None:
    await kept(house, client)
    with capture_logs() as logs:
        await client.get(PATH, headers={"Earwitness-Actor": "mara"})
    (line,) = [one for one in logs if one["event"] == "evidence_opened"]
    assert (line["actor"], line["path"]) == ("mara", PATH)


async def test_a_case_without_its_clip_yet_gives_what_there_is(house: House, client: Client) -> None:
    await finished_room(house, client)
    assert set(opened((await client.get(PATH)).content)) == {"case.json", "index.json"}


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        (PATH.replace("case-1", "case-9"), 404, "unknown_case"),
        (PATH.replace("rooms/tea", "rooms/coffee"), 404, "unknown_room"),
    ],
)
async def test_what_is_not_there_is_said(house: House, client: Client, path: str, status: int, reason: str) -> None:
    await kept(house, client)
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
