"""What people see and do on the pages, in a real headless Chromium."""

import asyncio
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from console.serve import serving
from schemas.audio import Gap
from schemas.captions import CaptionState
from streams.ffmpeg_binary import ffmpeg_binary
from tests.console.house import House, caption, open_room

pytestmark = pytest.mark.browser

SECONDS = 6
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)


@dataclass
class Served:
    """A console on a loopback port, in a thread with a loop of its own."""

    house: House
    port: int
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        self.house.base_url = self.url
        configuration = uvicorn.Config(
            self.house.app(), port=self.port, log_level="warning", **serving() | {"timeout_graceful_shutdown": 1}
        )
        self.server = uvicorn.Server(configuration)
        self.thread = threading.Thread(target=lambda: self.loop.run_until_complete(self.server.serve()), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Served":
        self.thread.start()
        until = time.monotonic() + 20
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)

    def do(self, asked: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the console's own loop."""
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(20)

    def tell(self, n: int, **changed: Any) -> None:
        async def told() -> None:
            self.house.gateway.tell(caption(await self.house.room("live"), n, **changed))

        self.do(told())

    def delay(self, delayed: bool) -> None:
        async def told() -> None:
            now_ms, reason = self.house.clock(), "waiting" if delayed else ""
            state = CaptionState(room_id="live", delayed=delayed, since_ms=now_ms, reason=reason, at_ms=now_ms)
            self.house.gateway.tell_state(state)

        self.do(told())

    def request(self, method: str, path: str, **given: Any) -> Any:
        answer = httpx.request(method, self.url + path, **given)
        assert answer.is_success, answer.text
        return answer.json()

    async def open(self, room_id: str) -> None:
        async with httpx.AsyncClient(base_url=self.url) as client:
            await open_room(client, room_id)  # type: ignore[arg-type]  # it speaks as the test client does


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Six seconds of two tones as M4A."""
    path = tmp_path_factory.mktemp("audio") / "audio.m4a"
    source = f"sine=frequency=220:duration={SECONDS}"
    command = [ffmpeg_binary(), "-v", "error", "-f", "lavfi", "-i", source, "-c:a", "aac", "-movflags", "+faststart"]
    subprocess.run([*command, str(path)], check=True, timeout=60)
    return path.read_bytes()


@pytest.fixture
def served(recording: bytes) -> Iterator[Served]:
    """A console with a live room (`live`) and a finished one (`tea`), whose name and words hold markup."""
    with Served(House(), free_port()) as served:
        served.do(served.open("live"))
        served.do(served.open("tea"))
        served.house.clock.now_ms += SECONDS * 1000
        served.request("POST", "/rooms/tea/close")
        served.do(served.house.finish("tea", recording, SECONDS * 1000))
        yield served


def chromium() -> str | None:
    """The browser on this machine; `None` takes Playwright's own."""
    debian = "/usr/bin/chromium"
    return os.environ.get("EARWITNESS_CHROMIUM") or (debian if Path(debian).exists() else None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when a script throws or the content policy is broken."""
    context = browser.new_context(viewport={"width": 1000, "height": 860})
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert complaints == []


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("EARWITNESS_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def at(page: Page) -> float:
    return float(page.evaluate("document.querySelector('audio').currentTime"))


def until(page: Page, condition: str) -> None:
    """Wait until it holds; `wait_for_function` would need the eval that our content policy forbids."""
    deadline = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(50)


READY = "document.querySelector('audio')?.readyState >= 1"


def opened_player(page: Page, address: str) -> None:
    page.goto(address)
    until(page, READY)
    expect(page.get_by_role("list", name="Captions").get_by_role("listitem")).to_have_count(3)


def test_a_live_room_shows_that_it_is_recorded_and_what_is_said_as_it_is_said(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/room/live")
    expect(page.locator("#sign")).to_have_text("Recording")
    expect(page.get_by_text("Captions appear here as people speak.")).to_be_visible()
    served.tell(0, status="draft", text="Good eve")
    expect(page.locator("#drafts")).to_contain_text("Good eve")
    served.tell(0)
    served.tell(1)
    said = page.get_by_role("log", name="Captions")
    expect(said.get_by_role("listitem")).to_have_count(2)
    expect(said).to_contain_text("Anna")
    expect(said).to_contain_text("Thank you & hello <everybody>")
    expect(page.locator("#drafts li")).to_have_count(0)
    served.tell(2, status="draft", text="Let us talk")
    expect(page.locator("#drafts li")).to_have_count(1)
    picture(page, "live")


def test_whoever_reads_along_keeps_seeing_that_it_is_recorded(served: Served, page: Page) -> None:
    page.set_viewport_size({"width": 800, "height": 300})
    page.goto(f"{served.url}/room/live")
    expect(page.locator("#sign")).to_have_text("Recording")
    for n in range(3):
        served.tell(n)
    expect(page.get_by_role("log", name="Captions").get_by_role("listitem")).to_have_count(3)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#sign")).to_be_in_viewport()


def test_the_live_page_says_that_captions_are_delayed_and_when_it_is_over(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/room/live")
    expect(page.locator("#sign")).to_have_text("Recording")
    banner = page.get_by_role("alert")
    expect(banner).to_be_hidden()
    served.delay(True)
    expect(banner).to_contain_text("Captions delayed. They will catch up.")
    picture(page, "delayed")
    served.delay(False)
    expect(banner).to_be_hidden()


def test_the_settled_beginning_of_a_draft_is_shown_as_settled(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/room/live")
    expect(page.locator("#sign")).to_have_text("Recording")
    served.tell(0, status="draft", text="Good 🎉 eve", settled=6)
    expect(page.locator("#drafts .settled")).to_have_text("Good 🎉")
    served.tell(0)
    expect(page.locator(".settled")).to_have_count(0)


def test_an_empty_final_takes_its_draft_off_the_live_page(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/room/live")
    expect(page.locator("#sign")).to_have_text("Recording")
    served.tell(2, status="draft", text="Let us talk")
    expect(page.locator("#drafts li")).to_have_count(1)
    served.tell(2, text="", words=())
    expect(page.locator("#drafts li")).to_have_count(0)
    expect(page.locator("#said li")).to_have_count(0)


def test_a_live_page_comes_back_after_an_outage(served: Served, page: Page) -> None:
    address = "**/rooms/live/live"
    page.route(address, lambda route: route.fulfill(status=503, body=""))
    page.goto(f"{served.url}/room/live")
    expect(page.locator("#sign")).to_have_text("Recording")
    page.unroute(address)
    served.tell(0)
    expect(page.get_by_role("log", name="Captions")).to_contain_text("Good evening")


def test_a_room_that_is_not_recorded_says_so(served: Served, page: Page) -> None:
    served.request("POST", "/rooms", json={"title": "Off", "host": "Eve", "record": False, "room_id": "off"})
    page.goto(f"{served.url}/room/off")
    expect(page.locator("#sign")).to_have_text("Not recorded")


def test_a_live_page_turns_into_the_player(served: Served, page: Page, recording: bytes) -> None:
    page.goto(f"{served.url}/room/live")
    served.request("POST", "/rooms/live/close")
    expect(page.get_by_text("are being prepared")).to_be_visible()
    served.do(served.house.finish("live", recording, SECONDS * 1000))
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.locator("#sign")).to_have_text("Recorded")


def test_the_player_plays_and_pauses_and_its_captions_follow(served: Served, page: Page) -> None:
    opened_player(page, f"{served.url}/room/tea")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "document.querySelector('audio').currentTime > 0.7")
    expect(page.locator("[aria-current=true]")).to_contain_text("Good evening")
    until(page, "document.querySelector('audio').currentTime > 2.6")
    expect(page.locator("[aria-current=true]")).to_contain_text("Thank you")
    picture(page, "player")
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("document.querySelector('audio').paused")


def test_the_speed_is_set_and_remembered(served: Served, page: Page) -> None:
    opened_player(page, f"{served.url}/room/tea")
    page.get_by_label("Speed").select_option("1.5")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.5
    opened_player(page, f"{served.url}/room/tea")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.5
    expect(page.get_by_label("Speed")).to_have_value("1.5")


def test_the_keyboard_moves_the_position(served: Served, page: Page) -> None:
    opened_player(page, f"{served.url}/room/tea")
    seek = page.get_by_role("slider", name="Position")
    seek.focus()
    page.keyboard.press("End")
    assert at(page) == pytest.approx(SECONDS, abs=0.2)
    page.keyboard.press("Home")
    assert at(page) == 0
    expect(seek).to_have_attribute("aria-valuetext", "0 seconds of 6 seconds")


def test_a_caption_is_a_way_to_its_second(served: Served, page: Page) -> None:
    opened_player(page, f"{served.url}/room/tea")
    page.get_by_role("button", name="bees").click()
    assert at(page) == pytest.approx(4.5, abs=0.1)
    expect(page.locator("[aria-current=true]")).to_contain_text("bees")


@pytest.mark.parametrize("address", ["/room/tea", "/moderate/tea"], ids=["host", "moderator"])
def test_a_line_is_corrected_in_its_place_and_says_that_it_was(served: Served, page: Page, address: str) -> None:
    opened_player(page, served.url + address)
    line = page.get_by_role("list", name="Captions").get_by_role("listitem").first
    line.hover()
    line.get_by_role("button", name="Correct the line at 0 seconds").click()
    line.get_by_role("textbox", name="What was said").fill("Good morning <all>")
    line.get_by_role("button", name="Save").click()
    expect(line).to_contain_text("Good morning <all> corrected")
    expect(line.get_by_role("button", name="Correct the line at 0 seconds")).to_be_attached()
    picture(page, f"corrected-{address.split('/')[1]}")


def test_a_listener_cannot_correct(served: Served, page: Page) -> None:
    share = served.request("POST", "/rooms/tea/share")
    opened_player(page, share["url"])
    expect(page.get_by_role("button", name=re.compile("^Correct"))).to_have_count(0)


def test_the_share_button_gives_a_link_that_works_for_everybody_at_that_second(served: Served, page: Page) -> None:
    opened_player(page, f"{served.url}/room/tea?t=4.5")
    page.get_by_role("button", name="Share").click()
    link = page.get_by_label("Link to this moment")
    expect(link).to_have_value(re.compile(r"/listen/tea-[0-9a-f]+\?t=4$"))
    opened_player(page, link.input_value())
    assert at(page) == pytest.approx(4, abs=0.1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea at five")
    picture(page, "listen")


@pytest.mark.parametrize("moment", ["?t=2.5", "#t=2.5"])
def test_a_link_opens_at_its_second(served: Served, page: Page, moment: str) -> None:
    url = served.request("POST", "/rooms/tea/share")["url"]
    opened_player(page, url + moment)
    assert at(page) == pytest.approx(2.5, abs=0.1)


def test_a_search_hit_opens_at_its_second_without_sound(served: Served, page: Page) -> None:
    page.goto(served.url)
    page.get_by_label("Search what was said").fill("hello")
    page.keyboard.press("Enter")
    hit = page.get_by_role("link", name="Thank you & hello <everybody>")
    expect(hit.locator("mark")).to_have_text("hello")
    expect(page.get_by_role("heading", name="Cases")).to_be_visible()
    picture(page, "moderate")
    hit.click()
    until(page, READY)
    assert at(page) == pytest.approx(2.5, abs=0.1)
    assert page.evaluate("document.querySelector('audio').muted")
    page.get_by_role("button", name="Sound is off").click()
    assert not page.evaluate("document.querySelector('audio').muted")
    picture(page, "evidence")


def test_a_finished_room_shows_how_much_of_each_speaker_came_how_far(served: Served, page: Page) -> None:
    served.do(served.open("gaps"))
    served.request("POST", "/rooms/gaps/close")
    served.do(served.house.seal("gaps", "anna", gaps=(Gap(track_id="anna", first_sequence=1, last_sequence=2),)))
    served.do(served.house.finish("gaps"))
    page.goto(f"{served.url}/room/gaps")
    page.get_by_text("How complete this recording is").click()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_text(
        [
            re.compile("Speaker.*Captured.*Received.*Stored.*Recorded.*Captioned.*Gaps", re.DOTALL),
            "Anna0:100:060:060:060:00chunks 1–2, about 0:04: never received",
            "Tom0:060:060:060:060:00none",
        ]
    )


def test_a_live_room_says_nothing_yet_of_how_complete_it_is(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/room/live")
    expect(page.locator("#sign")).to_have_text("Recording")
    expect(page.get_by_text("How complete this recording is")).to_be_hidden()


def test_a_room_that_only_the_rules_have_read_says_so_until_the_model_has(served: Served, page: Page) -> None:
    served.do(served.open("rules"))
    served.request("POST", "/rooms/rules/close")
    served.do(served.house.finish("rules", by_model=False))
    note = page.get_by_text("Not screened by the model")
    page.goto(f"{served.url}/room/rules")
    expect(note).to_be_visible()
    served.do(served.house.screen("rules", by_model=True))
    page.reload()
    expect(page.locator("#sign")).to_have_text("Recorded")
    expect(note).to_be_hidden()


def test_a_room_that_nobody_has_screened_yet_does_not_blame_the_model(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/room/live")
    expect(page.locator("#sign")).to_have_text("Recording")
    expect(page.get_by_text("Not screened by the model")).to_be_hidden()


def test_a_case_is_decided_with_two_keys(served: Served, page: Page) -> None:
    page.goto(f"{served.url}/moderate")
    expect(page.get_by_text("1 open, 0 decided")).to_be_visible()
    page.get_by_label("Note").fill("quoted, not meant")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Decided: no violation")).to_be_visible()


def test_a_host_deletes_and_restores_on_the_page(served: Served, page: Page) -> None:
    url = served.request("POST", "/rooms/tea/share")["url"]
    opened_player(page, f"{served.url}/room/tea")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_text("How long this is kept").click()
    picture(page, "keeping")
    page.get_by_role("button", name="Delete the recording").click()
    expect(page.get_by_text("The host has deleted this recording.")).to_be_visible()
    expect(page.locator("audio")).to_have_count(0)
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_have_text("This recording has been deleted")
    page.goto(f"{served.url}/room/tea")
    page.get_by_text("How long this is kept").click()
    page.get_by_role("button", name="Restore the recording").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_captions_that_are_not_there_yet_are_said_to_be_prepared(served: Served, page: Page) -> None:
    page.route("**/captions.json", lambda route: route.fulfill(
        status=404, content_type="application/problem+json", body='{"reason": "captions_not_ready"}'))  # fmt: skip
    page.goto(f"{served.url}/room/tea")
    expect(page.get_by_text("Captions are being prepared.")).to_be_visible()


PAGES = ["/", "/studio", "/room/live", "/room/tea", "/moderate?q=bees", "/moderate/tea", "/listen"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_labelled_and_fits_a_small_screen(served: Served, page: Page, path: str) -> None:
    if path == "/listen":
        path = served.request("POST", "/rooms/tea/share")["url"].removeprefix(served.url)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(served.url + path)
    page.wait_for_timeout(400)  # the page has asked for what it shows
    picture(page, "narrow-" + (path.strip("/").split("?")[0].split("-")[0].replace("/", "-") or "rooms"))
    assert page.evaluate(UNLABELLED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("main").count() == 1
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES[:-1])
def test_every_text_has_the_contrast_of_wcag_aa(served: Served, page: Page, path: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    served.tell(0)
    page.goto(served.url + path)
    page.wait_for_timeout(400)
    if scheme == "dark":
        picture(page, "dark-" + (path.strip("/").split("?")[0].replace("/", "-") or "rooms"))
    assert page.evaluate(FAINT) == []


UNLABELLED = """() => [...document.querySelectorAll("button, input, select, a[href], summary")]
  .filter((one) => one.checkVisibility())
  .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length))
  .map((one) => one.outerHTML)"""

FAINT = """() => {
  const parse = (text) => {
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    probe.fillStyle = text;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !one.checkVisibility() || one.matches(".skip, option")) continue;
    const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(one.outerHTML.slice(0, 120));
  }
  return faint;
}"""
