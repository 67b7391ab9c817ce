"""Calls for violence against a protected group."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, either, matches, of_a_group

_CALL = pattern(
    r"<group> <tail>(?:<must>) (?:all |just |really |simply |, )*(?:be|get|to be) (?:<near>)?(?:<harmed>)"
    r"(?! (?:by (?:the )?(?:sun|rain)|in the (?:sun|exam|polls?|final|game|match)))",
    r"<group> <tail>(?:<must>) (?:all |just |really |simply |, )*(?:die|hang|burn|suffer|drown)(?= \.| ,|$| for|"
    r" in hell| now)",
    r"(?:<we>) (?:<few>)?(?:should|must|ought to|need to|have to|has to|will|are going to|am going to|want to|"
    r"would like to|"
    r"could) (?:all |just |really |simply )*(?:<harm>) (?:all |the |these |those |every |each |some |any |of |a |"
    r"an |them )*"
    r"(?:<group>)",
    r"(?:let us|go|go and|come on and|please|just) (?:all |just )*(?:<harm>) (?:all |the |these |those |every |"
    r"some |a |an )*"
    r"(?:<group>)",
    r"(?:^|\. |, )(?:just |please )?(?:<harm>) (?:all |the |these |those |every )+(?:<group>)",
    r"(?:a |every )?bullet(?:s)? for (?:all |every |each |the )*(?:<group>)",
    r"(?:hope|wish|pray) (?:that )?(?:all |every |those |these |the |some )*(?:<group>) (?:<few>)?(?:die|dies|"
    r"burn|burns|"
    r"drown|drowns|get killed|gets killed|get shot|gets shot|suffer|suffers)",
    r"<group> <tail>deserve (?:<few>)?(?:death|violence|a bullet|a beating|what hitler|the gas)",
)
_THEY = pattern(
    r"(?:they|those people|these people|them|that lot) (?:all )?(?:should|must|ought to|need to|have to|deserve to) "
    r"(?:all |just |really |simply )*(?:be|get|to be) (?:<few>)?(?:<harmed>)"
    r"(?! (?:by|in|into|with|for|to))",
    r"(?:they|those people|these people) (?:all )?(?:should|must|ought to|deserve to) (?:all |just |really |"
    r"simply )*die",
    r"(?:let us|we should|we must|somebody should|someone should|we need to|we have to) (?:all |just )*"
    r"(?:kill|shoot|hang|burn|gas|lynch|exterminate|wipe out|slaughter|murder|stab|drown|beat) them(?! (?:in the|"
    r"at|to the|by))",
)

RULE = Rule(
    name="harm_a_group",
    version=1,
    category="hate",
    reason="Incitement to violence against a group is the gravest hate and illegal nearly everywhere.",
    find=either(matches((1.0, _CALL)), of_a_group((0.85, _THEY))),
    heeds_model=True,
    flags=(
        "Immigrants should be shot at the border.",
        "Somebody should burn the refugees out",
        "Kill all the Jews.",
        "We have to exterminate the gypsies",
        "Gay people deserve to die.",
        "I hope those Muslims die.",
        "Look at these immigrants. They should be beaten and driven out of this town, all of them.",
        "Let's beat the gays tonight",
        "Women should be whipped when they talk back",
        "Trans people ought to be hanged",
        "A bullet for every foreigner.",
        "Just gas the Jews",
        "black people must be, uh, must be killed",
    ),
    passes=(
        "Immigrants are killed at the border every year.",
        "Refugees should not be beaten.",
        "We must protect the Jews.",
        "He wrote that gay people should be shot, and I am horrified.",
        "The women must beat the Polish team in the final.",
        "I hope the refugees find a home.",
        "Six women were murdered last year.",
        "Nobody should say that Muslims must be killed.",
        "The onions are burnt. They should be beaten into the sauce.",
        "The Indian team should be beaten in the final.",
        "The police should stop those who attack immigrants.",
        "Women should hit the gym.",
        "The blind man nearly died.",
    ),
)
