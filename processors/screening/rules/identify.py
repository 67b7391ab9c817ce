"""Somebody else's papers or money told aloud: social security, passport, bank account, card."""

from collections.abc import Iterator

from processors.screening.lexicon import pattern
from processors.screening.passage import Passage
from processors.screening.rule import Hit, Rule
from processors.screening.spoken import Number, numbers

_DOCUMENT = (
    r"(?:social security|social|ssn|passport|national insurance|tax|identity card|id card|id|driver'?s licen[cs]e|"
    r"driving licen[cs]e|insurance|bank account|account|iban|credit card|debit card|card|sort code|pin)"
)
_THEIRS = pattern(
    rf"(?:his|her|their) (?:[\w'-]+ ){{0,2}}?{_DOCUMENT}(?: (?:number|code|details))?",
    rf"(?!(?:it|that|what|let|there|here|today)'s)[\w]+'s (?:[\w'-]+ ){{0,2}}?{_DOCUMENT}(?: (?:number|code|details))?",
)
AFTER_CHARACTERS = 40
"""How soon the number has to follow its name: a clause."""

LEAST_DIGITS = 6
PIN_DIGITS = 4
"""Years and prices have four digits too, so so few count for a PIN only."""

CARD_DIGITS = range(13, 20)
"""Lengths of payment card numbers (ISO/IEC 7812-1)."""


def _find(passage: Passage) -> Iterator[Hit]:
    told = list(numbers(passage.text, least=PIN_DIGITS))
    for owner in _THEIRS.finditer(passage.text):
        least = PIN_DIGITS if " pin" in owner[0] else LEAST_DIGITS
        for number in told:
            if len(number.digits) < least or _are_years(number.digits):
                continue
            if _follows(passage.text[owner.end() : number.start], number, owner.end()):
                yield Hit(owner.start(), number.end, 0.85)
    for number in told:
        if len(number.digits) in CARD_DIGITS and is_card(number.digits):
            yield Hit(number.start, number.end, 0.5)


def _follows(between: str, number: Number, owner_end: int) -> bool:
    close = 0 <= number.start - owner_end <= AFTER_CHARACTERS
    return close and " . " not in between and " my " not in between


def _are_years(digits: str) -> bool:
    """Whether it is two years one after the other, as in 1938-39 and 1914-1918."""
    first, second = digits[:4], digits[4:]
    if len(digits) not in (6, 8) or not 1500 <= int(first) <= 2099:
        return False
    return int(first) < int(first[: 4 - len(second)] + second) <= int(first) + 120


def is_card(digits: str) -> bool:
    """Whether the last digit checks the others (Luhn, ISO/IEC 7812-1 annex B), and they are not all 0."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0 and any(digits.strip("0"))


RULE = Rule(
    name="identify",
    version=2,
    category="privacy",
    reason="Papers and accounts are how an identity is stolen; a card number alone is a note: it may be their own.",
    find=_find,
    flags=(
        "Her social security number is one two three, four five, six seven eight nine.",
        "his passport number is 5 3 3 4 1 0 9 8 7",
        "Victor's bank account is 12 34 56 78 90",
        "Their credit card number, ready, is four five three nine, one one two two, three three four four",
        "and his PIN is one nine eight four",
        "Her PIN number is 1984, write it down.",
        "Anna's card number is 4111 1111 1111 1111",
        "her national insurance number is two two double four six six",
        "That guy's driving licence number is 99 88 77 66",
        "Tom's tax number ends in, no, it is 40 50 60 70",
        "her id card is one one seven seven zero zero three",
    ),
    passes=(
        "My social security number is one two three, four five, six seven eight nine.",
        "Her passport was stolen in 2019.",
        "His account has fifty followers.",
        "Their insurance went up twenty percent.",
        "The card game has 52 cards and four players.",
        "His library card was red.",
        "Her tax advisor is on the third floor.",
        "Taylor's account of the events of 1938-39 is good.",
        "Her account of 1914 to 1918, no, of 1914-1918, is better.",
        "The passport office opens at nine thirty.",
        "Somebody's id was left at the bar.",
        "Their bank closed in two thousand and eight, before the crisis.",
    ),
)
