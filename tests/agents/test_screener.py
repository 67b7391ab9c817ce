"""Live captions become findings as they come; a room's count is made once, from its whole final transcript."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import msgspec
import pytest
import yaml

from agents.casework import Casework
from agents.policies import PolicyBook
from agents.ports import Agent
from agents.rescreener import rescreened
from agents.screener import screener
from agents.second_listener import NoSecondListener, SecondListener
from console.views import room_view
from processors.layout import policy_key, reasons_key, transcript_key
from processors.screening.classifier import Classifier, ModelMissing, NoClassifier
from processors.screening.policies import LEAST_NOTICE_MS, applying, encoded
from processors.screening.policy import shipped_policy
from processors.screening.second_listen import CONFIRMED, REFUTED
from schemas.asks import AttachScreening, Command, OpenCase
from schemas.base import Record
from schemas.captions import Caption, Transcript, TranscriptEnded
from schemas.evidence import Testimony as Kept  # pytest takes Test… for tests
from schemas.findings import Finding
from schemas.rooms import Room
from streams.roomlog import StoredRoomLog
from streams.stores import MemoryStore
from tests.fakes import collect, deliveries
from tests.listeners import Echo, Scripted
from tests.rooms import COMPLETED_ASKS, room_after
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
    assert (screened.findings, screened.policy_version) == (1, POLICY.version)
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


async def test_a_passage_that_is_not_heard_again_stays_a_note() -> None:
    store = MemoryStore()
    outputs = await collect(agent(store, second=Echo(0.4)), captions(BAD[0]))
    (found,) = of(Finding, outputs)
    assert (found.effect, found.marks[-1]) == ("log", REFUTED)
    assert of(Command, outputs) == []
    assert await store.list("rooms/") == ()


@pytest.mark.parametrize("share", [None, CONFIRMED, 1.0], ids=["no audio", "most words", "all words"])
async def test_a_passage_that_is_heard_again_or_cannot_be_makes_a_case(share: float | None) -> None:
    assert of(OpenCase, await collect(agent(second=Echo(share)), captions(BAD[0])))


async def test_a_passage_is_heard_again_once_however_much_it_grows() -> None:
    second = Echo()
    await collect(agent(second=second), captions(*BAD, "They are like rats."))
    assert len(second.asked) == 1


async def test_a_note_is_not_heard_again() -> None:
    second = Echo()
    await collect(agent(second=second), captions(*FINE))
    assert second.asked == []


async def test_a_case_has_its_reasons_in_the_store_before_it_is_asked_for() -> None:
    store = MemoryStore()
    async for output in agent(store)(deliveries(*captions(*BAD)).__aiter__()):
        if isinstance(output, Command):
            testimony = await kept_for(store, output.ask.finding_id)
    assert [caption.text for caption in testimony.captions] == list(BAD)
    assert {word.text for word in testimony.words if word.weight == 1} >= {"Immigrants", "vermin."}
    assert testimony.scores["hate"] == testimony.finding.score
    assert testimony.finding.policy_version == POLICY.version


@pytest.mark.parametrize(("away", "about"), [(False, "gardeners"), (True, "")])
async def test_a_case_of_hate_says_whom_the_model_takes_it_to_be_about(away: bool, about: str) -> None:
    store, model = MemoryStore(), Scripted({})
    model.away = away
    (case,) = of(OpenCase, await collect(agent(store, model), [*final(*BAD), ended("final")]))
    assert (await kept_for(store, case.finding_id)).about == about


async def kept_for(store: MemoryStore, finding_id: str) -> Kept:
    return msgspec.json.decode(await store.get(reasons_key("room", finding_id)), type=Kept)


async def test_beyond_the_quota_findings_are_notes_but_urgent_ones_go_through() -> None:
    store = MemoryStore()
    await put_in_force(store, quotas={"cases_per_room_and_hour": 2})
    said = [caption(BAD[0], n, start_ms=n * 90_000) for n in range(4)]
    said.append(caption("I will kill you tonight.", 9, start_ms=900_000))
    outputs = await collect(agent(store), said)
    assert [one.effect for one in of(Finding, outputs)] == ["queue", "queue", "log", "log", "urgent"]
    assert len(of(OpenCase, outputs)) == 3


async def put_in_force(store: MemoryStore, *, from_ms: int = 0, **changes: Any) -> None:
    text = yaml.safe_dump(shipped() | {"version": "own"} | changes)
    entry = applying((), text, actor="test", now_ms=from_ms - LEAST_NOTICE_MS)
    await store.put(policy_key(0), encoded(entry))


def shipped() -> dict[str, Any]:
    return dict(yaml.safe_load(files("processors.screening").joinpath("policy.yaml").read_text("utf-8")))


async def test_words_are_judged_by_the_policy_that_held_when_they_were_said() -> None:
    store = MemoryStore()
    said = [caption(BAD[0], n, start_ms=n * 90_000) for n in range(2)]
    await put_in_force(store, meant={"direct": 0.1}, from_ms=said[1].emitted_ms)
    outputs = of(Finding, await collect(agent(store), said))
    assert [one.policy_version for one in outputs] == [POLICY.version]
    assert outputs[0].start_ms < said[1].start_ms


async def test_while_the_model_is_away_rules_go_on_and_the_room_is_marked() -> None:
    store, model = MemoryStore(), Scripted({"onions": {"hate": 0.9}})
    model.away = True
    outputs = await collect(agent(store, model), [*final(*BAD, "The Pole: onions."), ended("final")])
    (screened,) = of(AttachScreening, outputs)
    assert (screened.findings, screened.by_model) == (1, False)
    assert [found.key for found in await store.list("unscreened/")] == ["unscreened/room"]


async def test_passages_that_the_model_could_not_judge_are_counted() -> None:
    model = Scripted({"beans": {"hate": 0.1}})
    said = [*final("The beans are fine."), caption("Das ist nicht so.", 9, start_ms=60_000, pass_name="final")]
    (screened,) = of(AttachScreening, await collect(agent(classifier=model), [*said, ended("final")]))
    assert (screened.by_model, screened.abstained) == (True, 1)


async def test_a_model_that_is_back_screens_the_room_again_once() -> None:
    store, model = MemoryStore(), Scripted({"onions": {"hate": 0.9}})
    captions_said = [*final(*FINE), caption("The Pole: onions.", 9, start_ms=60_000, pass_name="final")]
    model.away = True
    await collect(agent(store, model), [*captions_said, ended("final")])
    await store.put(transcript_key("room"), msgspec.json.encode(transcript(captions_said)))
    assert await again(store, model) == []
    model.away = False
    outputs = await again(store, model)
    (screened,) = of(AttachScreening, outputs)
    assert (screened.findings, screened.by_model) == (2, True)
    assert len(of(OpenCase, outputs)) == 1
    assert await again(store, model) == []


async def test_a_worker_without_its_file_leaves_the_room_to_one_that_has_it() -> None:
    """The restart in between: what the first worker told the steward and left in the store is all that is known."""
    store, said = (
        MemoryStore(),
        [*final(*FINE), caption("The Pole: onions.", 9, start_ms=60_000, pass_name="final")],
    )
    await store.put(transcript_key("room"), msgspec.json.encode(transcript(said)))
    told = await collect(agent(store, ModelMissing("the file is gone")), [*said, ended("final")])
    room = room_after(*COMPLETED_ASKS, *of(AttachScreening, told))
    assert room_view(room, NOW(), "").screened_by_model is False
    assert await again(store, ModelMissing("still gone")) == []
    told_again = await again(store, Scripted({"onions": {"hate": 0.9}}))
    room = room_after(*COMPLETED_ASKS, *of(AttachScreening, told), *of(AttachScreening, told_again))
    assert room_view(room, NOW(), "").screened_by_model is True
    assert len(of(OpenCase, told_again)) == 1
    assert not await store.list("unscreened/")


async def again(store: MemoryStore, model: Classifier) -> list[Record]:
    casework = Casework(NoSecondListener(), model, store, NOW)
    book = PolicyBook(store, POLICY, NOW)
    return [one async for one in rescreened(Rooms(), store, book, model, casework, NOW)]


class Rooms(StoredRoomLog):
    """A log that has every room."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())

    async def load(self, room_id: str) -> Room | None:
        return room_after(*COMPLETED_ASKS)


def transcript(said: Sequence[Caption]) -> Transcript:
    return Transcript(room_id="room", title="", duration_ms=1, engine="e", model="m", captions=tuple(said))
