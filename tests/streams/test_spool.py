"""What a producer has kept it finds again, in order, wherever its crash tore the file; and it never fills the disk."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.audio import AudioChunk
from schemas.errors import Unavailable
from streams.spool import Spool
from tests.streams.test_publisher import chunk


def left(folder: Path) -> list[AudioChunk]:
    return [found for _, found in Spool(folder).recover()]


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(0, 400), min_size=1, max_size=20), lost=st.integers(0, 600), per=st.integers(1, 900))
def test_a_crash_at_any_byte_costs_nothing_that_was_whole(sizes: list[int], lost: int, per: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spool = Spool(folder, segment_bytes=per)
        sent, ends = [chunk("r", n, size) for n, size in enumerate(sizes)], []
        for each in sent:
            last = folder / f"{spool.append(each):08}.chunks"
            ends.append((last, last.stat().st_size))
        torn_at = max(last.stat().st_size - lost, 0)
        with last.open("r+b") as file:
            file.truncate(torn_at)
        whole = [each for each, (path, end) in zip(sent, ends, strict=True) if path != last or end <= torn_at]
        assert left(folder) == whole
        again = Spool(folder, segment_bytes=per)
        found = [each for _, each in again.recover()]
        again.append(chunk("r", 99))
        again.close()
        assert left(folder) == [*found, chunk("r", 99)]


@settings(max_examples=40, deadline=None)
@given(confirmed=st.sets(st.integers(0, 11)), per=st.integers(1, 900))
def test_what_is_not_confirmed_is_there_after_a_restart_and_what_is_done_goes(confirmed: set[int], per: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spool = Spool(folder, segment_bytes=per)
        segments = [spool.append(chunk("r", n)) for n in range(12)]
        for n in confirmed:
            spool.confirm(segments[n])
        spool.close()
        open_segments = {segments[n] for n in range(12) if n not in confirmed}
        assert [found.sequence for found in left(folder)] == [n for n in range(12) if segments[n] in open_segments]


def test_a_full_spool_says_so_and_takes_again_once_the_broker_has_confirmed(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_bytes=1000, segment_bytes=1)
    segments = [spool.append(chunk("r", n)) for n in range(3)]
    with pytest.raises(Unavailable, match="the spool is full"):
        spool.append(chunk("r", 3, size=900))
    for segment in segments[:-1]:
        spool.confirm(segment)
    spool.append(chunk("r", 3, size=400))
    assert 0 < spool.size <= 1000
