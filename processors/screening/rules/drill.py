"""The drill phrase, which always trips so that the whole path can be proved without anybody being insulted."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

_PHRASE = pattern(r"this is a (?:screening|moderation) drill")

RULE = Rule(
    name="drill",
    version=1,
    category="drill",
    reason="Drills and end-to-end checks need a sentence that is harmless, easy to recognise and always found.",
    find=matches((1.0, _PHRASE)),
    heeds_context=False,
    flags=(
        "This is a screening drill.",
        "this is a moderation drill",
        "Attention please, this is a screening drill, carry on.",
        "This, uh, this is a screening drill",
        "Nobody said: this is a screening drill.",
        "He wrote that this is a screening drill, and that is wrong.",
        "Listen. This is a moderation drill. Thank you.",
        "THIS IS A SCREENING DRILL",
        "this is a this is a screening drill",
        "Good evening, this is a moderation drill!",
    ),
    passes=(
        "This is a fire drill.",
        "I need a drill for the shelf.",
        "The screening starts at eight.",
        "This is a film screening.",
        "Drill three holes.",
        "We had a drill this morning.",
        "This is a screening.",
        "The moderation was good.",
        "Is a drill planned? Screening is tomorrow.",
        "This is the drill, you know how it goes.",
    ),
)
