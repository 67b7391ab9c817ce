"""A protected group called vermin, animals, filth or a disease."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, either, matches, of_a_group

_CALLED = pattern(
    r"<group> <tail><be> (?:(?:<adverb>) ){0,4}(?:<vermin>)",
    r"<group> <tail>(?:are|is) (?:not|hardly|barely|no) (?:(?:even|really|fully|quite) )*(?:human|humans|people|"
    r"persons|"
    r"human beings)(?! (?:who|you|i|we|to|at|in|with|like|on|from|that|for))",
    r"<group> <tail>(?:are|is) (?:less than|not fully|only half) (?:human|people|animals)",
    r"<group> <tail>(?:breed|multiply|swarm|crawl|infest|spread|live|behave|"
    r"act) (?:<few>)?like (?:(?:<adverb>) ){0,2}"
    r"(?:<vermin>)",
    r"(?:vermin|rats|cockroaches|parasites|animals|scum|filth) (?:like|such as|called|named|known as) (?:these |"
    r"those |the )?"
    r"<group>",
    r"(?:an? |this |the )?(?:plague|infestation|swarm|horde|pack|disease|cancer) of (?:<few>)?<group>",
)
_THEY = pattern(
    r"(?:they|those people|these people|that lot|them all|all of them) (?:all )?are (?:(?:<adverb>) ){0,4}"
    r"(?:vermins?|vermine|verman|rats|cockroaches|parasites|leeches|lice|maggots|animals|beasts|apes|monkeys|savages|"
    r"subhumans?|scum|filth|trash|a disease|a plague|a cancer|an infestation)",
    r"(?:they|those people|these people) (?:all )?(?:are )?(?:breed|breeding|multiply|multiplying|swarm|infest|"
    r"crawl) like "
    r"(?:<vermin>)",
)

RULE = Rule(
    name="dehumanise",
    version=1,
    category="hate",
    reason="Denying a group its humanity comes before violence against it, and needs no slur.",
    find=either(matches((0.9, _CALLED)), of_a_group((0.75, _THEY))),
    heeds_model=True,
    flags=(
        "Immigrants are vermin.",
        "All these refugees are nothing but parasites",
        "Honestly, Muslims are just animals, all of them.",
        "The Jews are a disease and everybody knows it.",
        "Gay people are filth.",
        "those black kids are monkeys",
        "The immigrants came here last year. They are like rats.",
        "Roma people are not even human.",
        "Trans people are subhuman",
        "the foreigners breed like rats",
        "Um, migrants, uh, migrants are, are a plague on this town",
        "Women are just stupid animals.",
        "somebody said immigrants are vermin, and he is right",
        "Send away vermin like the Syrians",
    ),
    passes=(
        "Immigrants are welcome here.",
        "Somebody wrote that immigrants are vermin and I find that shameful.",
        "Nobody should ever say that immigrants are vermin.",
        "Immigrants are not vermin.",
        "Refugees are people, they aren't animals.",
        "The gay couple next door have two dogs.",
        "The Muslim families have a food stall, and their soup is very good.",
        "Rats are a problem in the cellar, said the Polish plumber.",
        "It is a lie that Jews are a disease.",
        "He shouted that refugees are rats. I told him to stop.",
        "My cat hunts mice and rats.",
        "The Indian restaurant has a new dog.",
        "They treated the refugees like animals, and that is wrong.",
        "The tigers are animals that women in the village fear.",
    ),
)
