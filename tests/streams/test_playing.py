"""A file becomes chunks with true durations, cut where a decoder can begin."""

import subprocess
from pathlib import Path

import pytest

from processors.cutting import CHUNK_MS
from schemas.errors import Invalid
from streams import demo_room
from streams.ffmpeg_binary import ffmpeg_binary
from streams.playing import PAGE_MS, pieces


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio") / "tone.wav"
    source = ["-f", "lavfi", "-i", "sine=frequency=440:duration=7.3:sample_rate=16000"]
    subprocess.run([ffmpeg_binary(), "-loglevel", "error", *source, str(path)], check=True)
    return path


def test_the_pieces_of_a_file_last_as_long_as_the_file(tone: Path) -> None:
    found = list(pieces(tone))
    assert sum(piece.duration_ms for piece in found) == pytest.approx(7300, abs=20)
    assert [piece.starts_ms for piece in found] == [0, *(p.starts_ms + p.duration_ms for p in found[:-1])]
    assert all(piece.duration_ms <= CHUNK_MS + PAGE_MS for piece in found)


def test_every_piece_begins_with_a_whole_page_and_the_first_holds_the_headers(tone: Path) -> None:
    found = list(pieces(tone))
    assert all(piece.data.startswith(b"OggS") for piece in found)
    assert b"OpusHead" in found[0].data
    assert b"OpusTags" in found[0].data


def test_the_bundled_room_lasts_as_long_as_its_description_says() -> None:
    track = demo_room.load().tracks[3]
    seconds = sum(piece.duration_ms for piece in pieces(demo_room.folder() / track.file)) / 1000
    assert seconds == pytest.approx(track.seconds, abs=0.1)


@pytest.mark.parametrize("content", [b"", b"no audio at all " * 100], ids=["empty", "text"])
def test_a_file_without_audio_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=r"notes\.txt"):
        list(pieces(path))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is not there"):
        list(pieces(tmp_path / "missing.wav"))
