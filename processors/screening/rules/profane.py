"""Swearing, noted and no more."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

SWEARING = pattern(
    r"(?:mother ?)?fuck(?:s|ed|er|ers|ing|in)?|(?:bull ?)?shit(?:s|ty|ting)?|cunts?|wankers?|assholes?|arseholes?|"
    r"bitch(?:es|ing)?|"
    r"bastards?|dickheads?|twats?|bollocks|goddamn|pricks?|sluts?|whores?"
)

RULE = Rule(
    name="profane",
    version=1,
    category="profanity",
    reason="Swearing alone breaks no policy; the note helps a host who promised a family-friendly room.",
    find=matches((0.5, SWEARING)),
    flags=(
        "What the fuck was that?",
        "Oh shit, the soup.",
        "That bastard of a printer broke again",
        "fucking rain",
        "This is bullshit.",
        "The match was shitty.",
        "Bollocks to that!",
        "goddamn it",
        "Son of a bitch",
        "He's a wanker, that referee.",
    ),
    passes=(
        "What a lovely garden.",
        "The shiitake soup is good.",
        "Scunthorpe is a town.",
        "He works in Essex.",
        "My cockatoo can sing.",
        "An assistant assessed the class.",
        "The hell of waiting is over.",
        "That was damn good cake.",
        "The pricked pastry bakes well.",
        "Heck, it rains again.",
    ),
)
