"""What is played: whole files, in turn, in real time, and as one stream of a microphone that is on."""

from pathlib import Path

import numpy as np
import pytest

from bench.clips import Clip, due_ms, encoded, in_time_order, programme, read_clips, read_reference
from processors.decoding import decode_all
from schemas.errors import Invalid
from streams.playing import chunks


def clip(name: str, seconds: float) -> Clip:
    samples = np.sin(np.arange(round(seconds * 16_000)) * 0.1).astype(np.float32) / 2
    return Clip(path=Path(name), text=name, samples=samples)


CLIPS = (clip("a", 2), clip("b", 3), clip("c", 4))


@pytest.mark.parametrize(
    ("room", "seconds", "duty", "played"),
    [
        pytest.param(0, 5, 1.0, [("a", 0), ("b", 2_500)], id="whole-files-half-a-second-apart"),
        pytest.param(1, 1, 1.0, [("b", 0)], id="the-next-room-begins-one-on"),
        pytest.param(4, 4, 1.0, [("b", 0), ("c", 3_500)], id="rooms-go-round"),
        pytest.param(2, 10, 0.4, [("c", 0), ("a", 10_000)][:1], id="a-pause-makes-the-duty"),
        pytest.param(2, 11, 0.4, [("c", 0), ("a", 10_000)], id="and-then-it-goes-on"),
    ],
)
def test_a_programme(room: int, seconds: float, duty: float, played: list[tuple[str, int]]) -> None:
    assert [(cue.clip.text, cue.starts_ms) for cue in programme(CLIPS, room, seconds, duty)] == played


def test_a_programme_is_one_stream_with_its_pauses() -> None:
    cues = programme(CLIPS, 0, 5, 1.0)
    sound = encoded(cues)
    samples = np.concatenate(list(decode_all("audio/ogg", [piece.data for piece in sound], rate=16_000)))
    assert samples.size == pytest.approx(6.0 * 16_000, abs=320)
    assert np.abs(samples[round(2.1 * 16_000) : round(2.4 * 16_000)]).max() < 0.01
    assert np.abs(samples[round(2.6 * 16_000) : round(5.0 * 16_000)]).max() > 0.4


def test_chunks_of_all_rooms_go_out_in_the_order_in_which_they_are_complete() -> None:
    sound = encoded(programme(CLIPS, 0, 5, 1.0))
    sent = list(in_time_order(chunks(sound, room, "t", begins) for room, begins in (("r", 5_000), ("s", 5_300))))
    assert [due_ms(chunk) for chunk in sent] == sorted(due_ms(chunk) for chunk in sent)
    assert [chunk.sequence for chunk in sent if chunk.room_id == "s"] == list(range(len(sound)))


def test_a_reference_needs_an_id_and_a_text(tmp_path: Path) -> None:
    path = tmp_path / "ref.tsv"
    path.write_text("a\thello there\n\nb\tand\tmore\n")
    assert read_reference(path) == {"a": "hello there", "b": "and\tmore"}
    path.write_text("a hello\n")
    with pytest.raises(Invalid):
        read_reference(path)


def test_a_folder_without_audio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        read_clips(tmp_path, None)
