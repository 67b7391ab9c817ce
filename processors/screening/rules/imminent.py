"""Violence about to be done: a weapon at hand, somebody on the way, a deed with its hour."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

_WEAPON = r"(?:gun|guns|rifle|pistol|shotgun|knife|machete|bomb|explosives|grenade|petrol|acid|axe|baseball bat|weapon)"
_NOW = (
    r"(?:right now|now|tonight|today|tomorrow|this (?:evening|afternoon|morning|weekend)|"
    r"in (?:a|an|one|two|five|ten|twenty|thirty|half an) (?:minute|minutes|hour|hours)|"
    r"on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|(?:as soon as|when|once) (?:you|he|she|they) "
    r"(?:come|comes|leave|leaves|get|gets|open|opens|walk|walks))"
)
_WHOM = (
    r"(?:you|him|her|them|everyone|everybody|you all|all of (?:you|them)|people|as many (?:of them )?as i can|"
    r"<group>|the (?:kids|children|teachers?|judge|mayor|crowd|congregation|police))"
)
_WILL = r"(?:i|we) (?:will|am going to|are going to|am about to|are about to)(?: (?:just|really|fucking|finally))?"
_NOT_PLAY = r"(?! (?:at (?:chess|cards|tennis|golf|darts)|in the (?:final|game|race|quiz)|with (?:kindness|cake)))"
_ARMED = pattern(
    rf"(?:i|we) (?:have|have got|got|am holding|are holding|brought|am carrying|loaded) (?:a |my |the |two |some |"
    rf"our )?(?:loaded |big |sharp )?{_WEAPON}(?: [\w']+){{0,4}}?(?: ,)?(?: and)?(?: i| we)? (?:am|are|will|know) "
    r"(?:<few>)?(?:coming|going to (?:use it|find|need it|<harm>)|on my way|on our way|outside|waiting for|use it|kill|"
    r"shoot|where (?:you|he|she|they))(?! (?:the (?:bread|cake|meat|melon|wood)|some|a cake))",
    rf"(?:i|we) (?:am|are) (?:on (?:my|our) way|coming|outside|in front of|standing|waiting)(?: [\w']+){{0,6}}? "
    rf"with (?:a|my|the|our|some) (?:loaded )?{_WEAPON}",
    r"(?:i|we) (?:have )?(?:planted|put|left|hidden) (?:a|the) (?:bomb|explosives)",
    r"there is a bomb (?:in|at|under|outside)",
)
_TIMED = pattern(
    rf"{_WILL} (?:<harm>|burn down|blow up|shoot up) {_WHOM}{_NOT_PLAY}(?: [\w']+){{0,5}}? {_NOW}{_NOT_PLAY}",
    rf"(?:{_NOW}) (?:, )?{_WILL} (?:<harm>|burn down|blow up|shoot up) {_WHOM}{_NOT_PLAY}",
    rf"{_WILL} (?:burn down|blow up|shoot up|bomb|set fire to) (?:the |your |his |her |their |that |this )[\w']+"
    rf"(?: [\w']+){{0,4}}? {_NOW}",
)

RULE = Rule(
    name="imminent",
    version=1,
    category="threat",
    reason="Where there is a weapon, a way or an hour, somebody has to be called before the room is over.",
    find=matches((1.0, _ARMED), (1.0, _TIMED)),
    flags=(
        "I have a gun and I am coming over.",
        "I'm on my way to your house with a knife",
        "I will kill you tonight.",
        "We are going to shoot up that school tomorrow",
        "I am going to stab him as soon as he comes out",
        "There is a bomb in the town hall.",
        "I'm outside his door with a baseball bat",
        "tonight I will burn down their house, I mean tonight I am going to kill them",
        "I got my rifle, and I am going to use it",
        "we will beat you up when you leave, we will hurt you when you leave",
        "I have planted a bomb",
        "On Friday I am going to kill as many as I can",
    ),
    passes=(
        "I will beat you tonight at chess.",
        "I have a knife and I am going to cut the bread.",
        "He told me that he would kill her tonight, and the police came.",
        "There is a bomb shelter in the town hall.",
        "We are going to kill the lights now.",
        "I am on my way with a cake.",
        "I would never hurt you, tonight or ever.",
        "The film tonight is about a man with a gun.",
        "We will beat them in the final tomorrow.",
        "I got my bat and I am going to practice.",
        "The police looked for a bomb in the river last year.",
        "I'm going to crush this exam tomorrow.",
    ),
)
