"""One passage is one finding, however often its words are seen."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.screening.classifier import NoClassifier
from processors.screening.engine import MOST_WORDS, fitting
from processors.screening.findings import state_number
from processors.screening.listening import Ears, hear, reread, texts_read
from processors.screening.policy import EFFECTS, shipped_policy
from schemas.captions import Caption
from schemas.findings import Finding
from tests.talk import caption, captions, ids

POLICY = shipped_policy()
TIRADE = ("Immigrants are vermin.", "They are like rats.", "They should be beaten and driven out of this town.")
TALK = ("The beans are fine.", "We need more water.", "See you on Saturday.")


class Keyword:
    """A classifier that hates one word."""

    name = "keyword@1"

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [{"hate": 0.9} if "onions" in text else {} for text in texts]


def heard(said: Sequence[Caption], classifier: object = None) -> list[Finding]:
    ears, found = Ears(), []
    for one in said:
        ears, findings = hear(ears, one, POLICY, classifier or NoClassifier())
        found += findings
    return found


def test_a_tirade_is_one_finding_that_grows() -> None:
    found = heard(captions(*TIRADE, *TALK))
    assert len(set(ids(found))) == 1
    assert found[0].finding_id == "room:a:hate:live:0"
    assert found[-1].text == " ".join(TIRADE)
    assert found[-1].caption_ids == ("c0", "c1", "c2")
    assert [state_number(one) for one in found] == sorted({state_number(one) for one in found})
    assert all(EFFECTS.index(after.effect) <= EFFECTS.index(before.effect) for before, after in pairwise(found))


def test_a_caption_that_comes_again_changes_nothing() -> None:
    first, *rest = captions(*TIRADE)
    assert heard([first, first, *rest]) == heard([first, *rest])


def test_passages_far_apart_are_two_findings() -> None:
    said = (caption(TIRADE[0], 0), caption(TIRADE[0], 1, start_ms=60_000))
    assert ids(heard(said)) == ["room:a:hate:live:0", "room:a:hate:live:60000"]


def test_what_was_said_later_is_no_context_though_it_came_first() -> None:
    said = (caption("I hate onions.", 1, start_ms=60_000), caption(TALK[2], 0, start_ms=0))
    assert ids(heard(said, Keyword())) == ["room:a:hate:live:60000"]


class Both:
    """A classifier that hates two words together."""

    name = "both@1"

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [{"hate": 0.9} if {"beans", "onions"} <= set(text.split()) else {} for text in texts]


def test_a_late_caption_makes_nobody_forget_what_was_said_after_it() -> None:
    said = (
        caption("all these beans", 1, start_ms=60_000),
        caption(TALK[2], 0, start_ms=0),
        caption("and the onions", 2, start_ms=63_000),
    )
    assert len(heard(said, Both())) == 1
    assert len(heard(said[:1], Both())) == 0


def test_speakers_are_judged_apart() -> None:
    said = (caption("Immigrants are", 0, track_id="a"), caption("vermin in the cellar", 1, track_id="b"))
    assert reread(said, POLICY, NoClassifier()) == ()


def test_the_final_pass_has_ids_of_its_own() -> None:
    live, final = (captions(TIRADE[0], pass_name=name) for name in ("live", "final"))
    assert ids(heard(live)) != ids(reread(final, POLICY, NoClassifier()))


def test_a_classifier_marks_the_caption_judged_and_is_named() -> None:
    (found,) = heard(captions("We have far too many onions."), Keyword())
    assert found.marks == ("model:keyword@1",)
    assert found.caption_ids == ("c0",)


def test_a_finding_shows_no_words_in_its_repr() -> None:
    (found,) = heard(captions(TIRADE[0]))
    assert "vermin" not in repr(found)


@given(st.permutations(captions(*TIRADE, *TALK, pass_name="final")), st.integers(0, 5))
@settings(max_examples=25)
def test_order_and_repetition_change_nothing_in_the_final_pass(said: list[Caption], again: int) -> None:
    in_order = reread(captions(*TIRADE, *TALK, pass_name="final"), POLICY, NoClassifier())
    assert reread([*said, said[again]], POLICY, NoClassifier()) == in_order


@given(st.lists(st.text(max_size=60), max_size=4))
@settings(max_examples=150)
def test_whatever_is_said_is_scored_and_never_an_exception(texts: list[str]) -> None:
    heard(captions(*texts))
    heard([caption(text, n, words=()) for n, text in enumerate(texts)])


MONOLOGUE = " ".join(["we", "planted", "beans", "and", "leeks"] * 14)
"""70 words: half a minute without a breath."""


class Noting:
    """A classifier that remembers what it was asked, and hates one word."""

    name = "noting@1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        self.asked += texts
        return [{"hate": 0.9 if "onions" in text else 0.0} for text in texts]


@pytest.mark.parametrize("at", range(7))
def test_whoever_speaks_for_minutes_is_judged_by_as_much_as_the_model_reads(at: int) -> None:
    texts = [MONOLOGUE] * 7
    texts[at] += " onions among the Poles"
    said = [caption(text, n, start_ms=n * 22_000, pass_name="final") for n, text in enumerate(texts)]
    model = Noting()
    (found,) = reread(said, POLICY, model)
    assert f"c{at}" in found.caption_ids
    assert max(len(text.split()) for text in model.asked) <= MOST_WORDS
    assert set(texts_read(said, POLICY)) <= set(model.asked)


def test_a_caption_longer_than_the_model_reads_is_asked_about_by_itself() -> None:
    said = captions("Tea?", "beans " * MOST_WORDS + "leeks", "Milk?")
    window, judged = fitting(said, 1)
    assert (list(window), judged) == ([said[1]], 0)


@given(st.lists(st.integers(0, 90), min_size=1, max_size=7), st.data())
def test_the_nearest_captions_are_read(words: list[int], data: st.DataObject) -> None:
    said = captions(*("bean " * count for count in words))
    judged = data.draw(st.integers(0, len(said) - 1))
    window, place = fitting(said, judged)
    assert window[place] == said[judged]
    first = said.index(window[0])
    assert tuple(said[first : first + len(window)]) == tuple(window)
    assert len(window) == 1 or sum(len(one.text.split()) for one in window) <= MOST_WORDS
    if sum(words) <= MOST_WORDS:
        assert len(window) == len(said)


def test_the_same_text_is_not_scored_twice() -> None:
    model = Noting()
    heard(captions("onions among the Poles", "leeks"), model)
    assert len(model.asked) == len(set(model.asked))
