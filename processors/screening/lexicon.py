"""Named word lists and the little pattern language of the rules: a template in, a compiled pattern out.

A template is a regular expression over a passage's text in which `<name>` stands for a list below and a blank for
the space between two words. Lists say what is talked about; none of them is a verdict by itself.
"""

import re


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


PEOPLE = (
    "people|peoples|person|folks?|men|man|women|woman|kids|children|child|guys|families|family|ones|"
    "communit(?:y|ies)|couples?|students|workers|boys|girls|lot"
)

ORIGINS = (
    "immigrants?|migrants?|refugees?|asylum seekers?|foreigners?|newcomers|illegals|"
    "arabs?|africans?|asians?|mexicans?|latin[oa]s?|hispanics|chinese|indians?|pakistanis?|poles|turks?|syrians?|"
    "afghans?|somalis?|nigerians?|romanians?|albanians?|ukrainians?|russians?|iranians?|iraqis?|kurds?|"
    "palestinians?|israelis?|roma|gyps(?:y|ies)|blacks|whites|natives"
)
BELIEFS = "muslims?|moslems?|jews?|christians?|catholics|hindus?|sikhs?|buddhists?|atheists?"
LOVES = "gays?|lesbians?|queers?|homosexuals?|bisexuals?|transgenders?|transsexuals?|trannies"
SEXES = "women|females"
ABLED = "cripples?|autistics"
GROUP_ADJECTIVES = (
    "black|brown|white|asian|arab|african|mexican|chinese|indian|pakistani|polish|turkish|syrian|afghan|somali|"
    "nigerian|romanian|roma|gypsy|muslim|jewish|christian|hindu|sikh|gay|lesbian|queer|bisexual|homosexual|trans|"
    "transgender|disabled|deaf|blind|autistic|immigrant|migrant|refugee|foreign|latino|indigenous|native"
)
"""Protected characteristics (origin, belief, orientation, gender, sex, disability) as people name them aloud."""

SLURS = (
    "fag(?:got)?s?|trann(?:y|ies)|kikes?|nigg(?:er|a)s?|pakis?|chinks?|spics?|wetbacks?|ragheads?|towelheads?|dykes?"
)
"""Words made to wound a group. Said to somebody they count; named by themselves they are a note."""

VERMIN = (
    "vermins?|vermine|verman|rats?|rodents?|cockroach(?:es)?|roaches|parasites?|leeches|lice|maggots?|insects|bugs|"
    "locusts?|animals?|beasts?|apes?|monkeys?|pigs?|dogs?|savages?|subhumans?|sub humans?|scum|filth|trash|garbage|"
    "dirt|a disease|diseases|a plague|a cancer|cancer|a virus|an infestation|a pest|pests|a stain|demons|devils"
)
"""What one calls people in order to take their humanity away (the stem of every dehumanising metaphor in use)."""

BAD_TRAITS = (
    "sick|disgusting|dirty|filthy|evil|inferior|subhuman|stupid|criminals?|terrorists?|rapists?|thieves|perverts?|"
    "perverted|degenerates?|degenerate|freaks?|mentally ill|an abomination|abominations|unnatural|worthless|"
    "the enemy|invaders|lazy|backwards|primitive|p(?:a)?edophiles|groomers|murderers|liars|dangerous|diseased"
)
"""Contempt: what is said of a whole group to set it below others."""

HARM = (
    "kill|shoot|hang|burn|gas|beat|lynch|execute|exterminate|eradicate|wipe out|slaughter|murder|stab|hurt|whip|"
    "drown|bomb|"
    "rape|castrate|behead|crush|destroy|smash|punch|attack"
)
HARMED = (
    "killed|shot|hanged|hung|burned|burnt|gassed|beaten|lynched|executed|exterminated|eradicated|wiped out|"
    "slaughtered|"
    "murdered|stabbed|hurt|whipped|drowned|bombed|raped|castrated|put down|beheaded|stoned|crushed|destroyed|"
    "run over|"
    "smashed|punched|attacked|put in camps|put in ovens|dead"
)

REMOVAL = (
    "driven out|thrown out|kicked out|chased out|chased away|deported|banned|expelled|removed|locked up|"
    "kept away|kept out|sent back|sent home|rounded up|sterilised|sterilized|segregated|fired|"
    "go back|go home|leave|get out|stay away|stay out|disappear"
)

ADVERBS = (
    "all|just|simply|really|always|only|clearly|basically|nothing but|no better than|worse than|no more than|like|"
    "such|literally|actually|honestly|truly|totally|absolutely|fucking|bloody|damn|so|very|all of them|mostly|"
    "obviously|naturally|little more than|the same as|as bad as|acting like|a bunch of|a pack of|a load of|a lot of|"
    "a swarm of|a horde of|disgusting|filthy|dirty|stinking|lazy|stupid|the|a|an|,"
)
"""What may stand between a verb and its predicate without turning it round. `not`, `no`, `never` are not here."""

LISTS = {
    "people": PEOPLE,
    "slur": SLURS,
    "vermin": VERMIN,
    "trait": BAD_TRAITS,
    "harm": HARM,
    "harmed": HARMED,
    "removal": REMOVAL,
    "adverb": ADVERBS,
    "group": (
        rf"(?:{GROUP_ADJECTIVES}) (?:{PEOPLE})|(?:people|women|men|kids|children) (?:of colou?r|with disabilities)|"
        rf"{ORIGINS}|{BELIEFS}|{LOVES}|{SEXES}|{ABLED}|{SLURS}"
    ),
    "be": "are|is|were|was|be|been",
    "must": "should|must|ought to|need to|needs to|have to|has to|had better|deserve to|deserves to|got to|ought",
    "we": "we|i|you|somebody|someone|they|people|everyone|everybody|the government|the police|us",
    "tail": (
        r"(?:(?:who|that|in|on|from|at|here|like|,|and|of|with|all|today|around|near|next|over|there|living|"
        r"coming|always|"
        r"just|really|only|simply|also|still|actually) (?:(?!not |never |no )[\w'@-]+ |, ){0,6}?)?"
    ),
    "near": r"(?:(?!not |never |no )[\w'@-]+ |, ){0,6}?",
    "few": r"(?:(?!not |never |no )[\w'@-]+ |, ){0,3}?",
}


def pattern(*templates: str) -> re.Pattern[str]:
    """Compile alternatives; each matches whole words and never reaches over a sentence's end."""
    return re.compile("|".join(rf"\b(?:{_filled(template)})\b" for template in templates))


def _filled(template: str) -> str:
    return re.sub(r"<(\w+)>", lambda name: f"(?:{LISTS[name[1]]})", template)
