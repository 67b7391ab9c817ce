"""HLS players are given playlists that hold together: sound, captions, and a start that leaves nothing else moved."""

import re
from pathlib import Path

import pytest

from processors.chapters import About
from processors.norms import ALL
from processors.playlists import captions_playlist, captions_segment, multivariant, trimmed_playlist
from processors.subtitles import to_vtt
from schemas.captions import Transcript
from streams.rendering import FfmpegRenderer
from tests.audio import voice
from tests.talk import captions

KEPT = "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n" + "".join(
    f"#EXTINF:{s},\nseg{n}.m4s\n" for n, s in enumerate(("6.000", "6.000", "3.500"))
) + "#EXT-X-ENDLIST\n"  # fmt: skip


def said(count: int) -> Transcript:
    texts = [f"utterance {n}" for n in range(count)]
    return Transcript(
        room_id="r", title="t", duration_ms=4000 * count, engine="e", model="m", captions=captions(*texts)
    )


def test_the_first_playlist_names_sound_and_captions():
    lines = multivariant("en").splitlines()
    (media,) = (line for line in lines if line.startswith("#EXT-X-MEDIA:TYPE=SUBTITLES"))
    assert 'GROUP-ID="captions"' in media
    assert 'URI="captions.m3u8"' in media
    assert 'LANGUAGE="en"' in media
    assert lines[-2].endswith('SUBTITLES="captions"')
    assert lines[-1] == "audio.m3u8"
    assert "SUBTITLES" not in multivariant(None)


@pytest.mark.parametrize(
    ("start_ms", "first", "offset"),
    [(1, "seg0", 0.001), (5_999, "seg0", 5.999), (6_000, "seg1", 0), (14_000, "seg2", 2)],
)
def test_a_trimmed_playlist_begins_with_the_segment_that_is_heard_first(start_ms: int, first: str, offset: float):
    made = trimmed_playlist(KEPT, start_ms)
    assert re.findall(r"^(seg\d)", made, re.M)[0] == first
    assert float(re.findall(r"TIME-OFFSET=([\d.]+),PRECISE=YES", made)[0]) == offset
    assert made.startswith('#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n')
    assert made.endswith("#EXT-X-ENDLIST\n")


def test_a_playlist_that_is_not_trimmed_is_what_was_kept():
    assert trimmed_playlist(KEPT, 0) == KEPT


@pytest.mark.parametrize("duration_ms", [1, 59_999, 60_000, 61_500, 3_600_000])
def test_the_segments_of_the_captions_are_as_long_as_the_recording(duration_ms: int):
    lengths = [float(length) for length in re.findall(r"#EXTINF:([\d.]+)", captions_playlist(duration_ms))]
    assert sum(lengths) == pytest.approx(duration_ms / 1000)
    assert max(lengths) <= 60


def test_the_segments_hold_every_cue_and_say_where_their_time_begins():
    transcript = said(40)
    segments = [captions_segment(transcript, n) for n in range(3)]
    cues = {line for segment in segments for line in segment.splitlines() if "-->" in line}
    assert cues == {line for line in to_vtt(transcript, ALL).splitlines() if "-->" in line}
    for segment in segments:
        assert segment.startswith("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:1920\n\n")


def test_what_ffmpeg_writes_can_be_trimmed(tmp_path: Path):
    FfmpegRenderer().render(iter([voice(20)]), tmp_path, lambda: About(title="t"))
    made = trimmed_playlist((tmp_path / "hls" / "index.m3u8").read_text(), 7_000)
    assert next(line for line in made.splitlines() if line.endswith(".m4s")) == "seg00001.m4s"
