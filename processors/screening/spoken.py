"""Numbers and addresses as people say them: a passage's text in, the digits and e-mail addresses in it out.

"double five one two", "twenty one", "plus four four" and "tom dot miller at gmail dot com" are what a recogniser writes
for what a form would hold as `5512`, `21`, `44` and `tom.miller@gmail.com`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from processors.screening.lexicon import pattern

_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_WHOLE = {name: str(n) for n, name in enumerate(re.findall(r"\w+", _NAMES))} | {"oh": "0", "o": "0", "nought": "0"}
_ONES = {name: value for name, value in _WHOLE.items() if len(value) == 1}
_TENS_NAMES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {name: str(n) for n, name in enumerate(re.findall(r"\w+", _TENS_NAMES), 2)}
_TIMES = {"double": 2, "triple": 3}
_PLUS = "plus"

MOST_DIGITS = 40
"""Longer than any number that names a person: a recogniser that loops must not cost time."""

_TOKEN = re.compile(r"\S+")


class Number(NamedTuple):
    """Characters `start..end` of a text say `digits`; `international` where a "plus" came first."""

    start: int
    end: int
    digits: str
    international: bool = False


def numbers(text: str, least: int = 6) -> Iterator[Number]:
    """Runs of digits, said or written, with at least `least` of them."""
    run: list[re.Match[str]] = []
    for token in [*_TOKEN.finditer(text), None]:
        if token is not None and _belongs(token[0], bool(run)):
            run.append(token)
            continue
        if run and len(digits := _digits([one[0] for one in run])) >= least:
            last = next(one for one in reversed(run) if one[0] != ",")
            yield Number(run[0].start(), last.end(), digits[:MOST_DIGITS], run[0][0] == _PLUS)
        run = []


def _belongs(token: str, running: bool) -> bool:
    if token == ",":
        return running
    return token in _WHOLE or token in _TENS or token in _TIMES or token == _PLUS or token.isdecimal()


def _digits(tokens: list[str]) -> str:
    """The digits that words say; `twenty one` is 21, `twenty eleven` 2011."""
    said, times = "", 1
    before = ""
    for token in tokens:
        if token in _TIMES:
            times = _TIMES[token]
            continue
        if token in _ONES and before in _TENS and _ONES[token] != "0":
            said = said[:-1]
        said += _value(token) * times
        times, before = 1, token
    return said


def _value(token: str) -> str:
    if token in _TENS:
        return _TENS[token] + "0"
    if token.isdecimal():
        return "".join(str(int(digit)) for digit in token)  # digits of any script as ours
    return _WHOLE.get(token, "")


_ENDINGS = "com|org|net|edu|info|de|fr|uk|co|eu|io|us|ca|au|at|ch|nl|it|es|pl|in"
_SPOKEN_MAIL = pattern(
    rf"[\w]+(?: (?:dot|underscore|dash|hyphen) [\w]+){{0,4}} at [\w]+(?: (?:dot|dash) [\w]+){{0,3}}? dot (?:{_ENDINGS})"
    rf"(?: dot (?:{_ENDINGS}))?"
)
_WRITTEN_MAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")


def mails(text: str) -> Iterator[tuple[int, int]]:
    """Where e-mail addresses stand, written or said."""
    for wanted in (_SPOKEN_MAIL, _WRITTEN_MAIL):
        for found in wanted.finditer(text):
            yield found.start(), found.end()
