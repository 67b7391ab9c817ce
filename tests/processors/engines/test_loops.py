"""A transcription that goes round in circles ends where it began to; what people repeat stays."""

import pytest

from processors.engines.loops import unlooped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("And so my fellow Americans.", "And so my fellow Americans."),
        ("In the only sense. In the only sense. In the", "In the only sense."),
        ("He spoke on the hole on the hole on the hole", "He spoke on the hole"),
        ("Most letters were very friendly. Most letters were very", "Most letters were very friendly."),
        ("I have one. I have one more", "I have one. I have one more"),
        ("no no no no", "no"),
        ("that is very very good", "that is very very good"),
        ("no, no", "no, no"),
        ("what you can do for us, what you can do for them", "what you can do for us, what you can do for them"),
    ],
)  # fmt: skip
def test_unlooped(text: str, expected: str) -> None:
    assert unlooped(text) == expected
