"""What Prometheus is told of delays: finals by their end, words by the caption that showed them first."""

import msgspec

from agents.hearing_figures import HearingFigures
from schemas.captions import Caption, Word

OPENED_MS = 1_000_000
FINAL = Caption(
    room_id="r",
    track_id="t",
    speaker="Anna",
    caption_id="t-0",
    pass_name="live",
    status="final",
    start_ms=0,
    end_ms=2_000,
    text="good morning",
    words=(
        Word(text="good", start_ms=0, end_ms=1_000, probability=1.0),
        Word(text="morning", start_ms=1_000, end_ms=2_000, probability=1.0),
    ),
    settled=0,
    language="en",
    confidence=1.0,
    engine="scripted",
    model="script",
    emitted_ms=OPENED_MS + 5_000,
)
DRAFT = msgspec.structs.replace(FINAL, status="draft", text="good", words=(), emitted_ms=OPENED_MS + 1_500)


def sums(figures: HearingFigures) -> tuple[float | None, float | None]:
    names = ("earwitness_caption_delay_seconds_sum", "earwitness_caption_word_delay_seconds_sum")
    final, word = (figures.registry.get_sample_value(name, {"room_id": "r"}) for name in names)
    return final, word


def test_a_word_is_as_late_as_the_draft_that_showed_it_and_the_rest_as_the_final() -> None:
    figures = HearingFigures()
    figures.told(DRAFT, OPENED_MS)
    figures.told(FINAL, OPENED_MS)
    assert sums(figures) == (3.0, 0.5 + 3.0)


def test_a_final_that_turned_out_empty_counts_for_nothing() -> None:
    figures = HearingFigures()
    figures.told(DRAFT, OPENED_MS)
    figures.told(msgspec.structs.replace(FINAL, text="", words=()), OPENED_MS)
    assert sums(figures) == (None, None)


def test_a_room_that_is_over_leaves_nothing_behind() -> None:
    figures = HearingFigures()
    figures.told(FINAL, OPENED_MS)
    figures.forget("r")
    assert sums(figures) == (None, None)
