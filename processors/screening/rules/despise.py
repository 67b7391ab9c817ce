"""Hatred of a protected group in the first person."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

_HATE = pattern(
    r"(?:i|we) (?:really |just |fucking |all |do |honestly |absolutely |still |always |have always |so much )*"
    r"(?:hate|hated|despise|loathe|detest|can not stand|could not stand|can not bear) "
    r"(?:all |those |these |the |every |each |any |fucking |bloody |damn |dirty |filthy |most |such )*(?:<group>)"
    r"(?! (?:bread|food|soup|coffee|music|movies?|weather|team|shirts?|wine|being|having|get|getting|are treated|"
    r"have to|"
    r"restaurants?|accents?|tea|dress|dresses|shoes|jokes?))",
    r"(?:fuck|screw|to hell with|down with|death to|damn) (?:all |those |these |the |every )*(?:<group>)",
    r"(?:the )?(?:only good|best) (?:<group>) is a dead",
)

RULE = Rule(
    name="despise",
    version=1,
    category="hate",
    reason="Hatred of people for what they are is hate without any image or threat.",
    find=matches((0.8, _HATE)),
    heeds_model=True,
    flags=(
        "I hate Muslims.",
        "I really can't stand gay people",
        "We despise those immigrants",
        "I just hate all the foreigners in this town",
        "Fuck the Jews.",
        "I fucking hate women",
        "I loathe trans people, I do.",
        "To hell with the refugees!",
        "Death to the infidels and death to the Christians",
        "I hate, uh, I hate black people",
        "I absolutely detest gypsies.",
    ),
    passes=(
        "I don't hate Muslims.",
        "I never hated gay people.",
        "I hate onions.",
        "I hate that immigrants have to wait so long.",
        "I hate it when people insult women.",
        "He told me that he hates Muslims, and I find that awful.",
        "I can't stand Chinese food.",
        "I love the Polish families on our street.",
        "How could anyone hate refugees?",
        "They hate us because my wife is Jewish.",
        "I hate Indian weather in June.",
        "I hate being late.",
    ),
)
