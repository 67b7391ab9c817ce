"""One passage is one finding, however often its words are seen."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.screening.classifier import NoClassifier
from processors.screening.findings import graver, merged, state_number
from processors.screening.listening import Ears, hear, reread
from processors.screening.policy import shipped_policy
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
    assert all(not graver(before.effect, after.effect) for before, after in pairwise(found))


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


@given(st.data())
@settings(max_examples=60)
def test_findings_of_both_passes_are_merged_by_time_and_never_doubled(data: st.DataObject) -> None:
    """Whatever order they come in and however often: the final pass speaks where it heard, the live one elsewhere."""
    starts = data.draw(st.lists(st.integers(0, 20), min_size=1, max_size=6, unique=True))
    live = heard([caption(TIRADE[0], n, start_ms=start * 90_000) for n, start in enumerate(starts)])
    again = data.draw(st.sets(st.sampled_from(starts)))
    moved = data.draw(st.integers(-3_000, 3_000))
    final = reread(
        [
            caption(TIRADE[0], n, start_ms=max(0, start * 90_000 + moved), pass_name="final")
            for n, start in enumerate(sorted(again))
        ],
        POLICY,
        NoClassifier(),
    )
    once = merged(live, final)
    shuffled = merged(data.draw(st.permutations([*live, *live])), data.draw(st.permutations([*final, *final])))
    assert once == shuffled
    assert len(once) == len(starts)
    assert sum(found.pass_name == "final" for found in once) == len(again)
