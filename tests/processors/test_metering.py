"""What went through becomes numbers with derived ids."""

from typing import Any

import pytest

from processors import metering
from schemas.audio import PartStored
from schemas.captions import Caption
from tests.rooms import OPENED_MS, READY_ASKS, log_of, notice, room_after
from tests.talk import caption, finding

ROOM = room_after(*READY_ASKS)
PART = PartStored(
    room_id="room",
    track_id="a",
    index=2,
    first_sequence=32,
    last_sequence=47,
    chunks=16,
    bytes=4_000,
    duration_ms=3_200,
    sha256="e" * 64,
    stored_ms=OPENED_MS + 61_000,
)


def test_a_part_is_counted_in_the_minute_it_was_stored() -> None:
    figures = metering.figures_of_part(PART)
    assert {figure.name: figure.value for figure in figures} == {"audio_seconds": 3.2, "bytes": 4000, "chunks": 16}
    assert {figure.minute_ms for figure in figures} == {PART.stored_ms - PART.stored_ms % 60_000}
    assert len({figure.figure_id for figure in figures}) == 3


@pytest.mark.parametrize(
    ("said", "values"),
    [
        (caption("Good evening all.", emitted_ms=OPENED_MS + 2_100), {"words": 3, "caption_delay_ms": 1_200}),
        (caption("Good evening all.", pass_name="final"), {"words": 3}),
        (caption("Good", status="draft"), {}),
        (caption("No words known", words=(), pass_name="final"), {"words": 3}),
    ],
    ids=["live", "final pass", "draft", "without word times"],
)
def test_a_caption_is_counted_in_words_and_delay(said: Caption, values: dict[str, Any]) -> None:
    assert {figure.name: figure.value for figure in metering.figures_of_caption(said, ROOM)} == values


def test_a_finding_that_grows_stays_one_figure() -> None:
    first, grown = (metering.figures_of_finding(one, ROOM) for one in (finding(), finding(end_ms=9_000)))
    assert first == grown
    assert first[0].label == "live:hate"


def test_facts_are_counted_by_name_and_kind() -> None:
    figures = [one for entry in log_of(*READY_ASKS, notice()) for one in metering.figures_of_entry(entry)]
    counted = [(figure.name, figure.label) for figure in figures]
    assert counted.count(("tracks_joined", "")) == 2
    assert {("rooms_opened", ""), ("rooms_closed", ""), ("recordings_assembled", ""), ("reports", "hate")} <= {*counted}
    assert len({figure.figure_id for figure in figures}) == len(figures)
