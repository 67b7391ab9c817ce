"""A text as somebody wrote or said it in; the text as the model reads it, or why the model cannot judge it, out.

Training reads its examples through the same function, so that both see the same letters.
"""

import re
import unicodedata
from typing import Literal

from processors.screening.lexicon import word_set

Abstention = Literal["empty", "too_long", "language"]

LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһкмтвн" + "αεορτυικνχβ" + "ı",
    "aeopcyxijsdhkmtbh" + "aeoptuikvxb" + "i",
)
"""Cyrillic and Greek letters that stand in for Latin ones in a word that is otherwise Latin."""

LEET = str.maketrans("013457@$!", "oieastasi")
"""Digits and signs that stand in for letters inside a word."""


ENGLISH = word_set(
    "the a an and or but of to in on at for with from by is are was were be been am i you he she it we they me him her "
    "us them my your his its our their this that these those not no do does did have has had will would can could "
    "should what who why how when where all so if as just like about out up there here some any more than then now "
    "people know think say said go get very really one men man die son"
)
OTHERS = (
    word_set(
        "der die das und ist nicht ich wir sie ein eine den dem mit auf fur von zu wie auch aber "
        "le la les et est pas je nous vous un une des du dans pour que qui sur avec ne ce "
        "el los las y es una por con como pero muy yo en del se lo al "
        "il gli che di non per sono della anche ma questo "
        "os e nao um uma da em para com sao mas isso "
        "de het een niet ik wij zij van voor maar ook deze "
        "nie jest sie na ze w z jak ale "
        "bir ve bu icin degil cok ben biz ama ile "
        "och att det som ar inte jag pa"
    )
    - ENGLISH
)
"""The commonest words of other languages, without accents (as they are read), less those that English has too."""

FEWEST_FOREIGN = 2

_ODD = re.compile(r"[^\w\s.,;:?!'\"$@*&%/-]")
_SPACED_OUT = re.compile(r"(?<![\w'])\w([ .\-_*])\w\b(?:\1\w\b){2,}")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LETTER_SIGNS = re.compile(r"(?<=[a-z])[013457@$!]+(?=[a-z])|^[$@]+(?=[a-z]{2})|^[0134](?!(?:st|nd|rd|th))(?=[a-z]{4})")
"""Inside a word, and before one: `$tupid`, `4frican`; `4th`, `5pm` and `$20` stay what they are."""


def reading(text: str) -> str:
    """One plain line in lower case: look-alike letters, spaced-out and stretched words made what they stand for.

    Read until nothing changes: a letter made of a sign may uncover the next one, as in `4e430b`.
    """
    while (read := _read_once(text)) != text:
        text = read
    return read


def _read_once(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    latin = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = " ".join(map(_undisguised, _ODD.sub(" ", latin).split()))
    joined = _SPACED_OUT.sub(_joined, words)
    return " ".join(re.sub(r"([a-z])\1{2,}", r"\1\1", joined).split())


def abstention(read: str) -> Abstention | None:
    """Why a model of English should not judge this text, or None where it should."""
    letters = [letter for letter in read if letter.isalpha()]
    if not letters:
        return "empty"
    if sum(letter.isascii() for letter in letters) < 0.7 * len(letters):
        return "language"
    words = _WORD.findall(read)
    foreign = sum(word in OTHERS for word in words)
    english = sum(word in ENGLISH or "'" in word for word in words)
    return "language" if foreign >= FEWEST_FOREIGN and foreign > english else None


def _undisguised(word: str) -> str:
    if any("a" <= letter <= "z" for letter in word):
        word = word.translate(LOOK_ALIKES)
    return _LETTER_SIGNS.sub(lambda found: found[0].translate(LEET), word)


def _joined(found: re.Match[str]) -> str:
    """`m.u.s.l.i.m` is a word; `e g` or `u s a` stays what it was, letter by letter, which costs nothing."""
    return re.sub(r"[ .\-_*]", "", found[0])
