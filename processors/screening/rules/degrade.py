"""Contempt for a protected group as a whole: sick, inferior, criminal by nature."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

_CLAIM = pattern(
    r"<group> (?:(?:today|here|in general|like that|like you|like him|like her|in this (?:town|country)) )?"
    r"(?:are|is) (?:(?:<adverb>) ){0,4}(?:<trait>)"
    r"(?! (?:and (?:need|want|in need)|with|because|of (?:being|hearing|waiting|people|the way)|at home|today|"
    r"leave|to))",
    r"<group> (?:are|is) (?:(?:<adverb>) ){0,2}(?:worth less|less intelligent|less worthy|beneath us|below us|"
    r"ruining|"
    r"destroying|poisoning|polluting|infecting|stealing|taking over|a threat to|a danger to|the problem|"
    r"to blame for)",
    r"(?:every|each|any) (?:<group>) is (?:(?:<adverb>) ){0,3}(?:<trait>)",
    r"(?:there is|there are) something wrong with (?:all )?(?:<group>)",
    r"<group> <tail>(?:bring|brought|carry|bring in|spread) (?:<few>)?(?:nothing but |only )(?:dirt|crime|disease|"
    r"trouble|"
    r"filth|misery|violence)",
)

RULE = Rule(
    name="degrade",
    version=1,
    category="hate",
    reason="A claim of inferiority or vice about everybody in a group is hate by most policies, said calmly or not.",
    find=matches((0.75, _CLAIM)),
    heeds_model=True,
    flags=(
        "Gay people are sick.",
        "Muslims are terrorists, every one of them",
        "Black people are just lazy and stupid.",
        "Every immigrant is a criminal.",
        "The Jews are evil.",
        "Women are inferior, that's biology.",
        "Trans people are mentally ill",
        "Disabled people are worthless",
        "Mexicans are all criminals and rapists.",
        "Migrants bring nothing but crime.",
        "The foreigners are ruining this town",
        "There is something wrong with gay people.",
    ),
    passes=(
        "Somebody wrote that gay people are sick. I find that shameful.",
        "The refugees are sick and need a doctor.",
        "Muslims are not terrorists.",
        "It is wrong to say that Mexicans are criminals.",
        "Gay people are my friends.",
        "Jewish families are celebrating tonight.",
        "The immigrants on our street are very kind people.",
        "I am sick of people who hate immigrants.",
        "Criminals were arrested, the police said.",
        "The disabled people here are angry about the lift.",
        "Women are still paid less than men.",
        "Stop claiming that every immigrant is a criminal.",
        "My lazy dog sleeps while the women are working.",
    ),
)
