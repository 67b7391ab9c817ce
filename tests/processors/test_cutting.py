"""A stream is cut into pieces of about a second, with true durations, however its bytes arrive, and whole again."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.cutting import CHUNK_MS, LARGEST_PIECE, LONGEST_PIECE_MS, Cutter, Piece
from processors.framing.base import LARGEST_ATOM
from processors.media import media_of
from tests.audio import ENCODINGS, encoded

SECONDS = 7.3


def pieces(content_type: str, arrivals: list[bytes]) -> list[Piece]:
    cutter = Cutter(content_type)
    return [*(piece for data in arrivals for piece in cutter.feed(data)), *cutter.finish()]


def arriving(data: bytes, sizes: list[int]) -> list[bytes]:
    """Split at these sizes, again and again."""
    arrivals, at = [], 0
    while at < len(data):
        size = sizes[len(arrivals) % len(sizes)]
        arrivals.append(data[at : at + size])
        at += size
    return arrivals


@pytest.mark.parametrize("content_type", ENCODINGS)
def test_pieces_last_as_long_as_the_sound(content_type: str) -> None:
    """MP3 and ADTS carry the encoder's silence, two frames at most; a WebM's last block is taken for a usual one."""
    found = pieces(content_type, [encoded(content_type, SECONDS)])
    tolerance_ms = 48 if media_of(content_type).name in {"audio/aac", "audio/mpeg", "audio/webm"} else 2
    assert sum(piece.duration_ms for piece in found) == pytest.approx(SECONDS * 1000, abs=tolerance_ms)
    assert all(piece.duration_ms <= 1.1 * CHUNK_MS for piece in found)
    assert [piece.starts_ms for piece in found[1:]] == [piece.starts_ms + piece.duration_ms for piece in found[:-1]]


@pytest.mark.parametrize("content_type", ENCODINGS)
@settings(max_examples=10, deadline=None)
@given(sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=8))
def test_how_the_bytes_arrive_changes_nothing(content_type: str, sizes: list[int]) -> None:
    data = encoded(content_type, 3.0)
    found = pieces(content_type, arriving(data, sizes))
    assert b"".join(piece.data for piece in found) == data
    assert found == pieces(content_type, [data])


@pytest.mark.parametrize("content_type", ENCODINGS)
def test_a_stream_that_begins_again_goes_on_in_time(content_type: str) -> None:
    once = encoded(content_type, SECONDS)
    found = pieces(content_type, [once, once])
    assert sum(piece.duration_ms for piece in found) == pytest.approx(2 * SECONDS * 1000, abs=120)


def test_ogg_is_cut_at_pages() -> None:
    assert all(piece.data.startswith(b"OggS") for piece in pieces("audio/ogg", [encoded("audio/ogg", SECONDS)]))


@pytest.mark.parametrize("content_type", ENCODINGS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1 << 32), flips=st.integers(1, 400), begin=st.booleans())
def test_broken_bytes_are_passed_on_in_bounded_pieces(content_type: str, seed: int, flips: int, begin: bool) -> None:
    """Whatever a header claims: every byte comes out, in time that is never longer than a chunk may last."""
    chance = random.Random(seed)
    data = bytearray(encoded(content_type, 3.0) if begin else chance.randbytes(300_000))
    for _ in range(flips):
        data[chance.randrange(min(len(data), chance.choice((64, len(data)))))] = chance.randrange(256)
    found = pieces(content_type, arriving(bytes(data), [chance.randrange(1, 90_000)]))
    held_back = media_of(content_type).frame_bytes if content_type.startswith(("audio/L16", "audio/wav")) else 1
    assert len(data) - len(b"".join(piece.data for piece in found)) < max(held_back, LARGEST_ATOM * (held_back > 1))
    assert bytes(data).startswith(b"".join(piece.data for piece in found))
    assert all(1 <= piece.duration_ms <= LONGEST_PIECE_MS for piece in found)
    assert all(len(piece.data) <= LARGEST_PIECE + LARGEST_ATOM for piece in found)


@pytest.mark.parametrize(
    ("content_type", "rate_at"), [pytest.param("audio/wav", 24, id="wav"), pytest.param("audio/flac", 18, id="flac")]
)
def test_a_header_that_says_one_sample_a_second_does_not_make_a_chunk_of_each_frame(
    content_type: str, rate_at: int
) -> None:
    """It lies: a body of half a megabyte became half a million chunks, each with headers of its own."""
    data = bytearray(encoded(content_type, SECONDS))
    data[rate_at : rate_at + 4] = bytes((1, 0, 0, 0)) if content_type == "audio/wav" else bytes((0, 0, 0x10, data[21]))
    found = pieces(content_type, [bytes(data)])
    assert b"".join(piece.data for piece in found) == data
    assert len(found) <= 2 + len(data) // LARGEST_PIECE
