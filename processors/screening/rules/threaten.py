"""Threats against a person and calls for violence against one."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, either, matches

_WHOM = (
    r"(?:you|him|her|them|your (?:family|kids|children|mother|wife|sister|brother)|"
    r"his (?:family|kids|wife)|that (?:man|woman))"
)
_NOT_PLAY = (
    r"(?! (?:at|in (?:chess|cards|the (?:final|game|race|quiz))|to (?:it|the|work|school)|with (?:kindness|love|"
    r"cake|laughter)|"
    r"an? (?:e ?mail|message|text|note|mail|line|look|question)|later|some (?:mail|photos)|for (?:a|the) (?:photo|"
    r"film|video)|"
    r"by \w+ (?:points|goals|minutes|seconds)|next season|on the (?:phone|piano)|softly))"
)
_DEED = (
    r"kill|murder|stab|shoot|strangle|rape|behead|shank|beat up|beat|hurt|slit the throat of|cut the throat of|"
    r"break the (?:legs|neck|bones|arms) of|put a bullet in|burn"
)
_I_WILL = pattern(
    rf"(?:i|we) (?:will|am going to|are going to|swear i will|am about to|want to|would love to|should|could) "
    rf"(?:really |just |fucking |so |personally |happily )*(?:{_DEED}) {_WHOM}{_NOT_PLAY}",
    r"(?:i|we) (?:will|am going to|are going to) (?:<few>)?(?:slit|cut|break) (?:your|his|her|their) (?:throats?|"
    r"necks?|legs?|"
    r"bones|arms?|fingers|head)",
    r"(?:i|we) (?:will|am going to|are going to|am gonna) (?:<few>)?(?:burn|blow up|bomb|shoot up|torch|"
    r"set fire to) (?:down )?"
    r"(?:the |your |his |her |their |that |this )(?:house|home|school|mosque|synagogue|church|office|shop|place|"
    r"station|"
    r"temple|town hall|car)",
    r"(?:bring|bringing|take|taking|have|got|buy) (?:a |my |the |some )(?:gun|guns|rifle|bomb|machete|"
    r"knife) (?:<few>)?(?:to|and|"
    r"for) (?:the |your |his |her )?(?:school|office|mosque|synagogue|church|meeting|parliament|concert|market|"
    r"shoot|kill)",
    r"(?:you|he|she|they) (?:are|is|will be) (?:so )?(?:a dead (?:man|woman)|dead meat|as good as dead|"
    r"going to die tonight)",
    r"(?<!when )(?<!if )(?<!once )(?<!until )(?<!till )(?<!because )(?<!after )(?<!before )(?<!like )(?<!that )"
    r"(?<!think )you are dead(?! (?:right|tired|wrong|on|serious|sure|set|to me))(?= \.|$| ,)",
    r"(?:i|we) know where (?:you|your (?:kids|family|children)|he|she) (?:live|lives|sleep|sleeps)(?= \.| , and|"
    r" and|$)",
    r"(?:watch|you had better watch) your back (?:tonight|because|or|when)",
)
_SOMEBODY = pattern(
    rf"(?:somebody|someone|you|they|people|we all) (?:should|must|ought to|needs to|has to|need to) (?:just |"
    rf"really )*(?:{_DEED}) "
    rf"(?:him|her|them|that (?:man|woman|judge|politician|bitch|bastard)|the (?:mayor|minister|president|judge|"
    r"teacher))"
    rf"{_NOT_PLAY}",
    r"(?:he|she) (?:should|must|deserves to|ought to|needs to|has to) (?:just |really )*(?:be |get )(?:shot|"
    r"hanged|killed|"
    r"murdered|lynched|stabbed|raped|executed|beaten to death)",
    r"(?:he|she) deserves (?:to die|a bullet|to be (?:shot|killed|hanged|beaten))",
)

RULE = Rule(
    name="threaten",
    version=2,
    category="threat",
    reason="A threat frightens whether or not it is meant, and a call to hurt somebody may be followed.",
    find=either(matches((0.85, _I_WILL), (0.8, _SOMEBODY))),
    flags=(
        "I will kill you.",
        "I'm going to stab him when he comes out",
        "We'll burn down your house",
        "Somebody should shoot that judge",
        "I am going to bring a gun to the school",
        "I know where you live, and I'm coming.",
        "you're a dead man",
        "One more step and you're dead.",
        "He deserves to be shot.",
        "I swear I'm going to break your legs",
        "we are going to blow up the mosque",
        "I want to strangle her, I mean it, tonight",
        "She should be killed for that.",
    ),
    passes=(
        "I will kill you at chess.",
        "My wife will kill me if I am late.",
        "I'll shoot you an email tomorrow.",
        "We're going to beat them in the final.",
        "He said he would kill her, and the police came.",
        "I would never hurt you.",
        "You are dead right.",
        "They read your will when you're dead.",
        "Everybody thinks that you're dead.",
        "Watch your step.",
        "The joke killed me.",
        "I know where you live, it is a lovely street.",
        "Someone shot the minister yesterday.",
        "They should shoot the film in May.",
        "I'll beat you to the door.",
        "We bring bread to the market.",
    ),
)
