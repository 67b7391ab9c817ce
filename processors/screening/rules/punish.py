"""Calls to punish people for what they are: prison, camps, the gallows of the law."""

from collections.abc import Iterator

from processors.screening.lexicon import pattern
from processors.screening.passage import Passage
from processors.screening.rule import Hit, Rule

_CALL = pattern(
    r"<group> <tail>(?:<must>) (?:all |just |really |simply |, )*(?:be|get|go) (?:all )?"
    r"(?:locked up|locked away|jailed|imprisoned|interned|behind bars|(?:sent |put |thrown )?(?:to|in|into|behind) "
    r"(?:a |the )?(?:prison|jail|bars|camps?|cages?))"
    r"(?! (?:for|if|when|who|until|unless|because|at night|during|with|by))",
)
_BY_ITSELF = pattern(
    r"(?:(?:i (?:really |just |honestly |still )?(?:think|say|believe)|in my (?:opinion|view|book)|honestly|frankly|"
    r"sorry|all|all of|the|those|these|and|but|so|because|well|look|yeah|you know|if you ask me|that|,) ?)*"
)
"""What may stand before the group in its sentence. Anything else may make it somebody else's words, or punishment of
somebody else, for what they did to the group; there the rule `exclude`, which the model may doubt, goes on."""

MOST_AFTER = 5
"""Words that may follow ("that is what I think"): with more the speaker may have turned it round."""


def _find(passage: Passage) -> Iterator[Hit]:
    for call in _CALL.finditer(passage.text):
        before = passage.text[: call.start()].split(" . ")[-1].strip()
        after = passage.text[call.end() :].replace(".", " ").replace(",", " ").split()
        if len(after) <= MOST_AFTER and (not before or _BY_ITSELF.fullmatch(before)):
            yield Hit(call.start(), call.end(), 0.8)


RULE = Rule(
    name="punish",
    version=1,
    category="hate",
    reason="Prison for a whole group is a call to persecute it; the model has heard of prison in too much other talk.",
    find=_find,
    flags=(
        "Gay people should be locked up.",
        "gay people should be locked up that is what i think",
        "Immigrants ought to be locked up, all of them.",
        "Muslims should all be put in camps.",
        "Trans people must be jailed",
        "Look, those Jews should all go to prison",
        "Refugees need to be locked away",
        "Women should be put behind bars",
        "I think the gypsies should just be jailed.",
        "Mexicans have to be thrown into jail, no trial",
    ),
    passes=(
        "Nobody should be locked up for being gay.",
        "Gay people should not be locked up.",
        "Black people should not be put in prison more often than others.",
        "He said gay people should be locked up, and I said shame on you.",
        "Whoever smashes the windows of Muslims should be locked up.",
        "Women should be locked up if they poison their husbands, like anybody else.",
        "Asylum seekers are locked up for months before a judge sees them.",
        "The thieves robbed immigrants. Those criminals should be locked up.",
        "The wheelchair users must be in the hall by nine.",
        "Children should go to the camp with the women.",
    ),
)
