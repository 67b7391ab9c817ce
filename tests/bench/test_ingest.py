"""Chunks until they are durable: a small load through the real worker counts right and says all that is asked."""

from pathlib import Path

import msgspec
import pytest

from bench.ingest import Load, measured
from bench.sending import staggered
from schemas.audio import CHUNKS_PER_PART

ROOMS = [f"room-{n}" for n in range(3 * CHUNKS_PER_PART)]


def test_rooms_begin_a_chunk_apart_and_send_every_sequence_in_order() -> None:
    sent = staggered(ROOMS, 20)
    assert sorted(sent) == sorted((room, n) for room in ROOMS for n in range(20))
    assert all([n for room, n in sent if room == each] == list(range(20)) for each in ROOMS)


def test_no_more_than_a_share_of_the_parts_fill_at_once() -> None:
    filled = [room for room, n in staggered(ROOMS, CHUNKS_PER_PART) if n == CHUNKS_PER_PART - 1]
    sent = staggered(ROOMS, CHUNKS_PER_PART)
    at = [sent.index((room, CHUNKS_PER_PART - 1)) for room in filled]
    assert at[-1] - at[0] > len(sent) // 2


@pytest.mark.embedded
@pytest.mark.parametrize("sealed", [False, True], ids=["as they come", "sealed"])
async def test_a_small_load_is_durable_whole_and_compared_to_both_plain_consumers(tmp_path: Path, sealed: bool) -> None:
    load = Load(rooms=4, chunks=2 * CHUNKS_PER_PART, chunk_bytes=4096, seconds=5.0, sealed=sealed)
    report = await measured(load, tmp_path)
    assert (report.rooms, report.chunk_bytes, report.chunks, report.lost) == (4, 4096, 128, 0)
    assert min(report.chunks_per_s, report.naive_chunks_per_s, report.aiokafka_chunks_per_s) > 0
    assert report.ratio == pytest.approx(report.chunks_per_s / report.naive_chunks_per_s, abs=0.01)
    assert 0 < report.p95_durable_ms < 10_000
    assert report.cpu_us_per_chunk > 0
    asked_for = {"chunks_per_s", "naive_chunks_per_s", "ratio", "rooms", "chunk_bytes", "lost", "p95_durable_ms"}
    assert asked_for <= set(msgspec.to_builtins(report))
