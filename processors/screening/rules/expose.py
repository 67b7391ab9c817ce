"""Somebody else's phone number, address or e-mail address given away."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

_DIGIT = r"(?:\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|plus)"
_NUMBER = (
    rf"(?:{_DIGIT}(?: ,)? ){{5,}}{_DIGIT}|\+?\d{{7,}}|\d{{3,}} (?:, )?\d{{4,}}|"
    rf"\d{{2,}} (?:, )?\d{{3,}} (?:, )?\d{{3,}}"
)
_MAIL = (
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|"
    r"[\w]+(?: (?:dot|underscore|dash) [\w]+)* at [\w]+ dot (?:com|org|net|de|fr|uk|co|eu|io|edu)"
)
_HOUSE = (
    r"(?:number )?(?:\d+\w?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)"
)
_STREET = (
    rf"{_HOUSE}(?: \w+)? (?:[\w']+ ){{1,3}}"
    r"(?:street|road|avenue|lane|drive|way|square|close|court|boulevard|terrace|alley|crescent|place)"
)
_THEIR = (
    r"(?:his|her|their|that (?:man|woman|guy|girl|teacher|judge) ?'?s?|"
    r"(?!(?:it|that|what|let|there|here|today)'s)[\w]+'s)"
)
_WORD = r"(?:\w+ ){0,2}"
_GIVEN = pattern(
    rf"{_THEIR} {_WORD}(?:phone|number|mobile|cell|telephone)(?: number)? (?:is|are|,) (?:<few>)?(?:{_NUMBER})",
    rf"{_THEIR} {_WORD}(?:e ?mail|mail|address)(?: address)? (?:is|,) (?:<few>)?(?:{_MAIL}|{_STREET})",
    rf"(?:he|she|they|that (?:man|woman|guy|girl|judge|teacher)) (?:lives?|is living|sleeps?|"
    rf"hides?) (?:<few>)?(?:at|in|on) {_STREET}",
    rf"(?:call|ring|phone|text|find|visit|write to|e ?mail|get) (?:him|her|them)(?: [\w']+){{0,3}}? (?:on|at|under) "
    rf"(?:{_NUMBER}|{_MAIL}|{_STREET})",
)

RULE = Rule(
    name="expose",
    version=1,
    category="privacy",
    reason="Giving away where somebody can be reached is how a mob is sent; one's own number is one's own affair.",
    find=matches((0.8, _GIVEN)),
    flags=(
        "Her phone number is 555 867 5309.",
        "He lives at 12 Garden Street, go and see him.",
        "call him at oh seven seven nine four six one two",
        "Their address is 48 Old Mill Road.",
        "his email is tom.miller@example.com",
        "her e-mail is tom dot miller at example dot com",
        "She lives in number twelve Harbour Lane",
        "Text her on 0770 090 0123.",
        "Robin's number is 555-867-5309",
        "That judge lives at 7 Kings Avenue",
        "You can find him at 221 Baker Street.",
        "his mobile is five five five eight six seven five",
    ),
    passes=(
        "You can call us at 555 867 5309.",
        "My number is 555 867 5309.",
        "The station is at 12 Garden Street.",
        "We meet at number four Mill Road.",
        "Write to me at anna@example.com.",
        "He lives on the other side of the river.",
        "Her number was called at the bakery.",
        "The museum's opening hours are nine to five.",
        "She has two hundred and fifty books.",
        "Their house is on a quiet street.",
        "Revenue was 555 million in 2019.",
        "It's number one on the list.",
        "His address to the nation was long.",
    ),
)
