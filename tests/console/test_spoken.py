"""A host or moderator puts a line right, a reader has it masked, a speaker is taken out: over HTTP, with a trail."""

from typing import Any

import pytest
import structlog
from litestar import Litestar
from litestar.testing import AsyncTestClient

from tests.console.house import BASE, House, finished_room, open_room

Client = AsyncTestClient[Litestar]
HERE = "/rooms/tea/captions/c0"


async def captions(client: Client, base: str = "/rooms/tea", query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"{base}/captions.json{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["captions"])


async def test_a_corrected_line_is_served_as_corrected_to_everybody_with_what_was_heard(
    house: House, client: Client
) -> None:
    await finished_room(house, client)
    done = await client.put(HERE, json={"text": "Good morning and welcome"}, headers={"Earwitness-Actor": "mo"})
    assert done.status_code == 200
    for base in ("/rooms/tea", "/moderation/rooms/tea"):
        first = (await captions(client, base))[0]
        assert (first["text"], first["heard"]) == ("Good morning and welcome", "Good evening and welcome")
        assert first["corrected_by"] == "mo"
    assert "<c.corrected>Good morning and welcome</c>" in (await client.get("/rooms/tea/captions.vtt")).text


async def test_listeners_are_told_that_a_line_was_corrected_not_by_whom_nor_what_it_took_away(
    house: House, client: Client
) -> None:
    await finished_room(house, client)
    await client.put(HERE, json={"text": "Good morning"}, headers={"Earwitness-Actor": "mo"})
    link = (await client.post("/rooms/tea/share")).json()["url"]
    first = (await captions(client, link.removeprefix(BASE)))[0]
    assert (first["text"], first["heard"], first["corrected_by"]) == ("Good morning", "", "somebody")


async def test_a_correction_is_written_down_without_its_words(house: House, client: Client) -> None:
    await finished_room(house, client)
    with structlog.testing.capture_logs() as logs:
        await client.put(HERE, json={"text": "Good morning"}, headers={"Earwitness-Actor": "mo"})
    (line,) = [line for line in logs if line["event"] == "caption_corrected"]
    assert (line["actor"], line["caption_id"], line["room_id"]) == ("mo", "c0", "tea")
    assert "morning" not in str(logs)


@pytest.mark.parametrize(
    ("address", "body", "status", "reason"),
    [
        (HERE, {"text": " "}, 422, "empty_text"),
        (HERE, {}, 422, "field_missing"),
        (HERE, {"text": "a" * 2001}, 422, "field_invalid"),
        ("/rooms/tea/captions/c9", {"text": "a"}, 404, "unknown_caption"),
        ("/rooms/no/captions/c0", {"text": "a"}, 404, "unknown_room"),
        ("/rooms/live/captions/c0", {"text": "a"}, 404, "captions_not_ready"),
    ],
    ids=["empty", "missing", "too-long", "no-caption", "no-room", "live"],
)
async def test_what_cannot_be_corrected_is_said(
    house: House, client: Client, address: str, body: dict[str, str], status: int, reason: str
) -> None:
    await finished_room(house, client)
    await open_room(client, "live")
    answer = await client.put(address, json=body)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


async def test_a_reader_has_names_masked_and_what_is_kept_stays(house: House, client: Client) -> None:
    await finished_room(house, client)
    assert [each["speaker"] for each in await captions(client, query="?mask=names")] == [
        "Speaker 1", "Speaker 2", "Speaker 1",
    ]  # fmt: skip
    assert [each["speaker"] for each in await captions(client)] == ["Anna", "Tom", "Anna"]


@pytest.mark.parametrize(("query", "reason"), [("mask=faces", "mask_unknown"), ("profile=hbo", "profile_unknown")])
async def test_masks_and_profiles_that_are_none_are_refused(
    house: House, client: Client, query: str, reason: str
) -> None:
    await finished_room(house, client)
    answer = await client.get(f"/rooms/tea/captions.vtt?{query}")
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)


async def test_an_erased_speaker_is_gone_the_same_second_and_the_receipt_says_what_stays(
    house: House, client: Client
) -> None:
    await finished_room(house, client)
    answer = await client.post("/rooms/tea/erasures", json={"speaker": "Anna"})
    receipt = answer.json()
    assert (answer.status_code, receipt["tracks"], receipt["open_cases"]) == (200, ["anna"], ["tea-case-1"])
    assert "evidence" in receipt["stays"]
    assert "not decided" in receipt["until"]["reason"]
    assert [each["speaker"] for each in await captions(client)] == ["Tom"]
    assert (await client.get("/rooms/tea/recording.m4a")).status_code == 404
    assert (await client.get("/search", params={"q": "bees"})).json()["hits"] == []
    assert (await client.get("/rooms/tea")).json()["state"] == "preparing"


async def test_whoever_is_not_in_the_room_cannot_be_erased(house: House, client: Client) -> None:
    await finished_room(house, client)
    answer = await client.post("/rooms/tea/erasures", json={"speaker": "Zoe"})
    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_speaker")
