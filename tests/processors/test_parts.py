"""Chunks fold into parts whose bounds depend on sequences alone, and parts prove themselves and each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import parts
from processors.parts import TrackParts, close, decode_part, digest, encode_part, settle, step
from schemas.audio import CHUNKS_PER_PART, Part, StoredChunk
from schemas.errors import Invalid, Malformed
from schemas.facts import ZERO_DIGEST


def chunk(sequence: int, offset: int | None = None, data: bytes = b"sound") -> StoredChunk:
    return StoredChunk(
        sequence=sequence,
        captured_ms=1_000_000 + 100 * sequence,
        duration_ms=100,
        content_type="audio/ogg",
        sha256=digest(data),
        partition=0,
        offset=sequence if offset is None else offset,
        data=data,
    )


EMPTY = TrackParts(room_id="r", track_id="t")


def folded(chunks: list[StoredChunk], *, ending: bool = True) -> tuple[TrackParts, list[parts.Closed]]:
    """Fold as the recorder does: close what can be closed after each chunk, and the rest at the end."""
    state, made = EMPTY, list[parts.Closed]()
    for number, each in enumerate([*chunks, None]):
        if each is not None:
            state, _ = step(state, each)
        last = ending and number == len(chunks)
        while True:
            state, closed = close(state, ending=last)
            if closed is None:
                break
            made.append(closed)
    return state, made


@given(st.sets(st.integers(0, 200), max_size=120))
def test_every_chunk_is_in_the_part_of_its_sequence_once(sequences: set[int]):
    _, made = folded([chunk(n) for n in sorted(sequences)])
    for closed in made:
        assert all(c.sequence // CHUNKS_PER_PART == closed.part.index for c in closed.part.chunks)
    assert [c.sequence for closed in made for c in closed.part.chunks] == sorted(sequences)


@given(st.sets(st.integers(0, 200), min_size=1, max_size=120))
def test_the_seal_counts_what_came_and_names_what_did_not(sequences: set[int]):
    state, made = folded([chunk(n) for n in sorted(sequences)])
    seal = parts.seal(state)
    missing = {n for gap in seal.gaps for n in range(gap.first_sequence, gap.last_sequence + 1)}
    assert missing == set(range(max(sequences))) - sequences
    assert (seal.chunks, seal.parts, seal.duration_ms) == (len(sequences), len(made), 100 * len(sequences))
    assert seal.chain == made[-1].sha256
    assert seal.first_captured_ms == 1_000_000 + 100 * min(sequences)


@given(st.sets(st.integers(0, 200), max_size=120))
def test_each_part_names_the_digest_of_the_one_before(sequences: set[int]):
    _, made = folded([chunk(n) for n in sorted(sequences)])
    assert [c.part.previous for c in made] == [ZERO_DIGEST, *(digest(c.data) for c in made)][: len(made)]


@given(st.integers(0, 40), st.binary(max_size=50))
def test_a_part_survives_its_encoding(sequence: int, data: bytes):
    part = Part(room_id="r", track_id="t", index=1, previous=ZERO_DIGEST, chunks=(chunk(sequence, data=data),))
    assert decode_part(encode_part(part)) == part


@pytest.mark.parametrize("data", [b"", b"\xc1", b"{}", b"\x93\x01\x02\x03"])
def test_bytes_that_are_no_part_are_refused(data: bytes):
    with pytest.raises(Malformed):
        decode_part(data)


@pytest.mark.parametrize(
    ("sequences", "closed"),
    [
        pytest.param(range(15), [], id="open while a chunk is missing"),
        pytest.param(range(16), [0], id="complete"),
        pytest.param([0, 16], [], id="open while only the next part has begun"),
        pytest.param([0, 16, 32], [0], id="passed by two"),
        pytest.param([0, *range(16, 32), 32], [0, 1], id="a complete part waits for the one before"),
        pytest.param([100], [], id="begins late"),
    ],
)
def test_a_part_closes_when_it_is_complete_or_passed(sequences: list[int], closed: list[int]):
    _, made = folded([chunk(n) for n in sequences], ending=False)
    assert [c.part.index for c in made] == closed


@pytest.mark.parametrize(("ahead", "taken"), [(parts.LONGEST_JUMP, True), (parts.LONGEST_JUMP + 1, False)])
def test_a_jump_may_be_256_wide(ahead: int, taken: bool):
    state, _ = step(EMPTY, chunk(0))
    _, outcome = step(state, chunk(1 + ahead))
    assert isinstance(outcome, parts.Waits) is taken
    assert taken or (isinstance(outcome, Invalid) and outcome.reason == "sequence_jump")


def test_a_refused_record_is_refused_again_although_the_track_has_moved_on():
    state, _ = step(EMPTY, chunk(0, offset=0))
    state, _ = step(state, chunk(300, offset=1))
    for n in range(1, 60):
        state, _ = step(state, chunk(n, offset=n + 1))
    _, outcome = step(state, chunk(300, offset=1))
    assert isinstance(outcome, Invalid)


@pytest.mark.parametrize(
    ("came", "reason"),
    [
        pytest.param(chunk(3), None, id="the same record again"),
        pytest.param(chunk(3, offset=99), None, id="sent again"),
        pytest.param(chunk(3, data=b"other"), "sequence_repeated", id="same place, other bytes"),
        pytest.param(chunk(4), "sequence_backwards", id="not in the part"),
    ],
)
def test_a_chunk_of_a_closed_part_is_judged_by_what_is_stored(came: StoredChunk, reason: str | None):
    stored = Part(room_id="r", track_id="t", index=0, previous=ZERO_DIGEST, chunks=(chunk(3),))
    verdict = settle(stored, came)
    assert (verdict.reason if verdict else None) == reason


def test_gaps_are_the_runs_between():
    gaps = parts.gaps_between("t", 2, [4, 5, 9])
    assert [(gap.first_sequence, gap.last_sequence) for gap in gaps] == [(2, 3), (6, 8)]
