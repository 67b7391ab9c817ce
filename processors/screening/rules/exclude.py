"""Calls to keep a protected group out of a place, a job or a right."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, either, matches, of_a_group

_OUT = (
    r"(?:<removal>)"
    r"(?! (?:early|now|work|the office|for (?:lunch|dinner|a)|at (?:noon|five|six)|a (?:note|message|review)))"
)
_NOT_ALLOWED = (
    r"(?:not|never) (?:<few>)?(?:be |being )?(?:allowed|admitted|here|tolerated|accepted|served|let in|near|hired|"
    r"vote|live|"
    r"work|marry|teach|exist|have rights|have children)"
)
_CALL = pattern(
    rf"<group> <tail>(?:<must>) (?:all |just |really |simply |, )*(?:be )?(?:<near>)?{_OUT}",
    rf"<group> <tail>(?:should|must|may|ought to|have) (?:<few>)?{_NOT_ALLOWED}",
    rf"<group> <tail>(?:should|must) {_NOT_ALLOWED}",
    rf"<group> (?:(?:are|is) [\w']+ and )(?:<must>) {_NOT_ALLOWED}",
    r"(?:we|i|they|you|this country|this town|the police|the government) (?:<few>)?(?:<must>|want to|will|"
    r"are going to) "
    r"(?:<few>)?(?:get rid of|throw out|kick out|drive out|deport|ban|expel|send back|send home|remove|round up|"
    r"lock up|"
    r"keep out|throw|kick|drive|send|keep|clean up) (?:all |the |these |those |every |of )*(?:<group>)"
    r"(?! (?:a |an |some |to (?:school|university|the (?:hospital|doctor|station))|safe|warm|food|help))",
    r"(?:get rid of|throw out|kick out|drive out|deport|expel) (?:all |the |these |those |every |of )*(?:<group>)"
    r"(?: (?:now|already|please|from))",
    r"(?:send|ship|drive|throw|kick|chase) (?:all |the |these |those |of |every )*(?:<group>) (?:all )?(?:back|"
    r"out|home|away)"
    r"(?! (?:a |an |some |safely|the (?:letter|form|parcel)))",
    r"no (?:more )?(?:<group>) (?:allowed|in (?:our|my|this)|wanted|welcome|here)",
    r"(?:do|does) not (?:<few>)?want (?:any |any more |these |those |the |more )*(?:<group>) (?:here|in (?:our|my|"
    r"this)|near|"
    r"around|living|moving)",
    r"<group> <tail>(?:go|get) (?:back )?(?:home|back to (?:where|your|their)|out of (?:our|my|this))",
    r"<group> (?:do|does) not (?:belong|deserve to live|deserve rights|deserve to be here)",
    r"(?:keep|make) (?:our|this|the) (?:town|country|street|school|land|nation|neighbou?rhood) (?:white|"
    r"free of <group>|pure)",
    r"(?:<must>) not (?:<few>)?(?:let|allow|admit|serve|hire) (?:any |these |those |the |more )*(?:<group>)",
)
_THEY = pattern(
    r"(?:they|them|those people|these people) (?:all )?(?:<must>) (?:all )?(?:be )?(?:<few>)?(?:driven out|"
    r"thrown out|"
    r"kicked out|chased out|deported|expelled|rounded up|locked up|sent back|sterili[sz]ed|banned)",
    r"(?:they|those people|these people) (?:should|must) (?:all )?(?:go|get) (?:back|home|out)",
    r"(?:throw|kick|drive|send|chase) them (?:all )?(?:out|back)(?! (?:of (?:office|bed)|a |an |soon|later))",
)

RULE = Rule(
    name="exclude",
    version=1,
    category="hate",
    reason="Calling for a group's exclusion or segregation is hate in the policies of all large platforms.",
    find=either(matches((0.8, _CALL)), of_a_group((0.7, _THEY))),
    heeds_model=True,
    flags=(
        "Immigrants should be driven out of this town.",
        "Gay people should not be allowed near the school",
        "Send the refugees back.",
        "We don't want any Muslims here.",
        "We have to get rid of the foreigners",
        "No Jews allowed.",
        "The gypsies must be thrown out, all of them",
        "Trans people must never be allowed to teach.",
        "Black people don't belong in this country",
        "Look at the immigrants on our street. They should be driven out.",
        "Disabled people should be sterilised.",
        "We should deport all Muslims",
        "You must not let any migrants into the shop",
    ),
    passes=(
        "Somebody wrote to us that gay people should not be allowed near the school. I find that shameful.",
        "Immigrants should be allowed to vote.",
        "Immigrants should not be driven out.",
        "The women should go home early, it is late.",
        "We should send the refugees some warm coats.",
        "We want to keep the families warm.",
        "He wants to send the refugees back, and I think that is wrong.",
        "The Polish team must leave at noon.",
        "The beans were bad. They should be thrown out.",
        "Refugees deserve a home.",
        "Nobody says that Muslims should be banned.",
        "The museum must not ban women from the choir.",
        "We do not want any more rain here.",
        "Asylum seekers should not be sent back to a war.",
    ),
)
