"""A caption's words stand on room time, in order, within the speech they belong to."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.agreement import Agreement
from processors.captioning import Origin, draft_caption, final_caption, held_language
from processors.engines.base import Heard, HeardWord
from processors.utterances import Utterance

ORIGIN = Origin(room_id="r", track_id="t", speaker="Anna", pass_name="live", engine="e", model="m")
UTTERANCE = Utterance(
    utterance_id="t-5200", first=5_000 * 16, start_ms=5_200, end_ms=7_000, samples=np.zeros(16, np.float32), final=True
)
NOW_MS = 99


def heard(*words: HeardWord, text: str = "so my", language: str = "en", probability: float = 1.0) -> Heard:
    return Heard(
        text=text,
        words=words,
        language=language,
        language_probability=probability,
        avg_logprob=-0.5,
        no_speech_prob=0.0,
    )


def word(text: str, start_ms: int, end_ms: int, probability: float = 0.5) -> HeardWord:
    return HeardWord(text=text, start_ms=start_ms, end_ms=end_ms, probability=probability)


def test_words_are_put_on_room_time_and_confidence_is_their_mean() -> None:
    caption = final_caption(ORIGIN, UTTERANCE, heard(word("so", 0, 400, 0.4), word("my", 400, 900, 0.8)), NOW_MS)
    assert [(w.text, w.start_ms, w.end_ms) for w in caption.words] == [("so", 5_200, 5_400), ("my", 5_400, 5_900)]
    assert caption.confidence == 0.6
    assert (caption.caption_id, caption.status, caption.settled, caption.emitted_ms) == ("t-5200", "final", 5, NOW_MS)


def test_a_draft_says_how_much_is_settled_and_is_as_sure_as_its_tokens() -> None:
    agreed = Agreement(words=("so", "my"), settled=1)
    caption = draft_caption(ORIGIN, UTTERANCE, heard(), agreed, NOW_MS)
    assert (caption.status, caption.text, caption.settled, caption.words) == ("draft", "so my", 2, ())
    assert caption.confidence == 0.607  # e ** -0.5


def test_a_language_is_held_once_it_is_sure() -> None:
    assert held_language("", heard(language="de", probability=0.5)) == ""
    assert held_language("", heard(language="de", probability=0.9)) == "de"
    assert held_language("de", heard(text="", language="fr")) == "de"


@given(st.lists(st.tuples(st.integers(-500, 40_000), st.integers(-500, 40_000)), max_size=20))
def test_whatever_an_engine_says_words_rise_within_the_speech(times: list[tuple[int, int]]) -> None:
    caption = final_caption(ORIGIN, UTTERANCE, heard(*(word("w", *time) for time in times)), NOW_MS)
    bounds = [bound for w in caption.words for bound in (w.start_ms, w.end_ms)]
    assert bounds == sorted(bounds)
    assert all(UTTERANCE.start_ms <= bound <= UTTERANCE.end_ms for bound in bounds)
