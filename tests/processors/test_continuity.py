"""How much of a speaker came how far: what is known is said, what is missing is named, what is unknown is None."""

import msgspec
import pytest

from processors.continuity import captioned_ms, continuity
from processors.manifest import Hole, Manifest, PartLine, track_line
from schemas.asks import AttachTranscript
from schemas.audio import Gap
from schemas.captions import Caption
from schemas.rooms import Room
from tests.rooms import CLOSED_ASKS, OPEN_UNRECORDED, RECORDING, room_after, seal

GAPS = (Gap(track_id="a", first_sequence=3, last_sequence=4),)


def sealed(**changes: object) -> Room:
    return room_after(*CLOSED_ASKS, msgspec.structs.replace(seal("a"), **changes), seal("b"))


def caption(track_id: str, start_ms: int, end_ms: int) -> Caption:
    return Caption(
        room_id="room", track_id=track_id, speaker="Anna", caption_id=f"{start_ms}", pass_name="final", status="final",
        start_ms=start_ms, end_ms=end_ms, text="so", words=(), settled=2, language="en", confidence=1.0, engine="e",
        model="m", emitted_ms=0,
    )  # fmt: skip


def test_of_a_live_room_nothing_is_known_yet():
    (anna, _) = continuity(room_after(*CLOSED_ASKS))
    assert {anna.captured_ms, anna.received_ms, anna.stored_ms, anna.recorded_ms, anna.captioned_ms} == {None}


def test_of_a_room_that_is_not_recorded_there_is_nothing_to_say():
    assert continuity(room_after(OPEN_UNRECORDED)) == ()


def test_what_never_arrived_counts_as_captured_at_the_mean_length_of_a_chunk():
    (anna, _) = continuity(sealed(gaps=GAPS))
    assert (anna.captured_ms, anna.received_ms) == (11_000, 9_000)
    assert anna.holes == (Hole(first_sequence=3, last_sequence=4, reason="never_received", ms=2_000),)


def test_recording_and_captions_add_what_they_know():
    transcript = AttachTranscript(captions=1, words=1, engine="e", model="m", captioned_ms={"a": 4_000})
    room = room_after(*CLOSED_ASKS, seal("a"), seal("b"), RECORDING, transcript)
    (anna, bert) = continuity(room)
    assert (anna.recorded_ms, anna.captioned_ms) == (9_000, 4_000)
    assert (bert.recorded_ms, bert.captioned_ms) == (0, 0)


def test_the_manifest_says_what_is_really_stored_and_what_could_not_be_decoded():
    room = sealed(gaps=GAPS)
    part = PartLine(
        index=0, first_sequence=0, last_sequence=9, chunks=8, sha256="", previous="", duration_ms=8_000
    )  # fmt: skip
    line = track_line(room.tracks["a"], [part], 7_000, [1])
    made = Manifest(
        room_id="room", title="t", opened_ms=0, closed_ms=1, duration_ms=1, tracks=(line,), outputs=()
    )  # fmt: skip
    anna = continuity(room, made)[0]
    assert (anna.received_ms, anna.stored_ms, anna.recorded_ms) == (9_000, 8_000, 7_000)
    assert [hole.reason for hole in anna.holes] == ["undecodable", "never_received"]


@pytest.mark.parametrize(
    ("spans", "covered"),
    [
        pytest.param([(0, 1_000), (2_000, 3_000)], 2_000, id="apart"),
        pytest.param([(0, 2_000), (1_000, 3_000)], 3_000, id="overlapping"),
        pytest.param([(0, 5_000), (1_000, 2_000), (4_000, 6_000)], 6_000, id="one inside another"),
        pytest.param([(2_000, 3_000), (0, 1_000)], 2_000, id="out of order"),
    ],
)
def test_captions_that_overlap_count_once(spans: list[tuple[int, int]], covered: int):
    assert captioned_ms(caption("a", start, end) for start, end in spans) == {"a": covered}
