"""How a hit was meant: a passage and a hit in, whether it was said for itself, reported, objected to or denied out.

By the policy's factors a quotation lowers a score, a quotation that is objected to (by its speaker or by who speaks
next) lowers it to a note, and a claim that is denied where it is made lowers it below one. Agreement with what was
quoted takes all of that back. What others say counts only around a quotation: a rebuttal excuses nobody's own words.
"""

import re
from typing import NamedTuple

from processors.screening.lexicon import pattern
from processors.screening.passage import Passage
from processors.screening.policy import Meaning
from processors.screening.rule import Hit

SENTENCES_BEFORE = 1
SENTENCES_AFTER = 3
FAR_CHARACTERS = 400
"""About 25 s of speech: what was said further away in one endless sentence has no bearing, and costs no time."""

_SAY = (
    "wrote|writes|write|written|said|says|say|saying|told|tells|claims?|claimed|claiming|called|calls|calling|"
    "shouted|"
    "shouts|shouting|yelled|screamed|posted|posts|tweeted|commented|insists?|insisted|argued?|argues|thinks?|thought|"
    "believes?|believed|suggested|suggests|preached|chanted|sprayed|painted|texted|read"
)
_OTHERS = (
    "somebody|someone|he|she|they|people|man|woman|guy|guys|men|women|boy|girl|kids|neighbou?rs?|uncle|father|mother|"
    "brother|boss|colleague|teacher|caller|callers|listener|letters?|e ?mail|message|post|posts|comments?|"
    "politicians?|"
    "minister|president|poster|sign|banner|graffiti|paper|newspaper|article|headline|everyone|everybody|those|who|"
    "one|some|party|speaker|folks|racists?|nazis?|bullies|trolls?|driver|passenger|customer|customers|player|crowd"
)

_UP_TO_HERE = r"(?:(?: [\w'-]+| ,){0,8})$"
"""What is reported begins soon after the verb: he "said that", not "said nothing all night, and by the way"."""

_REPORT_BEFORE = pattern(
    rf"(?:{_OTHERS})(?: [\w'-]+){{0,6}}? (?:{_SAY}){_UP_TO_HERE}",
    r"(?:he|she|somebody|someone|party|minister|government|politicians?) (?:wants?|wanted|demands?|demanded)(?: to)?$",
    rf"(?:{_OTHERS}) (?:(?:is|was|are|were) (?:just |all |totally |literally )?like|goes|went)$",
    r"(?:heard|read|saw|seen|reading|hearing) (?:<few>)?(?:that|someone|somebody|people|him|her|them|say|saying)",
    r"(?:called|calling|named|naming) (?:me|us|him|her|them|my [\w']+|people)",
    rf"(?:was|were|been|got|get|being) (?:told|taught|called){_UP_TO_HERE}",
    r"(?:accused|words?|claim|lie|slogan|sentence|idea|myth|prejudice|rumou?r|stereotype|propaganda) (?:<few>)?that",
    r"quote|according to",
)
_REPORT_OPENS = pattern(
    rf"(?:{_SAY})(?: (?:this|to us|to me|the following|it|that|aloud|out loud|on the bus|in the shop|"
    r"in his letter))*$",
    r"(?:i|let me) (?:will )?(?:quote|read)(?: [\w'-]+){0,5}$",
    r"listen to (?:this|what)(?: [\w'-]+){0,6}$",
    r"(?:his|her|their|the|these are the|this was the) (?:exact )?(?:words|letter|message|comment)(?: [\w'-]+){0,3}$",
)
_REPORT_AFTER = pattern(
    rf"(?:this|that|it|which) (?:is|was) (?:exactly )?(?:what|"
    rf"how) (?:<few>)?(?:{_OTHERS})(?: [\w'-]+){{0,4}}? (?:{_SAY})",
    r"(?:this|that) (?:is|was) (?:his|her|their|a) (?:words|quote|letter|message|comment|slogan)",
    r"^(?:, )?(?:he|she|they|somebody|someone) (?:said|wrote|shouted|told me|yelled|posted|says|wrote to us)",
    rf"(?:people|someone|somebody|anyone|they|he|she) (?:would |could |still |really )?(?:{_SAY}) (?:that|this|"
    r"such|so)",
    r"^(?:, )?(?:is|was) what (?:<few>)?(?:said|say|says|wrote|write|shouted|think|claim|told)",
)
_OBJECTION = pattern(
    r"(?:find|found|think|thought|call|consider) (?:that|it|this|them|him|her|such \w+)(?: is| was)? (?:so |very |"
    r"deeply |"
    r"really |just |absolutely |utterly )*(?:shameful|wrong|disgusting|horrible|awful|racist|hateful|terrible|"
    r"unacceptable|"
    r"sad|cruel|vile|appalling|outrageous|sickening|upsetting|shocking|a lie|a shame|a disgrace|nonsense|dangerous)",
    r"(?:that|it|this|which|what he said|what she said|what they said) (?:is|was|made|makes) (?:so |just |such |"
    r"a |an |all |"
    r"simply |plain |really |very |me |absolutely |deeply |complete |total |plainly |cruel )*(?:shameful|wrong|"
    r"disgusting|"
    r"horrible|awful|racist|racism|hateful|hate|terrible|unacceptable|cruel|vile|appalling|lie|lies|disgrace|"
    r"nonsense|"
    r"rubbish|false|untrue|not true|not okay|not ok|not acceptable|hate speech|bigotry|sad|sick|angry|ashamed|"
    r"ridiculous|"
    r"outrageous|poison|propaganda|hurtful|slander|homophobic|islamophobic|antisemitic|sexist|shocking|furious)",
    r"(?:i|we) (?:do not|strongly|completely|totally|really|just|cannot|can not|could not|did not|will not|"
    r"would never) "
    r"(?:disagree|object|condemn|agree|accept|tolerate|share that|believe that|stand for|reject|protest|let that)",
    r"(?:i|we) (?:disagree|object|condemn|reject|protested|objected|complained|reported (?:him|her|it|them)|"
    r"told (?:him|"
    r"her|them) to stop|stood up|was (?:horrified|shocked|disgusted|ashamed|furious|so angry)|am (?:horrified|"
    r"shocked|"
    r"disgusted|ashamed|furious|angry|appalled)|hate (?:that|it when|hearing))",
    r"shame on|how dare|shameful|(?:no ?body|no one|no child) should (?:<near>)?(?:hear|read|say|listen|be called|"
    r"talk)",
    r"(?:stop|must stop|should stop|has to stop) (?:saying|calling|talking|spreading|this|that)",
    r"(?:not|never) (?:okay|ok|acceptable|true|right|fair|in my name|in this room)|unacceptable|makes me (?:sick|"
    r"angry|sad)",
    r"(?:shouting|screaming|saying|writing) (?:things|stuff) like",
)
_DENIAL = pattern(
    r"(?:no ?body|no one|not|never|none of (?:us|you)) (?:<few>)?(?:say|says|said|think|thinks|thought|believe|"
    r"believes|"
    r"mean|meant|claim|claims|claiming|saying|suggest|suggesting|agree|call|called|calling)",
    r"(?:not|never) (?:true|right|okay|the case|a fact|fair)(?: to say| to claim| to call)?(?: that)?",
    r"(?:wrong|false|untrue|a lie|lies|racist|nonsense|rubbish|absurd|shameful|cruel|hateful|disgusting|"
    r"ridiculous|myth|"
    r"prejudice|stereotype|propaganda|slander) (?:to (?:say|think|claim|believe|call|suggest) )?(?:<few>)?that",
    r"(?:stop|quit|against) (?:saying|claiming|calling|thinking|pretending|the (?:lie|idea|claim))",
    r"(?:tired|sick|ashamed) of (?:hearing|people|being told|being called|reading)",
    r"how (?:can|could|dare) (?:anyone|anybody|you|they|people|someone)",
    r"if (?:you|anyone|somebody|someone|people) (?:say|says|think|thinks|believe|believes|claims?|call|calls)",
)
_ENDORSED = pattern(
    r"(?:he|she|they|it|that|this) (?:is|are|was|were) (?:so |quite |absolutely |totally |completely |damn |only |"
    r"just |"
    r"exactly |dead )?(?:right|true|correct|a fact|the truth|telling the truth|not wrong|spot on)",
    r"(?:i|we) (?:totally |fully |completely |absolutely |really |have to |must |can only |do |"
    r"could not )*agree(?! with (?:none|"
    r"nothing))(?: more)?",
    r"(?:and )?(?:rightly so|good for (?:him|her|them)|about time|at last|finally|quite right|hear hear|well said|"
    r"so true)",
)
_UNSAID = pattern(r"(?:do|did|does|could|would|can|will) not (?:<few>)?agree(?! more)", r"(?:not|never) (?:right|true)")


_ASKED = pattern(
    r"what (?:did|does|do|had|have) (?!you |i |we )(?:[\w']+ ){1,4}(?:say|write|said|written|post|shout|claim|"
    r"send|sent)(?: [\w']+){0,4}",
    r"(?:read|quote) (?:it|that|this|him|her|them|us|the|his|her|their)(?: [\w']+){0,5}",
    r"(?:which|what) (?:letter|message|comment|slogan|insult)s?(?: [\w']+){0,6}",
)
"""Somebody is asked to quote; the words that follow at once are others'. `What did you say?` asks for none."""


class Around(NamedTuple):
    """The text before a hit in its sentence, the sentences before that, and what follows the hit."""

    clause: str
    before: str
    after: str


class Others(NamedTuple):
    """What other people in the room said right before and right after a passage, as normalised text."""

    before: str = ""
    after: str = ""


NOBODY = Others()


def meaning(passage: Passage, hit: Hit, others: Others = NOBODY) -> Meaning:
    """How the words of the hit were meant."""
    around = surroundings(passage.text, hit)
    if _DENIAL.search(around.clause):
        return "denied"
    if not (_reported(around) or _was_asked(around, others)) or _endorsed(around):
        return "direct"
    return "objected" if _objected(around) or _OBJECTION.search(others.after) else "reported"


def surroundings(text: str, hit: Hit) -> Around:
    """Cut a passage around a hit, a few sentences each way."""
    *before, clause = text[max(0, hit.start - FAR_CHARACTERS) : hit.start].split(" . ")
    after = " . ".join(text[hit.end : hit.end + FAR_CHARACTERS].split(" . ")[: SENTENCES_AFTER + 1])
    return Around(clause.strip(" ,"), before[-SENTENCES_BEFORE].strip() if before else "", after.strip(" "))


def _reported(around: Around) -> bool:
    first_sentences = " . ".join(around.after.split(" . ")[:2]).lstrip(" .")
    return bool(
        _REPORT_BEFORE.search(around.clause)
        or (not around.clause and _REPORT_OPENS.search(around.before))
        or _REPORT_AFTER.search(first_sentences)
    )


def _was_asked(around: Around, others: Others) -> bool:
    """The first words of an answer; later ones are the speaker's own."""
    return not around.before and bool(_ASKED.search(others.before[-FAR_CHARACTERS:].split(" . ")[-1]))


def _objected(around: Around) -> bool:
    return bool(_OBJECTION.search(around.clause) or _OBJECTION.search(around.after))


def _endorsed(around: Around) -> bool:
    return bool(_ENDORSED.search(_UNSAID.sub("", around.after)) or re.search(r"\brightly\b", around.clause))
