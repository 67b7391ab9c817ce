"""Every bad input gets a problem document (RFC 9457) with its own status and reason that names the field."""

import asyncio
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from console.services import Services
from schemas.asks import Command
from schemas.audio import MAX_CHUNK_BYTES, AudioChunk
from schemas.errors import Unavailable
from streams.memory_gateway import MemoryGateway
from tests.console.house import OGG_START, House, chunk_headers, finished_room, open_room

Client = AsyncTestClient[Litestar]
JSON = {"Content-Type": "application/json"}
ROOM = {"title": "Tea", "host": "Anna", "record": True}
TRACK = {"speaker": "Eve", "content_type": "audio/ogg"}
NOTICE = {"category": "hate", "explanation": "slur", "reporter": "Eve", "good_faith": True}


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def problem(answer: Any, status: int, reason: str, field: str) -> dict[str, Any]:
    told = answer.json()
    assert (answer.status_code, told["reason"], told["field"]) == (status, reason, field), told
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["status"] == status
    assert told["type"] == f"urn:earwitness:problem:{reason}"
    assert told["title"]
    assert told["detail"]
    return dict(told)


ASKS = [
    ("POST", "/rooms", ROOM | {"colour": "red"}, 400, "field_unknown", "colour"),
    ("POST", "/rooms", without(ROOM, "title"), 422, "field_missing", "title"),
    ("POST", "/rooms", ROOM | {"record": "yes"}, 422, "field_invalid", "record"),
    ("POST", "/rooms", ROOM | {"title": " "}, 422, "empty_title", "title"),
    ("POST", "/rooms", ROOM | {"title": "x" * 201}, 422, "field_invalid", "title"),
    ("POST", "/rooms", ROOM | {"policy": "forever"}, 422, "unknown_policy", "policy"),
    ("POST", "/rooms", ROOM | {"room_id": "../tea"}, 422, "invalid_id", "room_id"),
    ("POST", "/rooms", ROOM | {"room_id": "tea"}, 409, "room_exists", "room_id"),
    ("POST", "/rooms", [], 422, "field_invalid", ""),
    ("GET", "/rooms/none", None, 404, "unknown_room", "room_id"),
    ("GET", "/rooms/..%2Ftea", None, 404, "not_found", ""),
    ("POST", "/rooms/none/tracks", TRACK, 404, "unknown_room", "room_id"),
    ("POST", "/rooms/tea/tracks", TRACK | {"content_type": "audio/midi"}, 415, "unsupported_codec", "content_type"),
    ("POST", "/rooms/tea/tracks", TRACK | {"track_id": "anna"}, 409, "track_exists", "track_id"),
    ("POST", "/rooms/tea/tracks", TRACK | {"gain": 3}, 400, "field_unknown", "gain"),
    ("DELETE", "/rooms/tea/tracks/none", None, 404, "unknown_track", "track_id"),
    ("POST", "/rooms/none/close", None, 404, "unknown_room", "room_id"),
    ("POST", "/rooms/tea/share", None, 409, "room_still_live", ""),
    ("DELETE", "/rooms/tea/recording", None, 409, "room_still_live", ""),
    ("GET", "/rooms/none/live", None, 404, "unknown_room", "room_id"),
    ("POST", "/rooms/tea/reports", without(NOTICE, "category"), 422, "field_missing", "category"),
    ("POST", "/rooms/tea/reports", without(NOTICE, "explanation"), 422, "field_missing", "explanation"),
    ("POST", "/rooms/tea/reports", without(NOTICE, "good_faith"), 422, "field_missing", "good_faith"),
    ("POST", "/rooms/tea/reports", without(NOTICE, "reporter"), 422, "empty_reporter", "reporter"),
    ("POST", "/rooms/tea/reports", NOTICE | {"good_faith": False}, 422, "good_faith_missing", "good_faith"),
    ("POST", "/rooms/tea/reports", NOTICE | {"start_ms": 9, "end_ms": 3}, 422, "invalid_range", "start_ms"),
    ("POST", "/rooms/tea/reports", NOTICE | {"mood": "bad"}, 400, "field_unknown", "mood"),
    ("GET", "/rooms/tea/recording.m4a", None, 404, "not_ready", ""),
    ("GET", "/rooms/quiet/recording.m4a", None, 404, "nothing_recorded", ""),
    ("GET", "/rooms/tea/captions.vtt", None, 404, "captions_not_ready", ""),
    ("GET", "/rooms/tea/captions.docx", None, 404, "not_found", ""),
    ("GET", "/rooms/tea/hls/evil.exe", None, 404, "unknown_segment", "name"),
    ("GET", "/rooms/none/recording.m4a", None, 404, "unknown_room", "room_id"),
    ("GET", "/listen/tea-0123/recording.m4a", None, 404, "unknown_link", "token"),
    ("GET", "/moderation/rooms/none/recording.m4a", None, 404, "unknown_room", "room_id"),
    ("GET", "/search", None, 422, "field_missing", "q"),
    ("GET", "/search?q=%20", None, 422, "field_missing", "q"),
    ("GET", "/search?q=a&phrase=perhaps", None, 422, "field_invalid", "phrase"),
    ("POST", "/cases/tea/none/decision", {"violation": True}, 404, "unknown_case", "case_id"),
    ("POST", "/cases/tea/none/decision", {}, 422, "field_missing", "violation"),
    ("POST", "/purge", {"execute": "yes"}, 422, "field_invalid", "execute"),
    ("POST", "/purge", {"force": True}, 400, "field_unknown", "force"),
    ("PATCH", "/rooms", None, 405, "method_not_allowed", ""),
    ("GET", "/nowhere", None, 404, "not_found", ""),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason", "field"), ASKS, ids=[f"{a[0]} {a[1]} {a[4]} {a[5]}" for a in ASKS]
)
async def test_a_bad_ask_is_told_its_reason_and_field(
    client: Client, method: str, path: str, body: Any, status: int, reason: str, field: str
) -> None:
    await open_room(client)
    await open_room(client, "quiet", record=False)
    answer = await client.request(method, path, json=body)
    problem(answer, status, reason, field)


async def test_what_is_no_json_is_told_so(client: Client) -> None:
    for content in (b"{", b""):
        problem(await client.post("/rooms", content=content, headers=JSON), 400, "json_malformed", "")


CHUNKS = [
    ("chunk-of-an-unknown-room", "/rooms/none/tracks/anna/chunks/0", {}, 404, "unknown_room", "room_id"),
    ("chunk-of-an-unknown-track", "/rooms/tea/tracks/none/chunks/0", {}, 404, "unknown_track", "track_id"),
    ("room-without-recording", "/rooms/quiet/tracks/anna/chunks/0", {}, 409, "not_recorded", "room_id"),
    ("no-number", "/rooms/tea/tracks/anna/chunks/one", {}, 400, "sequence_malformed", "sequence"),
    ("negative", "/rooms/tea/tracks/anna/chunks/-1", {}, 400, "sequence_malformed", "sequence"),
    ("jump", "/rooms/tea/tracks/anna/chunks/2", {}, 409, "sequence_jump", "sequence"),
]
HEADERS = [
    ("Content_Type", None, 415, "content_type_missing", "Content-Type"),
    ("Content_Type", "audio/midi", 415, "unsupported_codec", "Content-Type"),
    ("Content_Type", "audio/flac", 415, "content_type_changed", "Content-Type"),
    ("Earwitness_Captured_Ms", None, 400, "header_missing", "Earwitness-Captured-Ms"),
    ("Earwitness_Captured_Ms", "now", 400, "header_malformed", "Earwitness-Captured-Ms"),
    ("Earwitness_Captured_Ms", "1700000000", 400, "captured_implausible", "Earwitness-Captured-Ms"),
    ("Earwitness_Duration_Ms", None, 400, "header_missing", "Earwitness-Duration-Ms"),
    ("Earwitness_Duration_Ms", "-5", 400, "header_malformed", "Earwitness-Duration-Ms"),
    ("Earwitness_Duration_Ms", "0", 400, "duration_implausible", "Earwitness-Duration-Ms"),
    ("Earwitness_Actor", "a\tb", 400, "actor_malformed", "Earwitness-Actor"),
]
BODIES = [
    ("empty", b"", 400, "empty_chunk", "body"),
    ("no-audio", b"<html>no audio</html>", 400, "not_audio", "body"),
    ("too-large", bytes(MAX_CHUNK_BYTES + 1), 413, "chunk_too_large", "body"),
]
PUT_HERE = "/rooms/tea/tracks/anna/chunks/0"


@pytest.mark.parametrize(
    ("path", "headers", "status", "reason", "field"), [c[1:] for c in CHUNKS], ids=[c[0] for c in CHUNKS]
)
async def test_a_chunk_for_the_wrong_place_is_refused(
    house: House, client: Client, path: str, headers: Any, status: int, reason: str, field: str
) -> None:
    await open_room(client)
    await open_room(client, "quiet", record=False)
    problem(await client.put(path, content=OGG_START, headers=chunk_headers(**headers)), status, reason, field)
    assert house.gateway.chunks == []


@pytest.mark.parametrize(
    ("name", "value", "status", "reason", "field"), HEADERS, ids=[f"{h[0]}-{h[3]}" for h in HEADERS]
)
async def test_a_chunk_with_a_bad_header_is_refused(
    house: House, client: Client, name: str, value: str | None, status: int, reason: str, field: str
) -> None:
    await open_room(client)
    answer = await client.put(PUT_HERE, content=OGG_START, headers=chunk_headers(**{name: value}))
    problem(answer, status, reason, field)
    assert house.gateway.chunks == []


@pytest.mark.parametrize(("body", "status", "reason", "field"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES])
async def test_a_chunk_of_bad_bytes_is_refused(
    house: House, client: Client, body: bytes, status: int, reason: str, field: str
) -> None:
    await open_room(client)
    problem(await client.put(PUT_HERE, content=body, headers=chunk_headers()), status, reason, field)
    assert house.gateway.chunks == []


async def test_a_chunk_of_unknown_length_is_refused(client: Client) -> None:
    async def stream() -> Any:
        yield OGG_START

    await open_room(client)
    answer = await client.put(PUT_HERE, content=stream(), headers=chunk_headers())
    problem(answer, 411, "length_missing", "Content-Length")


async def test_a_chunk_out_of_order_is_told_the_number_that_is_expected(client: Client) -> None:
    await open_room(client)
    for sequence in (0, 1, 2):
        path = f"/rooms/tea/tracks/anna/chunks/{sequence}"
        assert (await client.put(path, content=OGG_START, headers=chunk_headers())).status_code == 202
    for sequence, reason in ((2, "sequence_repeated"), (0, "sequence_backwards"), (7, "sequence_jump")):
        path = f"/rooms/tea/tracks/anna/chunks/{sequence}"
        answer = await client.put(path, content=OGG_START, headers=chunk_headers())
        assert "3 has to be next" in problem(answer, 409, reason, "sequence")["detail"]


async def test_nothing_is_taken_for_a_closed_room_or_a_track_that_left(client: Client) -> None:
    await open_room(client)
    assert (await client.delete("/rooms/tea/tracks/anna")).status_code == 200
    problem(await client.put(PUT_HERE, content=OGG_START, headers=chunk_headers()), 409, "track_left", "track_id")
    assert (await client.post("/rooms/tea/close")).status_code == 200
    problem(await client.put(PUT_HERE, content=OGG_START, headers=chunk_headers()), 409, "room_closed", "room_id")
    problem(await client.post("/rooms/tea/close"), 409, "room_closed", "")


async def test_a_range_outside_of_the_recording_is_told_its_size(house: House, client: Client) -> None:
    await finished_room(house, client)
    answer = await client.get("/rooms/tea/recording.m4a", headers={"Range": "bytes=999999-"})
    problem(answer, 416, "range_not_satisfiable", "Range")
    assert answer.headers["content-range"] == "bytes */10240"


async def test_pages_of_other_sites_may_not_change_anything(client: Client) -> None:
    await open_room(client)
    answer = await client.post("/rooms/tea/close", headers={"Sec-Fetch-Site": "cross-site"})
    problem(answer, 403, "forbidden", "")


class Away(MemoryGateway):
    """A gateway whose broker is away."""

    async def ask(self, command: Command) -> None:
        raise Unavailable("the broker does not answer")

    async def send(self, chunk: AudioChunk) -> None:
        raise Unavailable("the broker does not answer")


class Slow(MemoryGateway):
    """A gateway whose steward takes longer than anybody waits."""

    async def ask(self, command: Command) -> None:
        return None


async def test_while_the_broker_is_away_a_chunk_is_asked_to_come_again_and_is_not_lost(
    house: House, client: Client
) -> None:
    await open_room(client)
    app = house.app(gateway=Away(house.log, house.clock))
    async with AsyncTestClient(app) as cut_off:
        answer = await cut_off.put(PUT_HERE, content=OGG_START, headers=chunk_headers())
        problem(answer, 503, "unavailable", "")
        assert int(answer.headers["retry-after"]) > 0
        problem(await cut_off.post("/rooms", json=ROOM), 503, "unavailable", "")
        services: Services = app.state.services
        services.gateway.__class__ = MemoryGateway  # the broker is back
        assert (await cut_off.put(PUT_HERE, content=OGG_START, headers=chunk_headers())).status_code == 202


async def test_an_ask_that_is_not_decided_in_time_is_accepted(house: House) -> None:
    async with house.client(gateway=Slow(house.log, house.clock)) as client:
        answer = await client.post("/rooms", json=ROOM | {"room_id": "late"})
        assert answer.status_code == 202
        assert answer.json()["room_id"] == "late"


async def test_our_own_fault_is_told_without_what_was_inside(house: House) -> None:
    class Broken(MemoryGateway):
        async def ask(self, command: Command) -> None:
            raise RuntimeError("secret words")

    async with house.client(gateway=Broken(house.log, house.clock)) as client:
        told = problem(await client.post("/rooms", json=ROOM), 500, "internal_error", "")
        assert "secret" not in str(told)


async def test_what_would_fill_the_memory_is_asked_to_come_again_and_never_read(house: House) -> None:
    """One track may have eight chunks waiting (429); all together may have so many bytes (503)."""
    gate = asyncio.Event()

    class Stuck(MemoryGateway):
        async def send(self, chunk: AudioChunk) -> None:
            await gate.wait()
            await super().send(chunk)

    stuck = Stuck(house.log, house.clock)
    async with house.streaming(gateway=stuck, most_waiting_bytes=10 * len(OGG_START)) as client:
        await open_room(client)  # type: ignore[arg-type]  # it speaks as the test client does

        def put(track: str, sequence: int) -> Any:
            path = f"/rooms/tea/tracks/{track}/chunks/{sequence}"
            return client.put(path, content=OGG_START, headers=chunk_headers())

        waiting = [asyncio.create_task(put("anna", n)) for n in range(8)]
        await asyncio.sleep(0.05)
        refused = await put("anna", 8)
        problem(refused, 429, "too_many_waiting", "")
        assert int(refused.headers["retry-after"]) > 0
        waiting += [asyncio.create_task(put("tom", n)) for n in range(2)]
        await asyncio.sleep(0.05)
        refused = await put("tom", 2)
        problem(refused, 503, "too_busy", "")
        assert int(refused.headers["retry-after"]) > 0
        assert f"earwitness_console_audio_bytes_waiting {10 * len(OGG_START)}.0" in (await client.get("/metrics")).text
        gate.set()
        assert {(await answer).status_code for answer in waiting} == {202}
        assert (await put("anna", 8)).status_code == 202
        assert "earwitness_console_audio_bytes_waiting 0.0" in (await client.get("/metrics")).text
