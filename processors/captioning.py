"""An utterance and what an engine heard in it in; the caption, on room time, out."""

import math
from dataclasses import dataclass
from typing import Literal

import msgspec

from processors.agreement import Agreement
from processors.engines.base import Heard
from processors.utterances import Utterance
from schemas.captions import Caption, Word

SURE_LANGUAGE = 0.8
"""A language detected with this probability in a final is held for the rest of the track."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where captions come from: whose track, which pass, what hears."""

    room_id: str
    track_id: str
    speaker: str
    pass_name: Literal["live", "final"]
    engine: str
    model: str


def draft_caption(origin: Origin, utterance: Utterance, heard: Heard, agreed: Agreement, now_ms: int) -> Caption:
    """What has been said so far; word times come with the final."""
    return msgspec.structs.replace(
        final_caption(origin, utterance, heard, now_ms),
        status="draft",
        text=agreed.text,
        words=(),
        settled=agreed.settled_chars,
        confidence=_rounded(math.exp(heard.avg_logprob)),
    )


def final_caption(origin: Origin, utterance: Utterance, heard: Heard, now_ms: int) -> Caption:
    """What was said. An empty text takes back the drafts of what turned out to be no speech."""
    words = words_on_room_time(utterance, heard)
    return Caption(
        room_id=origin.room_id,
        track_id=origin.track_id,
        speaker=origin.speaker,
        caption_id=utterance.utterance_id,
        pass_name=origin.pass_name,
        status="final",
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        text=heard.text,
        words=words,
        settled=len(heard.text),
        language=heard.language,
        confidence=_confidence(words, heard),
        engine=origin.engine,
        model=origin.model,
        emitted_ms=now_ms,
    )


def held_language(before: str, heard: Heard) -> str:
    """The language to tell the engine with the track's next utterance; empty where it may find out itself."""
    return heard.language if heard.text and heard.language_probability >= SURE_LANGUAGE else before


def words_on_room_time(utterance: Utterance, heard: Heard) -> tuple[Word, ...]:
    """Put words on room time, one after the other, within the time in which voice activity found speech."""
    words: list[Word] = []
    free_ms = utterance.start_ms
    for word in heard.words:
        start_ms = min(max(utterance.first_ms + word.start_ms, free_ms), utterance.end_ms)
        free_ms = min(max(utterance.first_ms + word.end_ms, start_ms), utterance.end_ms)
        said = Word(text=word.text, start_ms=start_ms, end_ms=free_ms, probability=_rounded(word.probability))
        words.append(said)
    return tuple(words)


def _confidence(words: tuple[Word, ...], heard: Heard) -> float:
    if not words:
        return _rounded(math.exp(heard.avg_logprob)) if heard.text else 0.0
    return _rounded(sum(word.probability for word in words) / len(words))


def _rounded(probability: float) -> float:
    return round(min(1.0, max(0.0, probability)), 3)
