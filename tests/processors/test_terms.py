"""Words are compared as the index compares them, and found ones are shown safely."""

import pytest

from processors.terms import CLOSE, OPEN, marked, near, shown, terms


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("The Cafés, really", ["the", "cafe", "really"]),
        ("families ponies shoes glass bus", ["family", "pony", "shoes", "glass", "bus"]),
        ("Anna's 555-12", ["anna", "555", "12"]),
        ("", []),
    ],
)
def test_text_is_cut_into_terms(text: str, values: list[str]) -> None:
    assert [term.value for term in terms(text)] == values


@pytest.mark.parametrize(
    ("wanted", "said", "close"),
    [
        ("ab", "ac", False),
        ("bus", "bos", True),
        ("bus", "boss", False),
        ("imigrant", "immigrant", True),
        ("vermin", "vremni", True),
        ("garden", "warden", True),
        ("garden", "wooden", False),
    ],
)
def test_near_is_as_near_as_the_index_finds(wanted: str, said: str, close: bool) -> None:
    assert near(wanted, said) is close


def test_found_words_are_marked_where_they_stand() -> None:
    assert marked("The Buses and a bus.", "bus") == f"The Buses and a {OPEN}bus{CLOSE}."
    assert marked("A gardn here", "garden", fuzzy=True) == f"A {OPEN}gardn{CLOSE} here"


def test_what_was_said_cannot_become_markup() -> None:
    assert shown(marked("<b>beans</b> & beans", "bean")) == (
        "&lt;b&gt;<mark>beans</mark>&lt;/b&gt; &amp; <mark>beans</mark>"
    )
