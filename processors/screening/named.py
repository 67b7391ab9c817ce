"""A text in; whether it names people by what they may not be hated for, or by a slur, out.

Hate is of a group. Where none is named the model has nothing to go by, and in hours of ordinary talk it errs there
most: of "they" who are a team, "that lot" who are bugs. So it has to be surer there (policy.yaml, `unnamed`). Being
named is no verdict: women who are praised are named too.
"""

import re
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA

from processors.screening.classifier_reading import reading
from processors.screening.lexicon import word_set

NAMES = word_set(
    # where people come from
    "american australian british english irish scottish welsh canadian german austrian french italian spanish "
    "portuguese dutch belgian swiss danish swedish norwegian finnish icelandic polish czech slovak hungarian romanian "
    "bulgarian greek serbian croatian bosnian albanian kosovan ukrainian russian belarusian georgian armenian "
    "lithuanian latvian estonian turkish kurdish arab arabian syrian iraqi iranian persian saudi yemeni lebanese "
    "palestinian israeli egyptian libyan tunisian algerian moroccan african nigerian ghanaian somali somalian sudanese "
    "ethiopian eritrean kenyan ugandan congolese rwandan senegalese gambian zimbabwean asian chinese japanese korean "
    "vietnamese thai filipino filipina indonesian malaysian burmese rohingya uyghur indian pakistani bangladeshi "
    "bengali afghan nepali tibetan mongolian mexican cuban haitian jamaican dominican brazilian colombian venezuelan "
    "guatemalan honduran salvadoran peruvian bolivian chilean argentinian hispanic latin latino latina latinx "
    "caribbean caucasian european aboriginal indigenous inuit maori navajo cherokee sami aborigine eskimo roma romani "
    "sinti gypsy traveller pole turk greek swede dane finn scot brit dutchman frenchman irishman englishman chinaman "
    "spaniard serb croat kurd aussie yank oriental immigrant migrant refugee foreigner newcomer asylum undocumented "
    "illegals "
    # what they believe
    "jew jewess jewish judaism zionist muslim moslem islam islamic islamist christian christianity catholic "
    "protestant evangelical mormon baptist methodist hindu hinduism sikh buddhist jain pagan atheist agnostic "
    "unbeliever nonbeliever shia sunni hasidic zoroastrian churchgoer hijab headscarf headscarves burka "
    # whom they love, and who they are
    "gay lesbian bisexual homosexual queer lgbt lgbtq trans transgender transgendered transsexual transvestite "
    "nonbinary intersex homo woman women female girl lady feminist wife wives housewife housewives mother men male "
    "father husband bloke "
    # body and age
    "disabled disability handicapped deaf autistic autism epileptic epilepsy dyslexic dyslexia schizophrenic "
    "schizophrenia dementia bipolar amputee wheelchair cripple crippled dwarf dwarves midget elderly pensioner "
    "retiree senior grandparent "
    # words made to wound
    "negro negress nigger nigga nig coon darkie jigaboo sambo golliwog chink gook jap zipperhead paki coolie spic "
    "wetback beaner wop dago polack kraut gringo raghead towelhead muzzie muzrat rapefugee kike yid heeb hymie "
    "faggot fag dyke poof poofter sodomite tranny shemale ladyboy pikey gypo gyppo injun squaw redskin abo boong "
    "honky wigger whitey cracker redneck bitch cunt slut whore hoe skank thot slag retard retarded spastic mong "
    "mongoloid"
)
"""Single words, in the singular."""

_PERSON = (
    r"(?:people|persons?|folks?|m[ae]n|wom[ae]n|guys?|dudes?|boys?|girls?|lad(?:y|ies)|kids?|child(?:ren)?|"
    r"famil(?:y|ies)|communit(?:y|ies)|couples?|students?|workers?|teenagers?|neighbou?rs?|bastards?|trash|thugs?|"
    r"doctors?|nurses?|teachers?|drivers?|players?|owners?|tenants?|customers?|voters?|singles|ones|lot)"
)
_PHRASE = re.compile(
    rf"\b(?:black|white|brown|colou?red|old|older|blind|native|foreign|mentally ill|handicapped) (?:\w+ )?{_PERSON}\b|"
    r"\b(?:are|were|anyone|somebody|someone|everyone) (?:black|white|brown|foreign)\b|"
    r"\b(?:blacks|whites|natives)\b|\bof colou?r\b|\bskin colou?r\b|\bfirst nations?\b|\bnative american|"
    r"\bmiddle eastern|\bpuerto ricans?\b|\btorres strait|\bthird world\b|\bfrom abroad\b|\bguest worker|"
    r"\bthe (?:blind|old|mentally ill)(?: (?:are|who|have|should|must|and|to)\b|[.,;?!]|$)|\bteenage boys\b|"
    r"\bdown'?s? syndrome|\bspecial needs\b|\bcerebral palsy|\bin wheelchairs\b|\bcare home|"
    r"\bover (?:sixty|seventy|eighty|ninety)\b|\bjehovah|\bbelieves? in no god|\bwithout a religion\b"
)
"""What takes more than a word: a colour or an age is somebody's only beside a person."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTERS = re.compile(r"[^\W\d_]+")

SHORTEST_NEAR = 4
"""Letters from which one slip of the keyboard leaves a name to be known."""

NOT_NEAR = word_set("this cuts finish coat coats wore moron morons lays")
"""Common words that are one slip away from a name."""

SHORTEST_JOINED = 9
"""Letters from which a word is looked at for a name inside it: several words run together."""


MISHEARD = frozenset(files("processors.screening").joinpath("misheard_names.txt").read_text("ascii").splitlines())
"""What a recogniser made of names ("less bins", "muslin"), less what people say anyway; made by
infra/screening/heard.py."""

MOST_MISHEARD_WORDS = 3


def named(text: str) -> bool:
    """Whether a group that can be hated is named, also misspelt, misheard, spaced out or run together with words."""
    read = reading(text)
    return written(read) or _misheard(_LETTERS.findall(read))


def written(read: str) -> bool:
    """Whether it is named as people write, also misspelt; of a text as the model reads it."""
    return bool(_PHRASE.search(read)) or any(_names(word) for word in _WORD.findall(read))


def _misheard(words: list[str]) -> bool:
    runs = (words[n : n + many] for many in range(1, MOST_MISHEARD_WORDS + 1) for n in range(len(words) - many + 1))
    return any(" ".join(run) in MISHEARD for run in runs)


@lru_cache(maxsize=65_536)
def _names(word: str) -> bool:
    if not NAMES.isdisjoint(_singulars(word)):
        return True
    if len(word) >= SHORTEST_JOINED and any(name in word for name in _LONG):
        return True
    return len(word) >= SHORTEST_NEAR and word not in NOT_NEAR and any(_is_slip(word, name) for name in _near(word))


def _singulars(word: str) -> tuple[str, ...]:
    if word.endswith("ies"):
        return (word, word[:-1], f"{word[:-3]}y")
    return (word, word[:-1], word[:-2]) if word.endswith("es") else (word, word.removesuffix("s"))


_SPELLED = sorted(
    {"people", "peoples"} | {name + end for name in NAMES if len(name) >= SHORTEST_NEAR - 1 for end in ("", "s")}
)
_LONG = [name for name in NAMES if len(name) >= 6 and name not in ("mother", "father")]


def _near(word: str) -> list[str]:
    return [name for name, _, _ in process.extract(word, _SPELLED, scorer=OSA.distance, score_cutoff=1, limit=None)]


def _is_slip(word: str, name: str) -> bool:
    """Whether the word is the name with two neighbours swapped or one letter inside it missing."""
    if len(word) == len(name):
        return word != name and sorted(word) == sorted(name)
    return len(name) == len(word) + 1 and name[0] == word[0] and not name.startswith(word)
