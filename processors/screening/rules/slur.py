"""A slur said at somebody; by itself it is a note, since people also quote and reclaim them."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

_AIMED = pattern(
    r"(?:you|you are|fucking|dirty|filthy|stupid|damn|bloody|those|these|disgusting|that|all the|shut up) "
    r"(?:(?:a|fucking|dirty|filthy|stupid|damn|bloody|little|ugly|old) ){0,3}(?:<slur>)",
)
_NAMED = pattern(r"<slur>")

RULE = Rule(
    name="slur",
    version=1,
    category="hate",
    reason="A word made to wound, aimed at somebody, is an attack; named or reclaimed it is not.",
    find=matches((0.85, _AIMED), (0.4, _NAMED)),
    heeds_model=True,
    flags=(
        "You fucking faggot.",
        "shut up you dirty paki",
        "Those stupid trannies again",
        "you are a kike",
        "all the towelheads",
        "Look at these chinks.",
        "dirty wetbacks everywhere",
        "you little fag",
        "that old dyke over there",
        "fucking ragheads",
    ),
    passes=(
        "As a dyke myself I find that funny.",
        "He called me a faggot, and that was awful.",
        "They shouted that all the pakis must leave. It was horrible.",
        "The dyke along the river has to be raised.",
        "There is a chink in the curtain.",
        "The word kike was on the wall.",
        "We queers stick together.",
        "Please add some spice.",
        "The faggot of wood is dry.",
        "A spick and span kitchen.",
    ),
)
