"""Finals first and never lost; drafts give way."""

import asyncio
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.hearing_figures import HearingFigures
from agents.jobs import FULL_AT_PASSES, Job, Jobs
from agents.shedding import HOLD_MS, LATE_MS, REMEMBERED, Shedding
from processors.utterances import Utterance

MOST = 8


def job(name: str, *, final: bool, first: int = 0, seconds: float = 0.001) -> Job:
    samples = np.zeros(round(seconds * 16_000), np.float32)
    utterance = Utterance(utterance_id=name, first=first, start_ms=0, end_ms=1, samples=samples, final=final)
    return Job(room_id="r", track_id="t", utterance=utterance)


async def taken(jobs: Jobs) -> list[tuple[str, bool]]:
    return named(await jobs.take())


def named(batch: list[Job]) -> list[tuple[str, bool]]:
    return [(one.utterance.utterance_id, one.utterance.final) for one in batch]


async def test_finals_go_before_drafts_that_came_earlier() -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    for name, final in (("a", False), ("b", True), ("c", True)):
        jobs.add(job(name, final=final))
    assert await taken(jobs) == [("b", True), ("c", True)]
    assert await taken(jobs) == [("a", False)]


@pytest.mark.parametrize("final", [True, False], ids=["finals", "drafts"])
async def test_a_pass_holds_the_oldest_and_what_fits_into_its_window(final: bool) -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    for name, seconds in (("a", 9), ("b", 2), ("c", 9), ("d", 2)):
        jobs.add(job(name, final=final, seconds=seconds))
    assert [[name for name, _ in await taken(jobs)] for _ in range(2)] == [["a", "c"], ["b", "d"]]


async def test_a_newer_draft_replaces_the_one_that_waits_and_is_counted() -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    for first in (1, 2, 3):
        jobs.add(job("a", final=False, first=first))
    (only,) = await jobs.take()
    assert (only.utterance.first, jobs.drafts_shed) == (3, 2)


async def test_a_newer_draft_takes_the_place_of_the_one_before() -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    for name, seconds in (("a", 2), ("b", 9), ("a", 2.5)):
        jobs.add(job(name, final=False, seconds=seconds))
    assert [[name for name, _ in await taken(jobs)] for _ in range(2)] == [["a"], ["b"]]


async def test_a_draft_waits_while_an_older_one_of_its_utterance_is_heard() -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    jobs.add(job("a", final=False, first=1))
    older = await jobs.take()
    jobs.add(job("a", final=False, first=2))
    newer = asyncio.create_task(jobs.take())
    await asyncio.sleep(0)
    assert not newer.done()
    jobs.done(older)
    assert [one.utterance.first for one in await newer] == [2]


async def test_a_draft_that_waits_is_shortened_by_what_was_settled_meanwhile() -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    for name in ("a", "b"):
        jobs.add(job(name, final=False))
    jobs.shorten(("r", "a"), lambda draft: replace(draft, first=7))
    assert [one.utterance.first for one in await jobs.take()] == [7, 0]


async def test_a_final_does_not_wait_for_its_draft_that_is_heard() -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    jobs.add(job("a", final=False))
    await jobs.take()
    jobs.add(job("a", final=True))
    assert await taken(jobs) == [("a", True)]


async def test_a_final_replaces_its_draft() -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    jobs.add(job("a", final=False))
    jobs.add(job("a", final=True))
    batch = await jobs.take()
    assert named(batch) == [("a", True)]
    jobs.done(batch)
    assert jobs.idle


async def test_intake_waits_while_too_many_finals_do() -> None:
    jobs = Jobs(HearingFigures(), lambda: 0, MOST)
    for n in range(FULL_AT_PASSES * MOST):
        jobs.add(job(str(n), final=True))
    waiting = asyncio.create_task(jobs.wait_for_room())
    await asyncio.sleep(0)
    assert jobs.full
    assert not waiting.done()
    await jobs.take()
    await asyncio.wait_for(waiting, 1)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=60), st.lists(st.integers(0, 60), max_size=20))
def test_every_final_is_taken_once_whatever_comes_between(added: list[tuple[int, bool]], pauses: list[int]) -> None:
    async def run() -> None:
        jobs, finals, out = Jobs(HearingFigures(), lambda: 0, MOST), list[int](), list[tuple[str, bool]]()
        for n, (name, final) in enumerate(added):
            jobs.add(job(f"{name}-{n}" if final else f"{name}", final=final))
            finals += [n] if final else []
            if n in pauses:
                out += await _took(jobs)
        while not jobs.idle:
            out += await _took(jobs)
        assert [int(name.split("-")[1]) for name, final in out if final] == finals

    asyncio.run(run())


async def _took(jobs: Jobs) -> list[tuple[str, bool]]:
    batch = await jobs.take()
    jobs.done(batch)
    assert 0 < len(batch) <= MOST
    return named(batch)


WORKERS = st.integers(1, 3)
ARRIVALS = st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from([0.5, 3.0, 9.0])), max_size=60)


@given(ARRIVALS, WORKERS, st.randoms(use_true_random=False))
def test_nothing_starves_and_no_final_is_lost_whatever_ends_first(
    arrivals: list[tuple[int, bool, float]], workers: int, chance: Random
) -> None:
    """Passes of several workers end in any order; in the end every final and every newest draft has been heard."""

    async def run() -> None:
        jobs, hearing, heard = Jobs(HearingFigures(), lambda: 0, MOST), list[list[Job]](), list[Job]()
        added = [
            job(f"{name}-{n}" if final else str(name), final=final, seconds=seconds)
            for n, (name, final, seconds) in enumerate(arrivals)
        ]
        for one in added:
            jobs.add(one)
            if len(hearing) < workers and chance.random() < 0.5:
                hearing += await _begun(jobs)
            if hearing and chance.random() < 0.5:
                heard += _ended(jobs, hearing, chance)
        while not jobs.idle:
            hearing += await _begun(jobs) if len(hearing) < workers else []
            heard += _ended(jobs, hearing, chance)
        newest = {one.key: one for one in added if not one.utterance.final}
        assert {id(one) for one in added if one.utterance.final} | {id(one) for one in newest.values()} <= {
            id(one) for one in heard
        }
        assert len(heard) == len({id(one) for one in heard}) == len(added) - jobs.drafts_shed

    asyncio.run(run())


async def _begun(jobs: Jobs) -> list[list[Job]]:
    """A pass, if there is one to be had without waiting."""
    try:
        return [await asyncio.wait_for(jobs.take(), 0.001)]
    except TimeoutError:
        return []


def _ended(jobs: Jobs, hearing: list[list[Job]], chance: Random) -> list[Job]:
    ended = hearing.pop(chance.randrange(len(hearing)))
    jobs.done(ended)
    return ended


class Clock:
    def __init__(self) -> None:
        self.now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


async def late(jobs: Jobs, clock: Clock) -> None:
    """Finals wait for a long time, one after the other, and are heard."""
    for n in range(REMEMBERED):
        jobs.add(job(f"late {n}", final=True))
    clock.now_ms += 10 * LATE_MS
    for _ in range(REMEMBERED // MOST):
        await jobs.take()


async def test_no_draft_begins_while_finals_are_late_and_those_replaced_are_counted() -> None:
    clock = Clock()
    jobs = Jobs(HearingFigures(), clock, MOST)
    await late(jobs, clock)
    for first in (1, 2):
        jobs.add(job("b", final=False, first=first))
    held = asyncio.ensure_future(jobs.take())
    await asyncio.sleep(0)
    assert not held.done()
    clock.now_ms += HOLD_MS
    jobs.look_again()
    assert named(await held) == [("b", False)]
    assert jobs.drafts_shed == 1


async def test_a_final_is_heard_while_drafts_are_held() -> None:
    clock = Clock()
    jobs = Jobs(HearingFigures(), clock, MOST)
    await late(jobs, clock)
    jobs.add(job("b", final=False))
    jobs.add(job("c", final=True))
    assert await taken(jobs) == [("c", True)]


@pytest.mark.parametrize(
    ("waits_ms", "held"),
    [
        pytest.param([LATE_MS - 1] * 200, False, id="all a little"),
        pytest.param([LATE_MS] * 200 + [10 * LATE_MS], True, id="all too much"),
        pytest.param([0] * 50 + [5 * LATE_MS] * 4, False, id="four that came together"),
        pytest.param([10 * LATE_MS] * 200 + [0] * 200, False, id="it is over"),
    ],
)
def test_drafts_are_held_for_a_backlog_and_not_for_a_moment(waits_ms: list[int], held: bool) -> None:
    shedding = Shedding()
    for wait_ms in waits_ms:
        shedding.waited([wait_ms], 0)
    assert shedding.holds(HOLD_MS - 1) is held
