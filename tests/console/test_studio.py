"""The studio page in a real Chromium with its fake microphone (a beep a second), over a line that drops."""

import re
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, expect, sync_playwright

from console.admission import Busy
from processors.decoding import Samples, decode_all
from schemas.audio import AudioChunk
from streams.memory_gateway import MemoryGateway
from tests.console.house import House
from tests.console.test_browser import ARGUMENTS, Served, chromium, free_port, picture
from tests.console.wire import Wire

pytestmark = pytest.mark.browser

RATE_HZ = 16_000
FAKE_MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


class Moody(MemoryGateway):
    """A gateway that says `Busy` as often as a test asks for."""

    busy = 0

    async def send(self, chunk: AudioChunk) -> None:
        if self.busy:
            self.busy -= 1
            raise Busy(429, "too_many_waiting", "wait", 1)
        await super().send(chunk)


@pytest.fixture
def served() -> Iterator[Served]:
    house = House()
    house.gateway = Moody(house.log, house.clock)
    with Served(house, free_port()) as served:
        yield served


@pytest.fixture
def wire(served: Served) -> Iterator[Wire]:
    with Wire(served.port) as wire:
        yield wire


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def page(playwright: Playwright, wire: Wire) -> Iterator[Page]:
    """The studio, as it comes over the wire; a script that throws fails the test."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, *FAKE_MICROPHONE])
    page = browser.new_page(viewport={"width": 1000, "height": 860})
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{wire.url}/studio")
    yield page
    browser.close()
    assert complaints == []


def speak(page: Page, *, record: bool = True) -> None:
    """Open a room from the page and begin to speak."""
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Title").fill("Live from the studio")
    page.get_by_label("Record this room").set_checked(record)
    page.get_by_role("button", name="Speak").click()


def chunks(served: Served) -> list[AudioChunk]:
    return served.house.gateway.chunks


def wait_for(condition: Any, page: Page, within_s: float = 20) -> None:
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until
        page.wait_for_timeout(50)


def leave(page: Page) -> None:
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_text("Everything you said has arrived.")).to_be_visible(timeout=20_000)


def heard(sent: list[AudioChunk]) -> Samples:
    return np.concatenate(list(decode_all(sent[0].content_type, [chunk.data for chunk in sent], rate=RATE_HZ)))


def beeps(sound: Samples) -> list[float]:
    """When the fake microphone's beeps begin, seconds."""
    loud = np.abs(sound[: sound.size // 160 * 160]).reshape(-1, 160).max(axis=1) > 0.05
    starts = np.flatnonzero(loud[1:] & ~loud[:-1]) / 100
    return [float(at) for n, at in enumerate(starts) if n == 0 or at - starts[n - 1] > 0.15]


def assert_whole(sent: list[AudioChunk], least_s: float) -> None:
    """Every chunk once and in order; no hole in the sound, none in its times."""
    assert [chunk.sequence for chunk in sent] == list(range(len(sent)))
    for before, after in pairwise(sent):
        assert after.captured_ms == before.captured_ms + before.duration_ms
    sound = heard(sent)
    seconds = sound.size / RATE_HZ
    assert seconds >= least_s
    assert seconds == pytest.approx(sum(chunk.duration_ms for chunk in sent) / 1000, abs=0.5)
    found = beeps(sound)
    assert len(found) >= least_s - 2
    assert np.diff(found) == pytest.approx(np.full(len(found) - 1, np.median(np.diff(found))), abs=0.15)


def test_what_is_said_in_the_studio_arrives_whole_over_a_line_that_drops(
    served: Served, page: Page, wire: Wire
) -> None:
    speak(page)
    expect(page.locator("#sign")).to_have_text("Recording")
    wait_for(lambda: len(chunks(served)) >= 3, page)
    picture(page, "studio")
    assert float(page.get_by_label("Your level").evaluate("meter => meter.value")) >= 0
    wire.cut()
    expect(page.get_by_text("The line has dropped.")).to_be_visible()
    before = len(chunks(served))
    page.wait_for_timeout(3_000)
    expect(page.locator("#sign")).to_have_text("Recording")
    expect(page.locator("#waiting")).to_have_text(re.compile("[2-9] chunks"))
    picture(page, "studio-dropped")
    assert len(chunks(served)) == before
    wire.mend()
    wait_for(lambda: len(chunks(served)) >= before + 4, page)
    expect(page.get_by_text("The line has dropped.")).to_have_count(0)
    leave(page)
    sent = chunks(served)
    assert {chunk.content_type for chunk in sent} == {"audio/webm;codecs=opus"}
    assert_whole(sent, least_s=6)
    (room,) = served.request("GET", "/rooms")["rooms"]
    assert (room["host"], room["tracks"][0]["speaker"]) == ("Ada", "Ada")
    assert room["tracks"][0]["left_ms"] is not None


def test_a_busy_console_pauses_the_studio_and_loses_nothing(served: Served, page: Page) -> None:
    speak(page)
    wait_for(lambda: len(chunks(served)) >= 2, page)
    served.house.gateway.busy = 2  # type: ignore[attr-defined]  # it is the moody one
    expect(page.get_by_text("The console is busy.")).to_be_visible()
    wait_for(lambda: len(chunks(served)) >= 6, page)
    leave(page)
    assert_whole(chunks(served), least_s=4)


def test_a_refused_chunk_is_said_and_stops_the_recording(served: Served, page: Page) -> None:
    speak(page)
    wait_for(lambda: len(chunks(served)) >= 2, page)
    (room,) = served.request("GET", "/rooms")["rooms"]
    served.request("POST", f"/rooms/{room['room_id']}/close")
    expect(page.get_by_text("Your sound was refused")).to_contain_text("the room is closed (room_closed)")
    expect(page.locator("#sign")).to_have_text("Stopped")
    picture(page, "studio-refused")


def test_a_room_is_joined_and_ended_from_the_studio(served: Served, page: Page, wire: Wire) -> None:
    served.do(served.open("live"))
    page.goto(f"{wire.url}/studio?room=live")
    page.get_by_label("Your name").fill("Ada")
    expect(page.get_by_label("Room", exact=True)).to_have_value("live")
    page.get_by_role("button", name="Speak").click()
    wait_for(lambda: len(chunks(served)) >= 1, page)
    leave(page)
    page.get_by_role("button", name="End the room for everybody").click()
    expect(page.get_by_text("are being prepared")).to_be_visible()
    assert chunks(served)[0].room_id == "live"


def test_of_a_room_that_is_not_recorded_nothing_is_sent(served: Served, page: Page) -> None:
    speak(page, record=False)
    expect(page.locator("#sign")).to_have_text("Not recorded")
    expect(page.get_by_text("nothing of what you say is sent or kept")).to_be_visible()
    page.wait_for_timeout(1_500)
    assert chunks(served) == []
