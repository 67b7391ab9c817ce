"""Records of topic `captions`: what was said, by whom and when, as drafts, finals and a final pass."""

from typing import ClassVar, Literal

from schemas.base import Record, Tagged


class Word(Record, frozen=True, kw_only=True):
    """One word, with room time in ms and the engine's probability in 0..1."""

    text: str
    start_ms: int
    end_ms: int
    probability: float

    _private: ClassVar[frozenset[str]] = frozenset({"text"})


class Caption(Tagged, frozen=True, kw_only=True):
    """What one speaker said in one utterance; room time in ms.

    `caption_id` is stable: a draft is replaced by the next record with its id, a final never changes.
    The first `settled` characters of a draft are not expected to change any more.
    `confidence` is the mean word probability (0..1). `pass_name` is `live` or `final` (made after the room ended,
    from the durable recording); `engine` and `model` say what heard it. `emitted_ms` is Unix time, ms.
    Where a person corrected it, `corrected_by` says who and `heard` is what the engine had heard.
    """

    room_id: str
    track_id: str
    speaker: str
    caption_id: str
    pass_name: Literal["live", "final"]
    status: Literal["draft", "final"]
    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...]
    settled: int
    language: str
    confidence: float
    engine: str
    model: str
    emitted_ms: int
    corrected_by: str = ""
    heard: str = ""

    _private: ClassVar[frozenset[str]] = frozenset({"text", "words", "heard"})


class TranscriptEnded(Tagged, frozen=True, kw_only=True):
    """All captions of one pass over a room have been sent before this."""

    room_id: str
    pass_name: Literal["live", "final"]
    captions: int


IDLE = "idle"


class CaptionState(Record, frozen=True, kw_only=True):
    """Topic `captions.state`: how the live captions of a room are, every few seconds while somebody listens to it.

    `delayed`, since `since_ms`, because of `reason`: `waiting` (speech that the engine has not answered) or `unheard`
    (speech in which it finds no words); empty where all is well. `IDLE` where nothing arrives to be heard: it is said
    once. Who otherwise hears of a live room no more takes it as delayed.
    """

    room_id: str
    delayed: bool
    since_ms: int
    reason: str
    at_ms: int


CaptionRecord = Caption | TranscriptEnded


class Transcript(Record, frozen=True, kw_only=True):
    """The final captions of a room as kept under `rooms/{room_id}/captions/final.json`, in time order."""

    room_id: str
    title: str
    duration_ms: int
    engine: str
    model: str
    captions: tuple[Caption, ...]

    _private: ClassVar[frozenset[str]] = frozenset({"captions"})
