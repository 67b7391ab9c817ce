"""Speech becomes text that rules can read, and each of its characters leads back to a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.screening.passage import read, say
from tests.talk import captions


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("They're all fine.", "they are all fine ."),
        ("I can't, I won't!", "i can not , i will not ."),
        ("Um, they, uh, they they left", "they , they left"),
        ("It's Anna's dog", "it is anna's dog"),
        ("Café\u2019s open: now", "cafe's open . now"),
        ("５５５-867 five five", "555 867 five five"),
        ("So... well.", "so well ."),
        ("", ""),
        ("\x00\x01 !!! \U0001f600", "."),
    ],
)
def test_speech_is_normalised(said: str, text: str) -> None:
    assert say(said).text == text


def test_a_stretch_of_text_leads_back_to_its_words() -> None:
    passage = read(captions("Well, they're here.", "All of them."))
    start = passage.text.index("are here")
    assert [(word.caption_id, word.start_ms) for word in passage.words(start, start + 8)] == [("c0", 300), ("c0", 600)]


@given(st.lists(st.text(max_size=40), max_size=3))
def test_every_word_knows_where_it_begins(texts: list[str]) -> None:
    passage = read(captions(*texts))
    assert len(passage.starts) == len(passage.heard)
    assert all(passage.text[start : start + 1].strip() for start in passage.starts)
