"""Live captions become findings as they come; a room's count is made once, from its whole final transcript."""

from collections.abc import Sequence

import pytest

from agents.casework import Casework
from agents.policies import PolicyBook
from agents.ports import Agent
from agents.screener import screener
from agents.second_listener import NoSecondListener, SecondListener
from processors.screening.classifier import Classifier, NoClassifier
from processors.screening.policy import shipped_policy
from schemas.asks import AttachScreening, Command, OpenCase
from schemas.base import Record
from schemas.captions import Caption, TranscriptEnded
from schemas.findings import Finding
from streams.stores import MemoryStore
from tests.fakes import collect, deliveries
from tests.talk import caption, captions

POLICY = shipped_policy()


def NOW() -> int:  # noqa: N802 - a constant time
    return 1_700_000_000_000


BAD = ("Immigrants are vermin.", "They should be shot, all of them.")
FINE = ("The beans are fine.", "Somebody wrote that gay people are sick, and I find that shameful.")


def agent(
    store: MemoryStore | None = None, classifier: Classifier | None = None, second: SecondListener | None = None
) -> Agent:
    store, classifier = store or MemoryStore(), classifier or NoClassifier()
    casework = Casework(second or NoSecondListener(), classifier, store, NOW)
    return screener(PolicyBook(store, POLICY, NOW), classifier, casework, store, NOW)


def final(*texts: str) -> list[Caption]:
    return list(captions(*texts, pass_name="final"))


def ended(pass_name: str, room_id: str = "room") -> TranscriptEnded:
    return TranscriptEnded(room_id=room_id, pass_name=pass_name, captions=0)


def of(kind: type, outputs: Sequence[Record]) -> list:
    found = [one.ask if isinstance(one, Command) and kind is not Command else one for one in outputs]
    return [one for one in found if isinstance(one, kind)]


async def test_a_bad_passage_gives_a_finding_and_then_asks_for_a_case() -> None:
    source = deliveries(*captions(BAD[0]))
    found, case = await collect(agent(), source)
    assert isinstance(found, Finding)
    assert case.command_id == f"case:{found.finding_id}"
    assert case.ask == OpenCase(
        finding_id=found.finding_id,
        track_id="a",
        category="hate",
        score=found.score,
        urgent=False,
        start_ms=0,
        end_ms=900,
    )
    assert source.all


async def test_a_finding_that_turns_urgent_asks_again_under_another_id() -> None:
    outputs = await collect(agent(), captions(BAD[0], "All immigrants should be shot."))
    asked = of(Command, outputs)
    assert [command.ask.urgent for command in asked] == [False, True]
    assert len({command.command_id for command in asked}) == 2
    assert len({one.finding_id for one in of(Finding, outputs)}) == 1


async def test_a_note_asks_for_no_case() -> None:
    outputs = await collect(agent(), captions(*FINE))
    assert [one.effect for one in of(Finding, outputs)] == ["log"]
    assert of(Command, outputs) == []


async def test_drafts_are_ignored() -> None:
    source = deliveries(caption(BAD[0], status="draft"), caption(BAD[0], status="draft", pass_name="final"))
    assert await collect(agent(), source) == []
    assert source.all


async def test_an_empty_final_is_ignored_and_leaves_the_context_as_it_was() -> None:
    split = captions("You know, immigrants are", "", "vermin, all of them.")
    source = deliveries(*split)
    assert [one.caption_ids for one in of(Finding, await collect(agent(), source))] == [("c0", "c2")]
    assert source.all


async def test_the_final_pass_waits_for_the_end_of_its_transcript() -> None:
    source = deliveries(*final(*BAD))
    assert await collect(agent(), source) == []
    assert source.offsets == []


async def test_the_count_is_of_the_final_pass_alone() -> None:
    source = deliveries(*captions(*BAD), ended("live"), *final(*FINE, *BAD), ended("final"))
    outputs = await collect(agent(), source)
    (screened,) = of(AttachScreening, outputs)
    assert screened == AttachScreening(findings=1, policy_version=POLICY.version)
    assert outputs[-1].command_id == "screen:room"
    assert source.all


async def test_a_room_without_captions_is_screened_too() -> None:
    (command,) = await collect(agent(), [ended("final")])
    assert command.ask == AttachScreening(findings=0, policy_version=POLICY.version)


@pytest.mark.parametrize("seen", range(4))
async def test_a_restart_before_the_end_changes_nothing(seen: int) -> None:
    """What was not acknowledged comes again; the same findings and the same commands follow."""
    records = [*final(*FINE, BAD[0]), ended("final")]
    before = deliveries(*records[:seen])
    await collect(agent(), before)
    again = records[before.committed :]
    assert await collect(agent(), again) == await collect(agent(), records)


async def test_rooms_do_not_wait_for_each_other() -> None:
    other = [caption(BAD[0], room_id="other", pass_name="final")]
    source = deliveries(*final(*FINE), *other, ended("final", "other"))
    outputs = await collect(agent(), source)
    assert {one.room_id for one in outputs} == {"other"}
    assert source.offsets == [2, 3]


async def test_a_sentence_split_over_live_captions_is_found() -> None:
    outputs = await collect(agent(), captions("You know, immigrants are", "vermin, all of them."))
    assert [one.caption_ids for one in of(Finding, outputs)] == [("c0", "c1")]


async def test_the_drill_phrase_always_makes_a_case() -> None:
    outputs = await collect(agent(), captions("Nobody panic: this is a screening drill."))
    assert [ask.category for ask in of(OpenCase, outputs)] == ["drill"]
