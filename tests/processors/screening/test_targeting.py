"""Who goes for the same person three times makes a case; who quarrels once or with everybody does not."""

from collections.abc import Sequence

from processors.screening.classifier import NoClassifier
from processors.screening.listening import Ears, hear, reread
from processors.screening.policy import shipped_policy
from processors.screening.targeting import RULE, WITHIN_MS
from schemas.captions import Caption
from schemas.findings import Finding
from tests.talk import caption

POLICY = shipped_policy()
INSULTS = ("You are such an idiot.", "You're pathetic.", "Nobody likes you.")


def said(speaker: str, text: str, n: int, start_ms: int) -> Caption:
    return caption(text, n, start_ms=start_ms, track_id=speaker.lower(), speaker=speaker)


def quarrel(*targets: str, every_ms: int = 12_000) -> list[Caption]:
    """Each target says something, and Vic insults whoever spoke last."""
    talk = []
    for n, target in enumerate(targets):
        talk.append(said(target, "I planted some beans.", 2 * n, n * every_ms))
        talk.append(said("Vic", INSULTS[n % len(INSULTS)], 2 * n + 1, n * every_ms + 3_000))
    return talk


def live(captions: Sequence[Caption]) -> list[Finding]:
    ears, found = Ears(), []
    for one in captions:
        ears, findings = hear(ears, one, POLICY, NoClassifier())
        found += findings
    return found


def repeated(findings: Sequence[Finding]) -> set[str]:
    return {found.effect for found in findings if RULE in found.marks}


def test_the_third_insult_at_the_same_person_is_for_a_moderator() -> None:
    talk = quarrel("Tom", "Tom", "Tom")
    assert repeated(live(talk)) == {"queue"}
    assert repeated(reread(talk, POLICY, NoClassifier())) == {"queue"}


def test_two_insults_are_notes() -> None:
    assert {found.effect for found in live(quarrel("Tom", "Tom"))} == {"log"}


def test_insults_at_different_people_are_no_repetition() -> None:
    assert repeated(live(quarrel("Tom", "Anna", "Robin"))) == set()


def test_insults_far_apart_are_no_repetition() -> None:
    assert repeated(live(quarrel("Tom", "Tom", "Tom", every_ms=WITHIN_MS))) == set()


def test_nobody_is_named_by_a_word_that_everybody_uses() -> None:
    talk = [said("The Duke", "I planted some beans.", 0, 0)]
    talk += [said("Vic", f"{what} the weather and the bus.", n + 1, 40_000 * (n + 1)) for n, what in enumerate(INSULTS)]
    assert repeated(live(talk)) == set()


def test_a_name_says_who_is_meant_though_somebody_else_spoke_last() -> None:
    talk = [said("Robin", "Hello.", 0, 0), said("Tom", "Hello.", 1, 1_000)]
    talk += [
        said("Vic", f"Robyn, {text[0].lower()}{text[1:]}", n + 2, 4_000 + n * 9_000) for n, text in enumerate(INSULTS)
    ]
    assert repeated(live(talk)) == {"queue"}


def test_who_objects_to_insults_targets_nobody() -> None:
    texts = ["Nobody should say that you are such an idiot."] * 4
    talk = [said("Tom", "Hello.", 0, 0)] + [said("Vic", text, n + 1, 3_000 + n * 3_000) for n, text in enumerate(texts)]
    assert repeated(live(talk)) == set()


def test_an_insult_that_comes_again_late_is_not_counted_again() -> None:
    insults = [said("Vic", f"Tom, {text.lower()}", n + 1, 4_000 + n * 9_000) for n, text in enumerate(INSULTS[:2])]
    fine = [said("Vic", "The beans are fine.", n, n * 9_000) for n in range(4, 8)]
    assert repeated(live([said("Tom", "Hello.", 0, 0), *insults, *fine, insults[0]])) == set()
