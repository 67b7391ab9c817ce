"""A room is what its log says: chained, in order, each entry once."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.folding import _CHANGES, apply, digest, entries
from schemas.asks import DecideCase, DeleteRecording, LeaveTrack, RestoreRecording, ShareRecording
from schemas.errors import Malformed
from schemas.facts import ZERO_DIGEST, CaptionCorrected, Entry, Fact, RoomClosed
from schemas.rooms import Room
from tests.rooms import (
    JOIN_A,
    OPEN,
    OPENED_MS,
    READY_ASKS,
    command,
    finding,
    log_of,
    notice,
    room_after,
)

LONG_LOG = log_of(
    OPEN,
    JOIN_A,
    finding("f1", 0, 1),
    LeaveTrack(track_id="a"),
    *READY_ASKS[1:],
    notice(),
    ShareRecording(token="t"),
    DeleteRecording(),
    RestoreRecording(),
    DecideCase(case_id="room-case-1", violation=True, note="seen"),
)


def folded(log: Any, room: Room | None = None) -> Room | None:
    for entry in log:
        room = apply(room, entry)
    return room


def test_every_fact_changes_a_room() -> None:
    assert {*_CHANGES, CaptionCorrected} == set(get_args(Fact))


def test_each_entry_holds_the_digest_of_the_one_before() -> None:
    assert [entry.position for entry in LONG_LOG] == list(range(len(LONG_LOG)))
    assert [entry.previous for entry in LONG_LOG] == [ZERO_DIGEST, *(digest(entry) for entry in LONG_LOG[:-1])]


def test_the_last_entry_of_a_command_is_marked() -> None:
    room = room_after(OPEN, JOIN_A)
    made = entries(room, command(DeleteRecording()), (RoomClosed(), RoomClosed()), 7)
    assert [(entry.last_of_command, entry.at_ms, entry.actor) for entry in made] == [
        (False, 7, "hanna"),
        (True, 7, "hanna"),
    ]
    assert entries(room, command(DeleteRecording()), (), 7) == ()


def test_a_room_says_all_that_happened() -> None:
    room = room_after(*READY_ASKS, notice(), ShareRecording(token="t"))
    assert (room.title, room.host, room.record, room.policy) == ("Morning talk", "hanna", True, "article_2022")
    assert (room.closed_ms, room.completed_ms, room.ready, room.live) == (OPENED_MS, OPENED_MS, True, False)
    assert (room.share_token, room.shared_ms) == ("t", OPENED_MS)
    assert all(track.sealed and track.left_ms == OPENED_MS for track in room.tracks.values())
    assert (room.reports[0].reporter, room.cases["room-case-1"].opened_ms) == ("rita", OPENED_MS)
    decided = room_after(DecideCase(case_id="room-case-1", violation=True), room=room, at_ms=OPENED_MS + 5)
    assert (decided.cases["room-case-1"].violation, decided.cases["room-case-1"].decided_ms) == (True, OPENED_MS + 5)


def test_who_comes_back_has_not_left_and_came_when_they_first_came() -> None:
    left = room_after(OPEN, JOIN_A, LeaveTrack(track_id="a"))
    back = room_after(JOIN_A, room=left, at_ms=OPENED_MS + 5)
    assert (back.tracks["a"].left_ms, back.tracks["a"].joined_ms) == (None, OPENED_MS)


def test_a_command_is_remembered_once_however_many_entries_it_caused() -> None:
    room = folded(LONG_LOG)
    assert room is not None
    assert len(room.commands) == len(set(room.commands)) < len(LONG_LOG)


@given(st.data())
def test_entries_that_come_again_change_nothing(data: st.DataObject) -> None:
    """As at-least-once delivery brings them: any entry again, at any later place."""
    log: list[Entry] = []
    for n, entry in enumerate(LONG_LOG):
        log.append(entry)
        log.extend(LONG_LOG[again] for again in data.draw(st.lists(st.integers(0, n), max_size=2)))
    assert folded(log) == folded(LONG_LOG)


@given(st.integers(1, len(LONG_LOG) - 2))
def test_a_missing_entry_is_noticed(missing: int) -> None:
    with pytest.raises(Malformed):
        folded((*LONG_LOG[:missing], *LONG_LOG[missing + 1 :]))


@pytest.mark.parametrize("first", [1, 3])
def test_a_log_without_its_beginning_is_no_log(first: int) -> None:
    with pytest.raises(Malformed):
        apply(None, LONG_LOG[first])


def test_a_room_opens_once() -> None:
    room = room_after(OPEN)
    again = entries(room, command(OPEN), (LONG_LOG[0].fact,), OPENED_MS)
    with pytest.raises(Malformed):
        apply(room, again[0])
