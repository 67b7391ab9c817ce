"""The source case over HTTP, point by point, on a running system; and that a room not recorded leaves nothing."""

import itertools
import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from tests.system.conftest import COMMAND, Run, clean_environment

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

OGG = "audio/ogg;codecs=opus"


class Api:
    """The console's HTTP API, as any client sees it."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def __call__(
        self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if raw is None and data is not None:
            headers["Content-Type"] = "application/json"
        url = path if path.startswith("http") else self.base_url + path
        request = urllib.request.Request(url, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return (
                    response.status,
                    _body(response.read()),
                    {name.lower(): value for name, value in response.headers.items()},
                )
        except urllib.error.HTTPError as error:
            return error.code, _body(error.read()), dict(error.headers)

    def wait_until(self, room_id: str, state: str) -> dict[str, Any]:
        until = time.monotonic() + 90
        while (room := self("GET", f"/rooms/{room_id}")[1])["state"] != state:
            assert time.monotonic() < until, f"the room is {room['state']}, not {state}: {room['steps']}"
            time.sleep(0.2)
        return dict(room)


def _body(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("source-case")


@pytest.fixture(scope="module")
def api(earwitness: Run, folder: Path) -> Iterator[Api]:
    command = [COMMAND, "up", "--data", str(folder), "--port", "0"]
    process = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield Api(process.stdout.readline().split()[3])
    process.terminate()
    process.wait(30)


def opened(api: Api, *, record: bool) -> tuple[str, str]:
    """A new room with one track; returns the ids of both."""
    status, room, _ = api("POST", "/rooms", {"title": "Harbour talk", "host": "Ada", "record": record})
    assert status == 201
    joined = {"speaker": "Ada", "content_type": OGG}
    status, track, _ = api("POST", f"/rooms/{room['room_id']}/tracks", joined)
    assert status == 201
    return room["room_id"], track["track_id"]


def chunk(api: Api, room_id: str, track_id: str, sequence: int, data: bytes, captured_ms: int) -> tuple[int, Any, Any]:
    headers = {"Earwitness_Captured_Ms": str(captured_ms), "Earwitness_Duration_Ms": "1000", "Content_Type": OGG}
    return api("PUT", f"/rooms/{room_id}/tracks/{track_id}/chunks/{sequence}", raw=data, **headers)


def pages(path: Path) -> list[bytes]:
    """An Ogg file cut into pieces of about a second, at pages; the headers are in the first."""
    content, cuts = path.read_bytes(), []
    position = 0
    while (position := content.find(b"OggS", position)) >= 0:
        cuts.append(position)
        position += 4
    cuts = [0, *cuts[3:], len(content)]
    return [content[start:end] for start, end in itertools.pairwise(cuts)]


def listen(api: Api, room_id: str, events: list[tuple[str, Any]]) -> threading.Thread:
    """Collect the room's live feed in the background until it ends."""

    def read() -> None:
        name = ""
        with urllib.request.urlopen(f"{api.base_url}/rooms/{room_id}/live", timeout=120) as feed:
            for line in feed:
                text = line.decode().rstrip("\r\n")
                if text.startswith("event:"):
                    name = text[6:].strip()
                elif text.startswith("data:"):
                    events.append((name, json.loads(text[5:])))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def wait_for(events: list[tuple[str, Any]], name: str) -> None:
    until = time.monotonic() + 60
    while not any(known == name for known, _ in events):
        assert time.monotonic() < until, f"no {name}, only {[known for known, _ in events]}"
        time.sleep(0.05)


def test_a_recorded_room_goes_the_whole_way(api: Api, repository: Path) -> None:
    room_id, track_id = opened(api, record=True)
    events: list[tuple[str, Any]] = []
    feed = listen(api, room_id, events)
    opened_ms = api("GET", f"/rooms/{room_id}")[1]["opened_ms"]
    for sequence, piece in enumerate(pages(repository / "streams" / "demo_room" / "victor.opus")[:60]):
        status, answer, _ = chunk(api, room_id, track_id, sequence, piece, opened_ms + sequence * 1000)
        assert status == 202, answer
    wait_for(events, "caption")  # while it is live: a feed that ends with the recording owes nobody the last draft
    late: list[tuple[str, Any]] = []
    late_feed = listen(api, room_id, late)
    assert api("POST", f"/rooms/{room_id}/close")[0] == 200
    room = api.wait_until(room_id, "ready")
    feed.join(30)
    late_feed.join(30)
    for heard in (events, late):
        assert heard[0][0] == "room"
        assert heard[0][1]["room"]["recording"] is True
    assert late[0][1]["captions"]

    status, shared, _ = api("POST", f"/rooms/{room_id}/share")
    assert status in (200, 201)
    public = shared["url"]
    status, _, headers = api("GET", f"{public}/recording.m4a", Range="bytes=0-99")
    assert (status, headers["content-length"]) == (206, "100")
    assert b"#EXTM3U" in api("GET", f"{public}/hls/index.m3u8")[1]
    assert b"WEBVTT" in api("GET", f"{public}/captions.vtt")[1]
    days = (room["clocks"]["public_until"]["at_ms"] - room["closed_ms"]) / 86_400_000
    assert days == pytest.approx(30)

    report = {"category": "hate", "explanation": "from 1:05", "reporter": "Bo", "good_faith": True}
    assert api("POST", f"/rooms/{room_id}/reports", report)[0] == 201
    assert api("POST", f"/rooms/{room_id}/reports", {"category": "hate"})[0] == 422

    assert api("DELETE", f"/rooms/{room_id}/recording")[0] == 200
    assert api("GET", f"{public}/recording.m4a")[0] == 410
    assert api("GET", f"/moderation/rooms/{room_id}/recording.m4a", Range="bytes=0-9")[0] == 206
    assert api("POST", f"/rooms/{room_id}/recording/restore")[0] == 200
    assert api("GET", f"{public}/recording.m4a", Range="bytes=0-9")[0] == 206

    assert api("POST", "/purge", {"execute": False})[1]["rooms"] == []


def test_a_room_that_is_not_recorded_leaves_nothing_in_any_store(api: Api, folder: Path, repository: Path) -> None:
    """What the host is called, what was said and the audio are looked for in store, index and topics."""
    room_id, track_id = opened(api, record=False)
    events: list[tuple[str, Any]] = []
    feed = listen(api, room_id, events)
    piece = pages(repository / "streams" / "demo_room" / "anna.opus")[0]
    status, problem, _ = chunk(api, room_id, track_id, 0, piece, 1_790_000_000_000)
    assert (status, problem["reason"]) == (409, "not_recorded")
    time.sleep(1)
    assert events[0][1]["room"]["recording"] is False
    assert api("POST", f"/rooms/{room_id}/close")[0] == 200
    feed.join(20)
    until = time.monotonic() + 20
    while (left := traces(folder / "store", room_id)) and time.monotonic() < until:
        time.sleep(0.2)
    assert left == []
    assert api("GET", f"/search?q=harbour&room={room_id}")[1]["hits"] == []
    assert room_id not in [room["room_id"] for room in api("GET", "/rooms")[1]["rooms"]]
    assert audio_on_topics(folder, room_id) == 0


def traces(store: Path, room_id: str) -> list[str]:
    """Every file of the object store that is named after the room or names it."""
    files = [path for path in store.rglob("*") if path.is_file()]
    return [str(path) for path in files if room_id in str(path) or room_id.encode() in path.read_bytes()]


def audio_on_topics(folder: Path, room_id: str) -> int:
    """How many messages of the room carry audio, captions or findings."""
    kafka = json.loads((folder / "running.json").read_text())["kafka"]
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "look", "enable.auto.commit": False})
    names = ["audio.chunks", "captions", "findings", "parts.stored", "dead.letters"]
    known = consumer.list_topics(timeout=10).topics
    consumer.assign([TopicPartition(name, p, 0) for name in names for p in known[name].partitions])
    found = 0
    while messages := consumer.consume(500, 2.0):
        found += sum(message.key() == room_id.encode() for message in messages)
    consumer.close()
    return found
