"""A transcript and what its reader would rather not read in; it without that out. What is kept stays as it is."""

import re
from collections.abc import Callable, Iterable
from functools import reduce

from msgspec.structs import replace

from processors.screening.rules import profane
from processors.serving import SOMEBODY
from schemas.captions import Caption, Transcript
from schemas.errors import Invalid

NAME = "[name]"
Text = Callable[[str], str]


def masks_of(asked: str) -> tuple[str, ...]:
    """The masks in `profanity,names`; raises `Invalid("mask_unknown")`."""
    names = tuple(name.strip() for name in asked.split(",") if name.strip())
    unknown = next((name for name in names if name not in MASKS), None)
    if unknown is not None:
        raise Invalid("mask_unknown", f"no mask {unknown!r}; there are {', '.join(MASKS)}", field="mask")
    return names


def masked(transcript: Transcript, masks: Iterable[str], names: Iterable[str]) -> Transcript:
    """Apply the masks; `names` are those of the room's people, all that we know to be names."""
    known = tuple(names)
    return reduce(lambda made, mask: MASKS[mask](made, known), masks, transcript)


def _without_profanity(transcript: Transcript, names: tuple[str, ...]) -> Transcript:
    captions = tuple(_rewritten(caption, _starred) for caption in transcript.captions)
    return replace(transcript, title=_starred(transcript.title), captions=captions)


def _without_names(transcript: Transcript, names: tuple[str, ...]) -> Transcript:
    """Speakers become numbers, in the order in which they are heard; what they are called becomes `NAME`."""
    tracks = list(dict.fromkeys(caption.track_id for caption in transcript.captions))
    named = _naming((*names, *(caption.speaker for caption in transcript.captions)))
    captions = tuple(
        _anonymous(_rewritten(caption, named), tracks.index(caption.track_id) + 1) for caption in transcript.captions
    )
    return replace(transcript, title=named(transcript.title), captions=captions)


def _rewritten(caption: Caption, text: Text) -> Caption:
    words = tuple(replace(word, text=text(word.text)) for word in caption.words)
    return replace(caption, text=text(caption.text), words=words, heard=text(caption.heard))


def _anonymous(caption: Caption, number: int) -> Caption:
    return replace(
        caption,
        speaker=f"Speaker {number}",
        track_id=f"speaker-{number}",
        caption_id=f"speaker-{number}-{caption.start_ms}",
        corrected_by=SOMEBODY if caption.corrected_by else "",
    )


def _starred(text: str) -> str:
    """`f***`: the reader knows that there was a word, and which kind."""
    return _PROFANE.sub(lambda found: found[0][0] + "*" * (len(found[0]) - 1), text)


def _naming(names: Iterable[str]) -> Text:
    parts = {part for name in names for part in re.findall(r"[^\W\d_]{2,}", name)}
    if not parts:
        return lambda text: text
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, parts), key=len, reverse=True))})\b", re.IGNORECASE)
    return lambda text: pattern.sub(NAME, text)


_PROFANE = re.compile(profane.SWEARING.pattern, re.IGNORECASE)

MASKS: dict[str, Callable[[Transcript, tuple[str, ...]], Transcript]] = {
    "profanity": _without_profanity,
    "names": _without_names,
}
