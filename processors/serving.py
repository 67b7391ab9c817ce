"""The transcript as it was heard and its room in; what is served of it out: corrected, and without who was erased."""

from msgspec.structs import replace

from schemas.captions import Caption, Transcript, Word
from schemas.rooms import Correction, Room

SOMEBODY = "somebody"


def served(transcript: Transcript, room: Room) -> Transcript:
    """The transcript with the corrections that people made; erased tracks are not in it."""
    kept = (caption for caption in transcript.captions if caption.track_id not in room.erased)
    return replace(transcript, captions=tuple(as_corrected(caption, room) for caption in kept))


def for_public(transcript: Transcript) -> Transcript:
    """What listeners get of corrections: that there was one, not who made it nor what it was to take away."""
    captions = (
        replace(each, corrected_by=SOMEBODY, heard="") if each.corrected_by else each for each in transcript.captions
    )
    return replace(transcript, captions=tuple(captions))


def as_corrected(caption: Caption, room: Room) -> Caption:
    """The caption as a person corrected it, or as it is."""
    made = room.corrections.get(caption.caption_id)
    return caption if made is None else _corrected(caption, made)


def _corrected(caption: Caption, made: Correction) -> Caption:
    return replace(
        caption,
        text=made.text,
        words=_timed(made.text.split(), caption.words),
        settled=len(made.text),
        emitted_ms=made.at_ms,
        corrected_by=made.actor,
        heard=caption.text,
    )


def _timed(texts: list[str], heard: tuple[Word, ...]) -> tuple[Word, ...]:
    """As many words as were heard keep their times; else nobody knows them, and cues share the caption's."""
    if len(texts) != len(heard):
        return ()
    return tuple(replace(word, text=text) for word, text in zip(heard, texts, strict=True))
