"""A chunk is refused for the field that is wrong, and a track's order is kept strictly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.checks import TrackSequence, check_chunk, expect
from schemas.audio import MAX_CHUNK_BYTES, AudioChunk
from schemas.errors import Invalid
from tests.audio import ENCODINGS, OPENED_MS, chunks


def chunk(**changes: Any) -> AudioChunk:
    values: dict[str, Any] = {
        "room_id": "r",
        "track_id": "t",
        "sequence": 0,
        "captured_ms": OPENED_MS,
        "duration_ms": 1000,
        "content_type": "audio/L16;rate=16000;channels=2",
        "data": b"\0" * 8,
    }
    return AudioChunk(**(values | changes))


@pytest.mark.parametrize("content_type", ENCODINGS)
def test_every_chunk_of_a_real_stream_is_taken(content_type: str):
    for sent in chunks(content_type, 5):
        check_chunk(sent)


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        pytest.param({"data": b""}, "empty_chunk", "data", id="empty"),
        pytest.param({"data": bytes(MAX_CHUNK_BYTES + 4)}, "chunk_too_large", "data", id="too large"),
        pytest.param({"content_type": "audio/midi"}, "unsupported_codec", "content-type", id="codec"),
        pytest.param({"content_type": "audio/L16;rate=1"}, "unsupported_codec", "content-type", id="rate"),
        pytest.param({"content_type": "audio/L16;rate=\u0663"}, "unsupported_codec", "content-type", id="digits"),
        pytest.param({"sequence": -1}, "sequence_negative", "sequence", id="negative sequence"),
        pytest.param({"duration_ms": 0}, "duration_implausible", "durationms", id="no duration"),
        pytest.param({"duration_ms": 60_001}, "duration_implausible", "durationms", id="too long"),
        pytest.param({"captured_ms": OPENED_MS // 1000}, "captured_implausible", "capturedms", id="seconds"),
        pytest.param({"captured_ms": OPENED_MS * 1000}, "captured_implausible", "capturedms", id="microseconds"),
        pytest.param({"data": b"\0" * 6}, "not_audio", "data", id="half a frame"),
        pytest.param({"content_type": "audio/ogg", "data": b"RIFF"}, "not_audio", "data", id="not Ogg"),
        pytest.param({"content_type": "audio/webm", "data": b"OggS"}, "not_audio", "data", id="not WebM"),
        pytest.param({"content_type": "audio/wav", "data": b"RIFF0000AVI "}, "not_audio", "data", id="not WAV"),
        pytest.param({"content_type": "audio/flac", "data": b"flac"}, "not_audio", "data", id="not FLAC"),
        pytest.param({"content_type": "audio/mpeg", "data": b"<html>"}, "not_audio", "data", id="not MP3"),
        pytest.param({"content_type": "audio/aac", "data": b"\xff\xfb\x90\x00"}, "not_audio", "data", id="not ADTS"),
    ],
)
def test_a_wrong_chunk_is_refused_naming_the_field(changes: dict[str, Any], reason: str, field: str):
    with pytest.raises(Invalid) as refused:
        check_chunk(chunk(**changes))
    assert (refused.value.reason, refused.value.field) == (reason, field)


def test_the_largest_chunk_is_taken():
    check_chunk(chunk(data=bytes(MAX_CHUNK_BYTES)))


def test_a_later_chunk_of_a_container_may_be_cut_anywhere():
    check_chunk(chunk(sequence=1, content_type="audio/webm", data=b"anything"))


@given(st.integers(0, 1000))
def test_the_next_sequence_is_taken(expected: int):
    after = expect(TrackSequence(next_sequence=expected), chunk(sequence=expected))
    assert after == TrackSequence(next_sequence=expected + 1)


@pytest.mark.parametrize(
    ("came", "reason"),
    [(9, "sequence_repeated"), (8, "sequence_backwards"), (0, "sequence_backwards"), (11, "sequence_jump")],
)
def test_any_other_sequence_is_refused(came: int, reason: str):
    outcome = expect(TrackSequence(next_sequence=10), chunk(sequence=came))
    assert isinstance(outcome, Invalid)
    assert (outcome.reason, outcome.field) == (reason, "sequence")
