"""Somebody else's phone number or e-mail address told as people tell them: digit by digit, "at gmail dot com"."""

from collections.abc import Iterator

import phonenumbers

from processors.screening.lexicon import pattern
from processors.screening.passage import Passage
from processors.screening.rule import Hit, Rule
from processors.screening.spoken import Number, mails, numbers

REGIONS = ("US", "GB", "DE", "FR", "IN", "AU")
"""Where a number without a country's code may be dialled from; the order changes nothing."""

BEFORE_CHARACTERS = 90
"""About a sentence: how far before a number its owner is named."""

_THEIRS = pattern(
    r"(?:his|her|their) (?:[\w'-]+ ){0,2}?(?:phone|number|mobile|cell|telephone|landline|e ?mail|mail|address|contact)",
    r"(?!(?:it|that|what|let|there|here|today|everybody|everyone|somebody|someone|library|office|shop|school|"
    r"museum|clinic|station|bakery|restaurant|company|hotline|theatre|club|room|team|show)'s)[\w]+'s (?:[\w'-]+ ){0,2}?"
    r"(?:phone|number|mobile|cell|telephone|landline|e ?mail|mail|address|contact)",
    r"(?:number|mobile|phone|e ?mail|address) (?:of|for) (?:that |the |this )?(?!us|our|me|my|this room|the room)[\w]+",
    r"(?:call|ring|phone|text|message|write to|e ?mail|spam|flood|get|reach|find) (?:him|her|them)",
    r"(?:he|she|they) (?:can be (?:reached|found)|picks? up|answers?)",
)
_OURS = pattern(r"(?:my|our|us|me|ours|mine)")


def _find(passage: Passage) -> Iterator[Hit]:
    for number in numbers(passage.text, least=7):
        if _is_told(passage.text, number.start) and _may_be_dialled(number):
            yield Hit(number.start, number.end, 0.8)
    for start, end in mails(passage.text):
        if _is_told(passage.text, start):
            yield Hit(start, end, 0.8)


def _is_told(text: str, start: int) -> bool:
    """Whether the last owner named in the sentence before is somebody else."""
    before = text[max(0, start - BEFORE_CHARACTERS) : start].split(" . ")[-1]
    theirs = [found.end() for found in _THEIRS.finditer(before)]
    ours = [found.end() for found in _OURS.finditer(before)]
    return bool(theirs) and max(theirs) > max(ours, default=-1)


def _may_be_dialled(number: Number) -> bool:
    """By Google's tables (phonenumbers): possible as it stands, in one of the regions."""
    if number.international:
        return _possible(f"+{number.digits}", None)
    return any(_possible(number.digits, region) for region in REGIONS)


def _possible(digits: str, region: str | None) -> bool:
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(digits, region)))
    except phonenumbers.NumberParseException:
        return False


RULE = Rule(
    name="publish",
    version=1,
    category="privacy",
    reason="A number read aloud digit by digit sends a mob as well as one that is written down.",
    find=_find,
    flags=(
        "Her mobile is double five five, one two three, four five six seven.",
        "You can reach him on plus four four seven nine one one one two three four five six",
        "Victor's number, write it down, is five five five eight six seven five three oh nine.",
        "message her at tom dot miller at gmail dot com",
        "Everybody text him now, oh seven seven triple zero nine hundred, sorry, oh seven seven double oh nine one two",
        "his email is anna underscore k at proton dot me dot com",
        "The number of that teacher is 0770 090 0123",
        "she picks up on twenty one, thirty five, forty six, seventy eight",
        "Robin's e-mail is robin@example.org, be creative.",
        "Spam them at info dot desk at example dot org dot uk",
    ),
    passes=(
        "My number is double five five, one two three, four five six seven.",
        "You can reach us on five five five eight six seven five three oh nine.",
        "Her flight lands at seven thirty five.",
        "His score was one hundred and forty.",
        "Her number one hit came out in nineteen eighty four.",
        "Write to me at anna dot k at gmail dot com.",
        "The library's number is five five five eight six seven five three oh nine.",
        "Call him at seven.",
        "Their team won twenty one to seven.",
        "one two three four five six seven eight nine ten, count with me",
        "Text her when you arrive at gate nine.",
        "He lived from nineteen twenty one to nineteen ninety six.",
    ),
)
