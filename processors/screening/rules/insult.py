"""Abuse said to somebody's face."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

_NAME = (
    "idiot|moron|imbecile|loser|bitch|bastard|asshole|arsehole|cunt|whore|slut|retard|scumbag|piece of shit|pig|"
    "waste of space|"
    "waste of air|dumbass|dickhead|prick|wanker|coward|freak|cow|disgrace|nobody|liar|rat"
)
_LOOK = "pathetic|worthless|disgusting|stupid|ugly|useless|retarded|fat|filthy|repulsive"
_YOU = pattern(
    rf"you (?:are |were |will always be )?(?:(?:such|a|an|just|nothing but|really|so|fucking|bloody|complete|"
    r"total|stupid|worthless|fat|"
    rf"ugly|little|old|absolute|dirty|lying|miserable|utter) ){{1,4}}(?:{_NAME})",
    rf"you (?:are|were) (?:(?:so|just|really|such|fucking|completely|a|an|utterly|absolutely) ){{0,3}}(?:{_LOOK})"
    r"(?= \.| ,|$| and (?:you|nobody|no one)| you)(?! ,? i (?:did not|never) s)",
    rf"(?:shut up|shut your mouth|fuck off|piss off|screw you|fuck you) ,? ?(?:you )?(?:(?:fucking|stupid|little|"
    r"ugly|old) )*"
    rf"(?:{_NAME})",
    r"(?:nobody|no one) (?:likes|loves|wants|needs) you(?= \.| ,|$| here)",
    r"fuck you(?! up)|go to hell|drop dead|rot in hell",
    r"(?:everybody|everyone|the world) (?:would be|is|will be) (?:<few>)?better (?:off )?without you",
)

RULE = Rule(
    name="insult",
    version=1,
    category="harassment",
    reason="Abuse aimed at a person in the room drives people out of it; one outburst is a note, more is for a person.",
    find=matches((0.65, _YOU)),
    flags=(
        "You are such an idiot.",
        "you stupid bitch",
        "You're pathetic.",
        "Fuck you.",
        "Shut up, you moron",
        "Nobody likes you.",
        "You are a worthless piece of shit",
        "you're just disgusting, you know",
        "You will always be a loser.",
        "The world would be better without you",
        "go to hell, all of you",
    ),
    passes=(
        "That was a stupid question, sorry.",
        "I felt like an idiot.",
        "You are so kind.",
        "He called me a moron, and that hurt.",
        "You are not stupid.",
        "The pig ran through the garden.",
        "Don't ever say that you are worthless.",
        "You are funny, you old friend.",
        "She said that you are an idiot, and I find that unfair and cruel. That is wrong.",
        "An ugly building, if you ask me.",
        "Nobody wants you to leave.",
        "You are fat free, said the milk.",
    ),
)
