"""What listeners get of a trimmed recording begins where the host said, and nothing kept has changed."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.chapters import About, Chapter
from processors.timeline import RATE_HZ
from processors.trimming import Patch, edits, patched, trimmed_outline, trimmed_transcript
from processors.waveform import Outline
from schemas.captions import Transcript
from schemas.errors import Malformed
from streams.rendering import FfmpegRenderer
from tests.audio import voice
from tests.streams.test_rendering import decoded
from tests.talk import caption

SECONDS = 20


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording")
    made = (Chapter(start_ms=0, end_ms=9000, title="Anna"), Chapter(start_ms=9000, end_ms=20_000, title="Tom"))
    FfmpegRenderer().render(iter([voice(SECONDS)]), folder, lambda: About(title="Talk", chapters=made))
    return folder / "audio.m4a"


def trimmed(recording: Path, start_ms: int, target: Path) -> Path:
    data = recording.read_bytes()
    at = data.index(b"moov") + 4
    patches = edits(data[at : at - 8 + int.from_bytes(data[at - 8 : at - 4], "big")], at, start_ms)
    target.write_bytes(patched(data, 0, patches))
    assert target.stat().st_size == len(data)
    return target


@pytest.mark.parametrize("start_ms", [1, 500, 7_321, 12_500, 19_000])
def test_a_trimmed_m4a_plays_what_comes_after_to_the_sample(recording: Path, tmp_path: Path, start_ms: int):
    whole, rest = decoded(recording), decoded(trimmed(recording, start_ms, tmp_path / "t.m4a"))
    start = start_ms * RATE_HZ // 1000
    assert rest.size == pytest.approx(whole.size - start, abs=1100)
    size = min(rest.size, whole.size - start) - 2048
    assert np.abs(rest[2048:size] - whole[start + 2048 : start + size]).max() < 0.01


def test_its_length_and_chapters_are_those_of_what_is_left(recording: Path, tmp_path: Path):
    with av.open(str(trimmed(recording, 5_000, tmp_path / "t.m4a"))) as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(SECONDS - 5, abs=0.05)
    data = (tmp_path / "t.m4a").read_bytes()
    first = data.index(b"chpl") + 4 + 9  # each: begin in 100 ns, the length of its name, the name
    second = first + 9 + len("Anna")
    assert [int.from_bytes(data[at : at + 8], "big") / 1e7 for at in (first, second)] == [0, 4]


def test_an_index_that_is_none_is_refused():
    for moov in (b"", b"\0\0\0\x08free", b"\0\0\xff\xffmvhd", b"\0\0\0\x03mvhd"):
        with pytest.raises(Malformed):
            edits(moov, 0, 1)


@given(st.binary(min_size=1, max_size=60), st.lists(st.tuples(st.integers(0, 50), st.binary(max_size=6)), max_size=4))
def test_blocks_put_together_are_the_patched_whole(data: bytes, patches: list[Patch]):
    fitting = [(at, put) for at, put in patches if at + len(put) <= len(data)]
    blocks = [patched(data[start : start + 7], start, fitting) for start in range(0, len(data), 7)]
    assert b"".join(blocks) == patched(data, 0, fitting)


def test_captions_are_heard_earlier_and_what_was_before_is_not_said():
    said = Transcript(
        room_id="r", title="t", duration_ms=20_000, engine="e", model="m",
        captions=(caption("gone for good", 0), caption("half of it is heard", 1), caption("all of it", 3)),
    )  # fmt: skip
    start_ms = said.captions[1].start_ms + 700
    left = trimmed_transcript(said, start_ms)
    assert left.duration_ms == 20_000 - start_ms
    assert [c.caption_id for c in left.captions] == ["c1", "c3"]
    assert left.captions[0].start_ms == 0
    assert left.captions[1].start_ms == said.captions[2].start_ms - start_ms
    assert all(0 <= word.start_ms <= word.end_ms for c in left.captions for word in c.words)
    assert trimmed_transcript(said, 0) == said


def test_the_outline_loses_the_pixels_before():
    outline = Outline(RATE_HZ)
    outline.add(voice(4))
    whole, left = json.loads(outline.json()), json.loads(trimmed_outline(outline.json(), 1_500))
    assert left["length"] == whole["length"] - 15
    assert left["data"] == whole["data"][30:]
