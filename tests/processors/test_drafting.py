"""A draft is heard from shortly before where its predecessors agree, and shows the same words as if heard whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.drafting import OVERLAP_WORDS, WHOLE_S, Drafted, drafted, unsettled
from processors.engines.base import SAMPLE_RATE, Heard, HeardWord
from processors.utterances import Utterance

WORD_MS = 400
ONSET = 5 * SAMPLE_RATE
TALK = tuple(f"w{n}" for n in range(24))


def draft(words: int) -> Utterance:
    """The first words of `TALK`, spoken at an even pace from `ONSET` on."""
    samples = np.zeros(words * WORD_MS * SAMPLE_RATE // 1000, np.float32)
    return Utterance(utterance_id="t-5000", first=ONSET, start_ms=5_000, end_ms=5_000, samples=samples, final=False)


def heard_in(part: Utterance, texts: list[str], first_word: int) -> Heard:
    """`texts`, the first of which is word number `first_word`, with their times in `part`."""
    begins_ms = (part.first - ONSET) * 1000 // SAMPLE_RATE
    words = tuple(
        HeardWord(
            text=text,
            start_ms=(first_word + n) * WORD_MS - begins_ms,
            end_ms=(first_word + n + 1) * WORD_MS - begins_ms,
            probability=0.9,
        )
        for n, text in enumerate(texts)
    )
    return Heard(
        text=" ".join(texts), words=words if part.timed else (), language="en", avg_logprob=-0.2, no_speech_prob=0.0
    )


def well_heard(part: Utterance) -> Heard:
    """Every word that lies wholly in `part`."""
    first = -(-(part.first - ONSET) * 1000 // SAMPLE_RATE // WORD_MS)
    last = (part.first + len(part.samples) - ONSET) * 1000 // SAMPLE_RATE // WORD_MS
    return heard_in(part, TALK[first:last], first)


def after(*lengths: int) -> Drafted:
    state = Drafted()
    for words in lengths:
        part = unsettled(state, draft(words))
        state = drafted(state, part, well_heard(part))
    return state


def test_the_next_draft_begins_two_settled_words_before_what_is_open() -> None:
    state = after(9, 12)
    part = unsettled(state, draft(14))
    assert state.before == 9 - OVERLAP_WORDS
    assert well_heard(part).text == " ".join(TALK[7:14])
    assert len(part.samples) < len(draft(14).samples) / 1.8
    assert (part.utterance_id, part.start_ms) == ("t-5000", 5_000)


def test_short_drafts_are_heard_whole_and_need_no_word_times() -> None:
    state = after(3, 5, 7)
    assert unsettled(state, draft(7)).first == ONSET
    assert not unsettled(state, draft(7)).timed
    assert len(draft(7).samples) < WHOLE_S * SAMPLE_RATE


def test_the_first_draft_of_an_utterance_needs_no_word_times_however_long_it_is() -> None:
    assert not unsettled(Drafted(), draft(12)).timed
    assert unsettled(after(9), draft(12)).timed


def test_without_word_times_drafts_go_on_whole() -> None:
    state = Drafted()
    for words in (9, 12):
        heard = Heard(text=" ".join(TALK[:words]), language="en", avg_logprob=-0.2, no_speech_prob=0.0)
        state = drafted(state, draft(words), heard)
    assert unsettled(state, draft(14)).first == ONSET
    assert state.agreement.settled == 9


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(["we", *TALK[7:14]], id="a stray word before the overlap"),
        pytest.param(TALK[8:14], id="the first word of the overlap is lost"),
        pytest.param(TALK[7:14], id="all is heard"),
    ],
)
def test_words_at_the_cut_are_neither_doubled_nor_lost(heard: list[str]) -> None:
    state = after(9, 12)
    part = unsettled(state, draft(14))
    assert drafted(state, part, heard_in(part, heard, 7)).agreement.words == TALK[:14]


def test_a_draft_in_which_nothing_is_heard_keeps_what_is_settled() -> None:
    state = after(9, 12)
    part = unsettled(state, draft(14))
    assert drafted(state, part, heard_in(part, [], 7)).agreement.words == TALK[:9]


@given(st.lists(st.integers(1, len(TALK)), max_size=12, unique=True).map(sorted))
def test_whatever_the_drafts_they_show_what_whole_ones_would(lengths: list[int]) -> None:
    shown = after(*lengths).agreement.words
    assert shown == TALK[: max(lengths, default=0)]
