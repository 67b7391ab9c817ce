"""Numbers and addresses are found as people say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.screening.passage import say
from processors.screening.rules.identify import is_card
from processors.screening.spoken import mails, numbers


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("five five five one two three four", ["5551234"]),
        ("double five five, one two three", ["555123"]),
        ("triple oh seven two four", ["000724"]),
        ("plus four four seven nine one one", ["447911"]),
        ("twenty one thirty five forty six", ["213546"]),
        ("twenty, one, two, three, four", ["201234"]),
        ("nineteen eighty four", []),
        ("555-867-5309", ["5558675309"]),
        ("my 12 cats and your 34 dogs", []),
        ("call 0770 900 0123 or 0770 900 0124", ["07709000123", "07709000124"]),
        ("５５５ ８６７", ["555867"]),
    ],
)
def test_runs_of_digits_are_read(said: str, digits: list[str]) -> None:
    assert [number.digits for number in numbers(say(said).text, least=5)] == digits


def test_a_number_ends_where_its_last_word_ends() -> None:
    text = say("it is five five five one two three, all right").text
    (number,) = numbers(text)
    assert text[number.start : number.end] == "five five five one two three"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("tom dot miller at gmail dot com please", "tom dot miller at gmail dot com"),
        ("anna underscore k at example dot co dot uk", "anna underscore k at example dot co dot uk"),
        ("tom.miller@gmail.com", "tom.miller@gmail.com"),
    ],
)
def test_addresses_are_found_said_or_written(said: str, found: str) -> None:
    text = say(said).text
    assert [text[start:end] for start, end in mails(text)] == [found]


def test_talk_about_dots_is_no_address() -> None:
    assert not list(mails(say("we meet at the dot on the map at noon").text))


@pytest.mark.parametrize(
    ("digits", "card"), [("4111111111111111", True), ("4111111111111112", False), ("0000000000000000", False)]
)
def test_a_card_number_has_its_check_digit(digits: str, card: bool) -> None:
    assert is_card(digits) is card


@given(st.text(max_size=200))
def test_whatever_is_said_is_read_without_an_exception(said: str) -> None:
    text = say(said).text
    assert all(number.digits.isascii() and number.digits.isdigit() for number in numbers(text, least=1))
    list(mails(text))
