"""The rules in force, one per file; to add one, write its file and name it here."""

from processors.screening.rule import Rule
from processors.screening.rules import (
    degrade,
    dehumanise,
    despise,
    drill,
    exclude,
    expose,
    harm_a_group,
    identify,
    imminent,
    insult,
    profane,
    publish,
    punish,
    self_harm,
    slur,
    threaten,
)

RULES: tuple[Rule, ...] = (
    dehumanise.RULE,
    degrade.RULE,
    despise.RULE,
    exclude.RULE,
    punish.RULE,
    harm_a_group.RULE,
    slur.RULE,
    threaten.RULE,
    imminent.RULE,
    insult.RULE,
    self_harm.RULE,
    expose.RULE,
    publish.RULE,
    identify.RULE,
    profane.RULE,
    drill.RULE,
)
