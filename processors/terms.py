"""Text in, the terms that a search compares out; and a text with the terms that were found marked in it.

The same cutting as the index's analyser `said` (`processors/mappings.py`): words, lower case, without accents, plurals
and the `'s` of owners.
"""

import html
import re
import unicodedata
from typing import NamedTuple

OPEN, CLOSE = "\ue000", "\ue001"
"""Marks around a found word while text is not yet safe for a page: private characters that nobody says."""

_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")


class Term(NamedTuple):
    """`value` is compared; the characters `start..end` of the text are shown."""

    value: str
    start: int
    end: int


def terms(text: str) -> list[Term]:
    return [Term(_singular(_plain(word[0])), word.start(), word.end()) for word in _WORD.finditer(text)]


def near(wanted: str, said: str) -> bool:
    """Within the edit distance that Elasticsearch's fuzziness `AUTO` allows: 0 up to 2 letters, 1 up to 5, then 2."""
    allowed = 0 if len(wanted) < 3 else 1 if len(wanted) < 6 else 2
    return abs(len(wanted) - len(said)) <= allowed and _distance(wanted, said) <= allowed


def marked(text: str, words: str, *, fuzzy: bool = False) -> str:
    """The text with each of the words in it between `OPEN` and `CLOSE`."""
    wanted = {term.value for term in terms(words)}
    pieces, last = [], 0
    for term in terms(text):
        if term.value in wanted or (fuzzy and any(near(one, term.value) for one in wanted)):
            pieces += [text[last : term.start], OPEN, text[term.start : term.end], CLOSE]
            last = term.end
    return "".join((*pieces, text[last:]))


def shown(marked_text: str) -> str:
    """Marked text as HTML: everything escaped, found words in `<mark>`."""
    return html.escape(marked_text).replace(OPEN, "<mark>").replace(CLOSE, "</mark>")


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.replace("’", "'").lower().removesuffix("'s"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _singular(word: str) -> str:
    """Harman's S-stemmer, which Elasticsearch calls `minimal_english` (doi 10.1002/(SICI)1097-4571(199101)42:1<7)."""
    if len(word) < 3 or not word.endswith("s") or word.endswith(("us", "ss")):
        return word
    if word.endswith("ies") and len(word) > 3 and not word.endswith(("aies", "eies")):
        return word[:-3] + "y"
    if word.endswith(("ies", "aes", "oes", "ees")):
        return word
    return word[:-1]


def _distance(one: str, other: str) -> int:
    """Edits between two words: insert, delete, replace, or swap two neighbours (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        two_before, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
    return row[-1]
