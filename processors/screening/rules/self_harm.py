"""Somebody about to hurt themselves, or somebody told to."""

from processors.screening.lexicon import pattern
from processors.screening.rule import Rule, matches

_TOLD = pattern(
    r"(?:go|just|please|why do not you|you should|you had better|should just|go and) (?:just |and |"
    r"go )*(?:kill yourself|hang yourself|"
    r"end yourself|cut yourself|shoot yourself|jump off a bridge|slit your wrists)",
    r"^kill yourself|(?:\.|,) kill yourself",
)
_OWN = pattern(
    r"i (?:just |really |only |still )*(?:want to|am going to|will|have to|need to|might|plan to|am about to|"
    r"tried to|am planning to|"
    r"decided to) (?:just |really )*(?:kill myself|end my life|end it all|hang myself|take my (?:own )?life|"
    r"cut myself|die|hurt myself|"
    r"shoot myself|not wake up)(?! (?:of|laughing|from laughing|if|when|for|old|happy|in peace|a|an|some|on))",
    r"i (?:just |really )*(?:do not|no longer) want to (?:live|be alive|be here|exist)(?! (?:in|at|near|with|on|"
    r"there|here|late|too))",
    r"i (?:have been |am |keep |was )(?:thinking (?:about|of)|considering) (?:suicide|killing myself|"
    r"ending (?:it all|my life|it))",
    r"(?:i am|i feel|feeling) suicidal|nobody would (?:even )?(?:miss me|notice if i (?:died|was gone|were gone))",
)

RULE = Rule(
    name="self_harm",
    version=1,
    category="self_harm",
    reason="Imminent harm jumps the queue: somebody has to be reached, not punished.",
    find=matches((0.95, _TOLD), (0.9, _OWN)),
    flags=(
        "Go kill yourself.",
        "Why don't you just hang yourself",
        "I want to kill myself.",
        "I just don't want to live anymore",
        "I've been thinking about suicide",
        "I am going to end my life tonight",
        "I feel suicidal.",
        "You should kill yourself, really",
        "nobody would even miss me",
        "I tried to take my own life",
        "Just, um, just want to say I am going to end it all",
    ),
    passes=(
        "I nearly killed myself laughing.",
        "I want to die of shame.",
        "The suicide prevention line is open all night.",
        "I don't want to live in the city.",
        "He told me to go kill myself, and that is not okay.",
        "The battery died.",
        "I could die for that cake.",
        "She lost her brother to suicide.",
        "I don't want to be here late.",
        "I will die if I eat more cake.",
        "I am going to cut myself a slice of bread.",
        "We talked about mental health.",
    ),
)
