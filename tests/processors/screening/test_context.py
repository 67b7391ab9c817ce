"""Who quotes in order to object is left alone; who quotes in order to agree is not."""

import msgspec
import pytest

from processors.screening.classifier import NoClassifier
from processors.screening.engine import Mark, screen
from processors.screening.listening import reread
from processors.screening.policy import shipped_policy
from schemas.captions import Caption
from tests.talk import caption, captions

POLICY = shipped_policy()


def judged(*texts: str, probability: float = 0.95) -> tuple[Mark, ...]:
    window = [caption(text, n, probability=probability) for n, text in enumerate(texts)]
    return screen(window, POLICY, NoClassifier())


@pytest.mark.parametrize(
    "text",
    [
        "Somebody wrote that immigrants are vermin and I find that shameful.",
        "A man on the bus shouted that gay people are sick. That is disgusting.",
        "He said Muslims should be deported. I strongly disagree.",
        "Immigrants are vermin, that is what he wrote. It is a cruel lie.",
        "People still say that Jews are a disease, and it makes me so angry.",
        "I heard someone say that women are inferior. Shame on him.",
        "The letter claimed that refugees should be shot. We reported it.",
        "It is a lie that migrants are parasites.",
        "How can anyone say that trans people are filth?",
        "Nobody in this room thinks that black people are lazy.",
        "If you say that refugees are rats, you have to leave this room.",
        "I am tired of hearing that gypsies are thieves.",
        "My son was told that Muslims are terrorists. How dare they!",
    ],
)
def test_reported_hate_that_is_objected_to_is_a_note_at_most(text: str) -> None:
    assert {mark.effect for mark in judged(text)} <= {"log"}


@pytest.mark.parametrize(
    "text",
    [
        "Somebody wrote that immigrants are vermin and he is right.",
        "My uncle says that Jews are a disease. I totally agree.",
        "He said that gay people are filth. So true.",
        "I say it openly: immigrants are vermin.",
        "That is a shame, but refugees are parasites.",
        "I find it shameful how they talk. Immigrants are vermin.",
        "It is no lie. Muslims are animals.",
        "They want to take our jobs, immigrants are vermin.",
        "He said nothing all night and he left us early, but I tell you that refugees are rats.",
    ],
)
def test_agreement_or_an_objection_to_something_else_excuses_nothing(text: str) -> None:
    assert {"queue", "urgent"} & {mark.effect for mark in judged(text)}


def test_a_quotation_without_an_objection_is_a_note() -> None:
    assert {mark.effect for mark in judged("Somebody wrote that immigrants are vermin.")} == {"log"}


@pytest.mark.parametrize(
    "text", ["And he's like, I'll kill him.", "He said, I will kill you.", "Then she goes, I'm going to stab him."]
)
def test_a_threat_that_somebody_else_made_is_a_note(text: str) -> None:
    (found,) = reread(captions(text, pass_name="final"), POLICY, NoClassifier())
    assert (found.effect, found.reasons[0].meaning) == ("log", "reported")


def test_a_quotation_announced_in_the_utterance_before_is_seen_as_one() -> None:
    marks = judged("There was a letter. He wrote this.", "Immigrants are vermin. I find that shameful.")
    assert {mark.effect for mark in marks} == {"log"}


def test_a_rebuttal_in_the_next_utterance_counts_once_the_whole_room_is_read() -> None:
    said = captions("Immigrants are vermin.", "That is what he wrote to us.", "It is shameful.", pass_name="final")
    assert [finding.effect for finding in reread(said, POLICY, NoClassifier())] == ["log"]


def test_a_sentence_split_over_utterances_is_read_as_one() -> None:
    (mark,) = judged("You know, immigrants are...", "vermin, all of them.")
    assert mark.effect == "queue"
    assert mark.caption_ids == ("c0", "c1")
    assert (mark.start_ms, mark.end_ms) == (600, 4_300)


def test_a_split_is_seen_although_the_recogniser_put_a_full_stop() -> None:
    assert judged("Immigrants are.", "Vermin.")


def test_what_was_said_of_them_counts_only_after_a_group_was_named() -> None:
    assert judged("Look at the immigrants.", "They are like rats.")
    assert not judged("Look at the raccoons.", "They are like rats.")


def test_a_word_heard_with_low_confidence_weighs_less() -> None:
    ((sure,), (unsure,)) = (judged("Immigrants are vermin.", probability=p) for p in (0.9, 0.1))
    assert unsure.score < sure.score
    assert (sure.effect, unsure.effect) == ("queue", "log")


def room(*lines: tuple[str, str]) -> list[Caption]:
    """Speakers and what they said, one after the other."""
    return [caption(text, n, track_id=name, speaker=name) for n, (name, text) in enumerate(lines)]


def effects(*lines: tuple[str, str]) -> list[str]:
    return [finding.effect for finding in reread(room(*lines), POLICY, NoClassifier())]


def test_who_is_asked_to_quote_reports() -> None:
    assert effects(("anna", "Sam, what did that man write to you?"), ("sam", "Immigrants are vermin.")) == ["log"]
    assert effects(("anna", "Please read us the letter."), ("sam", "Immigrants are vermin.")) == ["log"]


@pytest.mark.parametrize("asked", ["What did you say?", "Victor, please go ahead.", "And what do you say, Victor?"])
def test_who_is_asked_for_an_opinion_speaks_for_himself(asked: str) -> None:
    assert effects(("anna", asked), ("victor", "Immigrants are vermin.")) == ["queue"]


def test_only_the_first_words_of_an_answer_are_the_quotation() -> None:
    answer = "Nothing much. I say immigrants are vermin."
    assert effects(("anna", "What did that man write?"), ("sam", answer)) == ["queue"]


def test_a_quotation_and_the_rebuttal_of_somebody_else_are_judged_together() -> None:
    quote = ("sam", "Somebody wrote that immigrants are vermin.")
    ((alone,), (rebutted,)) = (
        reread(room(*lines), POLICY, NoClassifier()) for lines in ([quote], [quote, ("anna", "That is disgusting.")])
    )
    assert rebutted.score < alone.score
    assert [reason.meaning for reason in (*alone.reasons, *rebutted.reasons)] == ["reported", "objected"]


def test_a_rebuttal_excuses_nobody_s_own_words() -> None:
    assert effects(("victor", "Immigrants are vermin."), ("anna", "That is disgusting.")) == ["queue"]


def test_a_policy_says_what_a_quotation_counts() -> None:
    strict = msgspec.structs.replace(POLICY, meant={"reported": 1.0})
    text = "Somebody wrote that immigrants are vermin."
    ((mark,),) = (screen([caption(text)], policy, NoClassifier()) for policy in (strict,))
    assert mark.effect == "queue"
