"""A room over HTTP, from its opening to its purge, as platforms, hosts, listeners and moderators see it."""

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from structlog.testing import capture_logs

from processors.clocks import DAY_MS
from processors.layout import log_key
from schemas.errors import Unavailable
from tests.console.house import BASE, OGG_START, OPENED_MS, House, chunk_headers, finished_room, open_room

Client = AsyncTestClient[Litestar]
NOTICE = {"category": "hate", "explanation": "slur", "reporter": "Eve", "good_faith": True, "start_ms": 2_500}


async def test_a_room_says_whether_it_is_recorded(client: Client) -> None:
    recorded, quiet = await open_room(client), await open_room(client, "quiet", record=False)
    assert (recorded["state"], recorded["record"], recorded["recording"]) == ("live", True, True)
    assert (quiet["state"], quiet["record"], quiet["recording"]) == ("live", False, False)


async def test_a_room_gets_an_id_and_its_place_where_none_is_given(client: Client) -> None:
    answer = await client.post("/rooms", json={"title": "Tea", "host": "Anna", "record": True})
    assert answer.headers["location"] == answer.json()["links"]["self"] == f"{BASE}/rooms/{answer.json()['room_id']}"


async def test_rooms_are_listed_the_youngest_first(house: House, client: Client) -> None:
    await open_room(client, "first")
    house.clock.now_ms += 1
    await open_room(client, "second")
    listed = (await client.get("/rooms")).json()["rooms"]
    assert [room["room_id"] for room in listed] == ["second", "first"]


async def test_a_confirmed_chunk_is_on_the_broker_with_all_it_came_with(house: House, client: Client) -> None:
    await open_room(client)
    answer = await client.put("/rooms/tea/tracks/anna/chunks/0", content=OGG_START, headers=chunk_headers())
    assert (answer.status_code, answer.json()["next_sequence"]) == (202, 1)
    (chunk,) = house.gateway.chunks
    assert (chunk.room_id, chunk.track_id, chunk.sequence, chunk.data) == ("tea", "anna", 0, OGG_START)
    assert (chunk.captured_ms, chunk.duration_ms) == (OPENED_MS, 1_000)
    assert chunk.content_type == "audio/ogg;codecs=opus"


async def test_a_track_that_comes_again_goes_on_where_it_was(client: Client) -> None:
    await open_room(client)
    put = "/rooms/tea/tracks/anna/chunks/"
    assert (await client.put(put + "0", content=OGG_START, headers=chunk_headers())).status_code == 202
    await client.delete("/rooms/tea/tracks/anna")
    again = {"speaker": "Anna", "content_type": "audio/ogg;codecs=opus", "track_id": "anna"}
    assert (await client.post("/rooms/tea/tracks", json=again)).status_code == 201
    assert (await client.put(put + "1", content=b"more", headers=chunk_headers())).status_code == 202


async def test_a_console_that_starts_in_the_middle_of_a_track_takes_it_up(house: House, client: Client) -> None:
    await open_room(client)
    house.clock.now_ms += 10_000
    async with house.client() as restarted:
        answer = await restarted.put("/rooms/tea/tracks/anna/chunks/7", content=b"more", headers=chunk_headers())
        assert answer.json()["next_sequence"] == 8


async def test_what_is_so_already_is_no_error(client: Client) -> None:
    await open_room(client)
    for _ in range(2):
        assert (await client.delete("/rooms/tea/tracks/anna")).json()["left_ms"] == OPENED_MS


async def test_a_finished_room_tells_its_steps_clocks_and_links(house: House, client: Client) -> None:
    await finished_room(house, client)
    room = (await client.get("/rooms/tea")).json()
    assert (room["state"], room["duration_ms"], room["captions"], room["findings"]) == ("ready", 6_000, 3, 1)
    assert all(step["done"] for step in room["steps"])
    assert (room["cases"], room["open_cases"]) == (1, 1)
    assert "30 days" in room["clocks"]["public_until"]["reason"]
    assert room["tracks"][0]["recorded_ms"] == 6_000
    for name in ("recording", "hls", "captions_vtt", "captions_txt", "waveform"):
        assert (await client.get(room["links"][name])).status_code == 200


async def test_a_closed_room_that_was_not_recorded_says_so_once(house: House, client: Client) -> None:
    await open_room(client, record=False)
    answer = (await client.post("/rooms/tea/close")).json()
    assert (answer["state"], answer["recording"]) == ("ended", False)
    assert answer["clocks"] == {"public_until": None, "report_until": None, "purge_at": None}


async def test_a_share_link_stays_the_same_and_needs_no_account(house: House, client: Client) -> None:
    await finished_room(house, client)
    url = (await client.post("/rooms/tea/share")).json()["url"]
    assert (await client.post("/rooms/tea/share")).json()["url"] == url
    assert url.startswith(f"{BASE}/listen/tea-")
    about = (await client.get(url + "/about")).json()
    assert (about["title"], about["speakers"], about["captions_ready"]) == ("Tea at five", ["Anna", "Tom"], True)
    assert (await client.get(url + "/captions.vtt")).status_code == 200
    assert (await client.get(url + "/recording.m4a")).status_code == 200


async def test_a_guessed_link_of_a_shared_room_leads_nowhere(house: House, client: Client) -> None:
    await finished_room(house, client)
    url = (await client.post("/rooms/tea/share")).json()["url"]
    assert (await client.get(url[:-1] + ("0" if url[-1] != "0" else "1") + "/about")).status_code == 404
    assert (await client.get("/listen/tea-/about")).status_code == 404


MEDIA = ("/recording.m4a", "/captions.vtt", "/waveform.json", "/hls/index.m3u8")


async def test_a_deletion_works_at_once_everywhere_and_a_restore_brings_the_same_link_back(
    house: House, client: Client
) -> None:
    await finished_room(house, client)
    url = (await client.post("/rooms/tea/share")).json()["url"]
    addresses = [base + path for base in (url, "/rooms/tea") for path in MEDIA]
    assert [(await client.get(address)).status_code for address in addresses] == [200] * 8
    assert (await client.delete("/rooms/tea/recording")).json()["state"] == "deleted"
    gone = [(await client.get(address)) for address in [*addresses, url + "/about"]]
    assert {(answer.status_code, answer.json()["reason"]) for answer in gone} == {(410, "recording_deleted")}
    assert (await client.get(url)).status_code == 410
    assert (await client.post("/rooms/tea/recording/restore")).json()["share_url"] == url
    assert [(await client.get(address)).status_code for address in addresses] == [200] * 8


async def test_a_link_closes_when_the_public_time_is_over(house: House, client: Client) -> None:
    await finished_room(house, client)
    url = (await client.post("/rooms/tea/share")).json()["url"]
    house.clock.now_ms += 31 * DAY_MS
    answer = await client.get(url + "/recording.m4a")
    assert (answer.status_code, answer.json()["reason"]) == (410, "public_time_over")
    assert (await client.get("/rooms/tea/recording.m4a")).status_code == 200


async def test_evidence_outlives_the_deletion_and_every_access_is_written_down(house: House, client: Client) -> None:
    await finished_room(house, client)
    await client.delete("/rooms/tea/recording")
    with capture_logs() as logs:
        answer = await client.get("/moderation/rooms/tea/recording.m4a", headers={"Earwitness-Actor": "mo@example.org"})
    assert answer.status_code == 200
    (event,) = [event for event in logs if event["event"] == "evidence_opened"]
    assert (event["room_id"], event["actor"]) == ("tea", "mo@example.org")


async def test_a_report_is_receipted_and_opens_a_case(house: House, client: Client) -> None:
    await finished_room(house, client)
    receipt = await client.post("/rooms/tea/reports", json=NOTICE)
    assert receipt.status_code == 201
    assert receipt.json() == {
        "report_id": "tea-report-1", "room_id": "tea", "category": "hate", "received_ms": OPENED_MS + 6_000
    }  # fmt: skip
    cases = (await client.get("/cases")).json()["cases"]
    assert {view["case"]["source"] for view in cases} == {"screening", "report"}


async def test_a_decided_case_stays_decided_and_goes_to_the_end_of_the_queue(house: House, client: Client) -> None:
    await finished_room(house, client)
    await client.post("/rooms/tea/reports", json=NOTICE)
    first = (await client.get("/cases")).json()["cases"][0]
    assert first["listen_url"] == f"{BASE}/moderate/tea?t=2.5"
    path = f"/cases/tea/{first['case']['case_id']}/decision"
    answer = await client.post(path, json={"violation": True, "note": "clear"})
    assert (answer.status_code, answer.json()["case"]["violation"]) == (201, True)
    assert (await client.post(path, json={"violation": False})).json()["reason"] == "case_decided"
    assert [view["case"]["violation"] for view in (await client.get("/cases")).json()["cases"]] == [None, True]


async def test_a_purge_is_a_dry_run_unless_it_is_told_to_execute(house: House, client: Client) -> None:
    await open_room(client)
    await client.post("/rooms/tea/close")
    assert (await client.post("/purge", json={})).json() == {"executed": False, "rooms": []}
    house.clock.now_ms += 121 * DAY_MS
    (due,) = (await client.post("/purge", json={})).json()["rooms"]
    assert due["room_id"] == "tea"
    assert "120 days" in due["reason"]
    assert (await client.get("/rooms/tea")).json()["state"] == "preparing"
    assert (await client.post("/purge", json={"execute": True})).json()["executed"]
    assert (await client.get("/rooms/tea")).json()["state"] == "purged"
    assert (await client.get("/moderation/rooms/tea/recording.m4a")).status_code == 410


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ({"q": "bees"}, [4_500]),
        ({"q": "beez"}, [4_500]),
        ({"q": "talk about", "phrase": "true"}, [4_500]),
        ({"q": "about talk", "phrase": "true"}, []),
        ({"q": "hello", "speaker": "Tom"}, [2_500]),
        ({"q": "hello", "speaker": "Anna"}, []),
        ({"q": "bees", "room": "other"}, []),
        ({"q": "elephants"}, []),
    ],
    ids=lambda value: str(value),
)
async def test_search_leads_to_the_second(
    house: House, client: Client, query: dict[str, str], starts: list[int]
) -> None:
    await finished_room(house, client)
    hits = (await client.get("/search", params=query)).json()["hits"]
    assert [hit["start_ms"] for hit in hits] == starts
    assert [hit["listen_url"] for hit in hits] == [f"{BASE}/moderate/tea?t={start / 1000:g}" for start in starts]


async def test_a_hit_marks_what_was_found_and_holds_the_words_as_they_were_said(house: House, client: Client) -> None:
    await finished_room(house, client)
    (hit,) = (await client.get("/search", params={"q": "hello"})).json()["hits"]
    assert hit["pieces"] == [
        {"text": "Thank you & ", "match": False},
        {"text": "hello", "match": True},
        {"text": " <everybody>", "match": False},
    ]


async def _away() -> None:
    raise Unavailable("no answer from it")


async def _well() -> None:
    return None


async def test_health_names_the_part_that_is_away(house: House) -> None:
    house.probes = {"broker": _well, "index": _well}
    async with house.client() as client:
        answer = await client.get("/health")
        assert (answer.status_code, answer.json()["parts"]) == (200, {"broker": "ok", "index": "ok"})
        house.probes["index"] = _away
        ill = await client.get("/health")
        assert (ill.status_code, ill.json()["field"], ill.json()["detail"]) == (503, "index", "away: index")
        assert ill.json()["parts"] == {"broker": "ok", "index": "no answer from it"}
        assert ill.headers["content-type"] == "application/problem+json"


async def test_metrics_count_chunks_and_answers(client: Client) -> None:
    await open_room(client)
    await client.put("/rooms/tea/tracks/anna/chunks/0", content=OGG_START, headers=chunk_headers())
    await client.get("/rooms/none")
    text = (await client.get("/metrics")).text
    assert "earwitness_console_chunks_confirmed_total 1.0" in text
    assert 'earwitness_console_answers_total{method="PUT",status="202"} 1.0' in text
    assert 'earwitness_console_problems_total{reason="unknown_room"} 1.0' in text


async def test_openapi_describes_every_address_of_the_api(client: Client) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    for path in ("/rooms", "/rooms/{room_id}/tracks/{track_id}/chunks/{sequence}", "/listen/{token}/recording.m4a"):
        assert path in schema["paths"]
    operation = schema["paths"]["/rooms/{room_id}/tracks/{track_id}/chunks/{sequence}"]["put"]
    assert {"Earwitness-Captured-Ms", "sequence"} <= {parameter["name"] for parameter in operation["parameters"]}
    assert "requestBody" in operation


PAGES = ["/", "/room/tea", "/moderate", "/moderate/tea", "/static/player.js", "/static/earwitness.css"]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_allows_only_what_comes_from_here(client: Client, path: str) -> None:
    await open_room(client)
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/room/none", "/listen/none-00", "/moderate/none"])
async def test_a_page_of_nothing_says_so(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


async def test_a_room_is_verified_over_http_too(house: House, client: Client) -> None:
    await open_room(client)
    assert (await client.get("/rooms/tea/verification")).json()["whole"] is True
    key = log_key("tea", 1)
    await house.store.put(key, (await house.store.get(key)).replace(b"Anna", b"Bert"))
    told = (await client.get("/rooms/tea/verification")).json()
    assert (told["whole"], told["faults"][0]["key"]) == (False, key)


async def test_a_finished_room_says_how_much_of_each_speaker_came_how_far(house: House, client: Client) -> None:
    await finished_room(house, client)
    anna, tom = (await client.get("/rooms/tea")).json()["continuity"]
    assert [anna[name] for name in ("captured_ms", "received_ms", "stored_ms", "recorded_ms")] == [6_000] * 4
    assert (anna["captioned_ms"], anna["holes"], tom["speaker"]) == (0, [], "Tom")
