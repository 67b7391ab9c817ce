"""Invented text is recognised by its scores, its shape or its words, and emptied with a reason."""

import pytest

from processors.engines.base import Heard, HeardWord
from processors.engines.guards import PHANTOM_LINES, GuardPolicy, guarded

POLICY = GuardPolicy()


def heard(text: str, avg_logprob: float = -0.3, no_speech_prob: float = 0.05) -> Heard:
    words = tuple(HeardWord(text=word, start_ms=0, end_ms=1, probability=1) for word in text.split())
    return Heard(text=text, words=words, language="en", avg_logprob=avg_logprob, no_speech_prob=no_speech_prob)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param(heard("The beans are doing very well."), "", id="ordinary talk"),
        pytest.param(heard("The beans are doing very well.", -1.2), "", id="hard to hear, but speech"),
        pytest.param(heard("The beans.", -1.2, 0.7), "no_speech", id="doubtful and unlikely"),
        pytest.param(heard("I'm going to do that.", -1.9), "improbable", id="a guess over noise"),
        pytest.param(heard("so on " * 20), "repetitive", id="a loop"),
        pytest.param(heard("Thank you."), "", id="thanks that were said"),
        pytest.param(heard("Thank you.", -0.9), "phantom", id="thanks over an unlikely sound"),
        pytest.param(heard("Thanks for watching!", -0.3, 0.4), "phantom", id="a sign-off over silence"),
        pytest.param(heard("Subtitles by the Amara.org community"), "phantom", id="a credit, however sure"),
    ],
)
def test_guards(said: Heard, reason: str) -> None:
    result = guarded(said, 8, 3.0, POLICY)
    assert result.rejected == reason
    assert (result.text, result.words) == (("", ()) if reason else (said.text, said.words))


def test_more_tokens_than_anybody_can_speak_are_a_runaway() -> None:
    said = heard("The beans are doing very well.")
    assert guarded(said, POLICY.most_tokens(2.0) - 1, 2.0, POLICY).rejected == ""
    assert guarded(said, POLICY.most_tokens(2.0), 2.0, POLICY).rejected == "runaway"


def test_every_phantom_line_is_written_as_it_is_looked_up_and_says_why_it_is_there() -> None:
    assert all(phantom.line == " ".join(phantom.line.casefold().split()) for phantom in PHANTOM_LINES)
    assert all(phantom.reason for phantom in PHANTOM_LINES)
    assert len({phantom.line for phantom in PHANTOM_LINES}) == len(PHANTOM_LINES)
