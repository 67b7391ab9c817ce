"""What one speaker just said: captions in, one normalised text out whose every character leads back to a heard word.

The text is what rules read: lower case, accents off, contractions spelled out, fillers and stutters gone, each
sentence's end a ` . ` of its own, commas a ` , `. A sentence cut by an utterance's end is joined again.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processors.screening.lexicon import word_set
from schemas.captions import Caption, Word

FILLERS = word_set("um uh uhm er erm hm hmm mm ah")
DIGITS = word_set("zero oh one two three four five six seven eight nine")

CONTRACTIONS = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "ain't": "are not",
    "shan't": "shall not",
    "gonna": "going to",
    "gotta": "got to",
    "wanna": "want to",
    "outta": "out of",
    "gimme": "give me",
    "y'all": "you all",
    "let's": "let us",
    "'em": "them",
}

ENDINGS = (("n't", " not"), ("'re", " are"), ("'ll", " will"), ("'ve", " have"), ("'m", " am"), ("'d", " would"))

IS_SHORTENED = word_set("it he she that this what who there here where how everybody everyone somebody")
"""Words whose `'s` stands for "is" far more often than it marks an owner."""

DANGLING = word_set(
    "a an the and or but which of to at for with from like than as are is was were be been being am should must their "
    "his her its my our your very such nothing every because if"
)
"""Words that end no sentence: after one, a full stop is where the utterance was cut, not where the thought ended."""

_WORD = re.compile(r"[^\W_]+(?:[.@+'-][^\W_]+)*(?:')?")


@dataclass(frozen=True, slots=True)
class Heard:
    """One word as heard: its caption, room time in ms and probability in 0..1."""

    caption_id: str
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, slots=True)
class Passage:
    """`text` for rules; `starts[i]` is where in it the word `heard[i]` begins."""

    text: str
    starts: tuple[int, ...]
    heard: tuple[Heard, ...]

    def words(self, start: int, end: int) -> tuple[Heard, ...]:
        """The words behind the characters `start..end` of the text."""
        first = max(0, bisect_right(self.starts, start) - 1)
        return self.heard[first : max(first + 1, bisect_right(self.starts, end - 1))]

    def __repr__(self) -> str:
        return f"Passage(words={len(self.heard)})"


def read(captions: Sequence[Caption]) -> Passage:
    """Make a passage of one speaker's captions in time order."""
    pieces: list[str] = []
    starts: list[int] = []
    heard: list[Heard] = []
    length = 0
    for piece, word in _pieces(captions):
        if word is not None:
            starts.append(length)
            heard.append(word)
        pieces.append(piece)
        length += len(piece) + 1
    return Passage(" ".join(pieces), tuple(starts), tuple(heard))


def say(text: str) -> Passage:
    """A passage of bare text, every word heard surely: for examples of rules and text without timing."""
    return read([bare(text)])


def bare(text: str) -> Caption:
    """A text as a final caption of nobody, heard surely."""
    return Caption(
        room_id="",
        track_id="",
        speaker="",
        caption_id="",
        pass_name="final",
        status="final",
        start_ms=0,
        end_ms=len(text),
        text=text,
        words=(),
        settled=len(text),
        language="en",
        confidence=1.0,
        engine="",
        model="",
        emitted_ms=0,
    )


def _pieces(captions: Sequence[Caption]) -> Iterator[tuple[str, Heard | None]]:
    """Normalised words with their origin, and punctuation with none."""
    last = ""
    for caption in captions:
        for word in caption.words or _spread(caption):
            origin = Heard(caption.caption_id, word.start_ms, word.end_ms, word.probability)
            for piece in normalised(word.text):
                if _again(piece, last) or (piece == "." and last in DANGLING):
                    continue
                last = piece
                yield piece, None if piece in ".," else origin
        if last and last not in DANGLING and last != "." and caption.text.rstrip().endswith((".", "?", "!")):
            last = "."
            yield ".", None


def _again(piece: str, last: str) -> bool:
    """A stutter or a doubled mark; digits are told twice on purpose."""
    return piece == last and not piece.isdigit() and piece not in DIGITS


def _spread(caption: Caption) -> tuple[Word, ...]:
    """Words of a caption that has none: its text, spread evenly over its time, as sure as the caption is."""
    texts = caption.text.split()
    step = (caption.end_ms - caption.start_ms) / max(1, len(texts))
    return tuple(
        Word(
            text=text,
            start_ms=caption.start_ms + int(step * n),
            end_ms=caption.start_ms + int(step * (n + 1)),
            probability=caption.confidence,
        )
        for n, text in enumerate(texts)
    )


def normalised(word: str) -> Iterator[str]:
    """The words and marks that one written word stands for: `They're,` gives `they`, `are`, `,`."""
    plain = folded(word)
    if plain.strip(".,;?! ") in FILLERS:
        return
    ellipsis = plain.rstrip("\"')").endswith("...")
    for found in _WORD.findall(plain):
        yield from _spelled_out(found).split()
    if re.search(r"[.?!:][\"')]*$", plain) and not ellipsis:
        yield "."
    elif re.search(r"[,;][\"')]*$", plain):
        yield ","


def folded(text: str) -> str:
    """Lower case without accents and with plain apostrophes; look-alike letters of one compatibility class made one."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("…", "..."))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def _spelled_out(word: str) -> str:
    if word in CONTRACTIONS:
        return CONTRACTIONS[word]
    if word.endswith("'s") and word[:-2] in IS_SHORTENED:
        return f"{word[:-2]} is"
    for ending, full in ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + full
    return word.replace("-", " ").rstrip("'")
