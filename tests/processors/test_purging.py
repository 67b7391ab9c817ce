"""What goes when a room's time is over, in which order, and what is left to say about it."""

import msgspec
import pytest

from processors.folding import digest
from processors.purging import certify, purge_due, purge_plan, tombstone
from schemas.asks import PurgeRoom
from schemas.errors import Invalid
from schemas.keeping import StoredObject
from tests.rooms import CLOSE, DAY_MS, JOIN_A, OPEN, OPENED_MS, READY_ASKS, log_of, notice, room_after

OVER_MS = OPENED_MS + 120 * DAY_MS
READY = room_after(*READY_ASKS)
PURGE = PurgeRoom(reason="time is over")
ENTRY = log_of(PURGE, room=READY, at_ms=OVER_MS)[0]
PURGED = room_after(PURGE, room=READY, at_ms=OVER_MS)

OBJECTS = tuple(
    StoredObject(key=key, size=10)
    for key in (
        "rooms/room/log/00000001.json",
        "rooms/room/recording/audio.m4a",
        "rooms/room/log/00000000.json",
        "rooms/room/tracks/b/parts/000000.part",
        "rooms/room/captions/final.json",
        "rooms/room/recording/hls/a.m3u8",
        "rooms/room/tracks/a/parts/000000.part",
    )
)


def test_everything_goes_and_the_log_goes_last_with_the_purge_at_its_end() -> None:
    plan = purge_plan(OBJECTS, READY)
    assert sorted(plan) == sorted(stored.key for stored in OBJECTS)
    assert plan[-2:] == ["rooms/room/log/00000000.json", "rooms/room/log/00000001.json"]


def test_nothing_kept_nothing_to_plan() -> None:
    assert purge_plan((), READY) == []


def test_a_certificate_says_what_went_when_and_why() -> None:
    certificate = certify(READY, ENTRY, OBJECTS)
    assert (certificate.reason, certificate.purged_ms, certificate.policy) == ("time is over", OVER_MS, "article_2022")
    assert (certificate.head, certificate.position) == (digest(ENTRY), ENTRY.position)
    assert (certificate.bytes, len(certificate.objects)) == (70, 7)


def test_a_certificate_numbers_tracks_instead_of_naming_them() -> None:
    keys = [stored.key for stored in certify(READY, ENTRY, OBJECTS).objects]
    assert keys[-4:] == [
        "rooms/room/recording/audio.m4a",
        "rooms/room/recording/hls/track-1.m3u8",
        "rooms/room/tracks/track-1/parts/000000.part",
        "rooms/room/tracks/track-2/parts/000000.part",
    ]


def test_a_certificate_names_nobody_and_repeats_no_word() -> None:
    room = room_after(notice(), room=READY)
    written = msgspec.json.encode(certify(room, ENTRY, OBJECTS)).lower()
    for private in (b"hanna", b"anna", b"bert", b"rita", b"morning", b"three minutes"):
        assert private not in written


def test_a_certificate_is_for_a_purge_only() -> None:
    with pytest.raises(Invalid):
        certify(READY, log_of(OPEN)[0], OBJECTS)


def test_a_tombstone_is_a_purged_room_without_a_past() -> None:
    left = tombstone(certify(READY, ENTRY, OBJECTS))
    assert (left.room_id, left.purged_ms, left.head) == ("room", OVER_MS, digest(ENTRY))
    assert (left.title, left.host, left.tracks, left.live) == ("", "", {}, False)


def test_a_room_is_due_when_its_clock_has_run_out() -> None:
    assert purge_due(READY, OVER_MS - 1) is None
    due = purge_due(READY, OVER_MS)
    assert due is not None
    assert (due.command_id, due.actor) == ("purge:room", "janitor")
    assert due.ask == PurgeRoom(reason="120 days after the room closed (article_2022)")


@pytest.mark.parametrize(
    "room",
    [
        pytest.param(room_after(OPEN, JOIN_A), id="live"),
        pytest.param(room_after(notice(), room=READY), id="with_an_open_case"),
        pytest.param(tombstone(certify(READY, ENTRY, OBJECTS)), id="gone"),
    ],
)
def test_a_room_is_never_due_while_it_is(room) -> None:
    assert purge_due(room, OVER_MS * 2) is None


def test_a_purge_that_was_not_finished_is_asked_for_with_its_own_command() -> None:
    due = purge_due(PURGED, OVER_MS)
    assert due is not None
    assert due.command_id == ENTRY.command_id


def test_a_room_without_tracks_is_due_too() -> None:
    assert purge_due(room_after(OPEN, CLOSE), OVER_MS) is not None
