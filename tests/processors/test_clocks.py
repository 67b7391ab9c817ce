"""Until when a room is public, may be reported, and is kept."""

import pytest

from processors.clocks import APPEAL_DAYS, POLICIES, clocks, expired
from schemas.asks import DecideCase, OpenRoom
from schemas.rooms import Clock, Room
from tests.rooms import (
    CLOSE,
    CLOSED_ASKS,
    DAY_MS,
    JOIN_A,
    OPEN,
    OPEN_UNRECORDED,
    OPENED_MS,
    finding,
    room_after,
)

CLOSED = room_after(*CLOSED_ASKS)
LATER = OpenRoom(title="t", host="h", record=True, policy="help_center")
FOUND = room_after(OPEN, JOIN_A, finding("f1", 0, 1), CLOSE)
LATER_FOUND = room_after(LATER, JOIN_A, finding("f1", 0, 1), CLOSE)


def decided(room: Room, *, day: int, violation: bool) -> Room:
    return room_after(DecideCase(case_id="room-case-1", violation=violation), room=room, at_ms=OPENED_MS + day * DAY_MS)


def day(clock: Clock | None) -> float:
    assert clock is not None
    return (clock.at_ms - OPENED_MS) / DAY_MS


@pytest.mark.parametrize(
    ("room", "days"),
    [
        pytest.param(CLOSED, (30, 60, 120), id="as_promised_in_2022"),
        pytest.param(room_after(LATER, CLOSE), (30, 30, 30), id="as_practised_later"),
        pytest.param(decided(FOUND, day=1, violation=True), (30, 60, 185), id="a_decision_outlives_the_copy"),
        pytest.param(decided(FOUND, day=1, violation=False), (30, 60, 185), id="a_no_may_be_appealed_too"),
        pytest.param(decided(LATER_FOUND, day=-150, violation=True), (30, 30, 120), id="a_violation_adds_90_days"),
        pytest.param(decided(LATER_FOUND, day=-160, violation=False), (30, 30, 30), id="no_violation_adds_nothing"),
    ],
)
def test_the_promises_of_a_closed_room(room: Room, days: tuple[int, int, int]) -> None:
    found = clocks(room, OPENED_MS)
    assert (day(found.public_until), day(found.report_until), day(found.purge_at)) == days


@pytest.mark.parametrize("asks", [(OPEN, JOIN_A), (OPEN_UNRECORDED, CLOSE)], ids=["live", "not_recorded"])
def test_there_is_no_promise_while_a_room_is_live_nor_where_nothing_is_kept(asks: tuple) -> None:
    found = clocks(room_after(*asks), OPENED_MS)
    assert (found.public_until, found.report_until, found.purge_at) == (None, None, None)


@pytest.mark.parametrize("now_day", [0, 119, 1_000])
def test_an_open_case_moves_the_purge_along_with_the_time(now_day: int) -> None:
    purge_at = clocks(FOUND, OPENED_MS + now_day * DAY_MS).purge_at
    assert purge_at is not None
    assert day(purge_at) == now_day + APPEAL_DAYS
    assert purge_at.reason == "room-case-1 is not decided; 184 days to appeal follow its decision"


def test_the_last_decision_counts() -> None:
    both = room_after(OPEN, JOIN_A, finding("f1", 0, 1), finding("f2", 90_000, 90_001), CLOSE)
    first = decided(both, day=100, violation=True)
    second = room_after(DecideCase(case_id="room-case-2", violation=False), room=first, at_ms=OPENED_MS + 90 * DAY_MS)
    assert day(clocks(second, OPENED_MS).purge_at) == 100 + APPEAL_DAYS


def test_reasons_name_the_days_and_the_policy() -> None:
    found = clocks(CLOSED, OPENED_MS)
    assert found.public_until is not None
    assert found.public_until.reason == "30 days after the room closed (article_2022)"
    violated = clocks(decided(LATER_FOUND, day=-150, violation=True), OPENED_MS).purge_at
    assert violated is not None
    assert violated.reason == "120 days after the room closed (help_center), a violation was found"


def test_a_clock_runs_out_at_its_moment() -> None:
    clock = Clock(at_ms=10, reason="")
    assert [expired(clock, now_ms) for now_ms in (9, 10, 11)] == [False, True, True]
    assert not expired(None, 10)


def test_every_policy_keeps_as_long_as_it_promises() -> None:
    for policy in POLICIES.values():
        assert policy.copy_days >= max(policy.public_days, policy.report_days)
