"""A child that ends is started again: soon at first, later each time it ends soon, soon again once it has run well."""

import subprocess
from collections.abc import Iterator

import pytest

from streams.children import RESTART_PAUSES_S, WELL_AFTER_S, Child


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def child(clock: Clock) -> Iterator[Child]:
    sleeping = Child("sleeper", lambda: subprocess.Popen(["sleep", "60"]), now_s=clock)
    yield sleeping
    sleeping.process.kill()
    sleeping.process.wait()


def killed_after(child: Child, clock: Clock, ran_s: float) -> float:
    """Let the child run for a while, kill it, and return the seconds until it ran again."""
    clock.s += ran_s
    child.process.kill()
    child.process.wait()
    assert not child.watch()
    ended_s = clock.s
    while not child.watch():
        clock.s += 0.25
    return clock.s - ended_s


def test_pauses_grow_while_it_ends_soon(child: Child, clock: Clock) -> None:
    assert [killed_after(child, clock, 1.0) for _ in range(6)] == [*RESTART_PAUSES_S, RESTART_PAUSES_S[-1]]


def test_pauses_begin_again_once_it_has_run_well(child: Child, clock: Clock) -> None:
    for _ in range(4):
        killed_after(child, clock, 1.0)
    assert killed_after(child, clock, WELL_AFTER_S) == RESTART_PAUSES_S[0]
    assert killed_after(child, clock, 1.0) == RESTART_PAUSES_S[1]


def test_a_child_that_runs_is_left_alone(child: Child) -> None:
    before = child.process.pid
    assert not child.watch()
    assert child.process.pid == before
