"""Every codec decodes whole, at once, the same however it is cut; garbage is refused; no thread stays behind."""

import gc
import io
import os
import subprocess
import threading
import time
import wave
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fuzz import bombs
from processors.decoding import MOST_S_A_CHUNK, Samples, StreamDecoder, decode_all
from processors.media import media_of, starts_stream
from schemas.errors import Invalid
from streams.ffmpeg_binary import ffmpeg_binary
from tests.audio import ENCODINGS, cut, encoded

RATE_HZ = 16_000
L16 = "audio/L16;rate=16000;channels=1"
FRAMES = [kind for kind in ENCODINGS if not kind.startswith("audio/L16")]


def pushed(content_type: str, pieces: list[bytes], rate: int = RATE_HZ) -> Samples:
    decoder = StreamDecoder(content_type, rate=rate)
    return np.concatenate([*(decoder.feed(piece) for piece in pieces), decoder.finish()])


def pulled(content_type: str, pieces: list[bytes], rate: int = RATE_HZ) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *decode_all(content_type, pieces, rate=rate)])


def surround(content_type: str, channels: int, how: tuple[str, ...]) -> bytes:
    """Half a second of one tone at half of full scale, on every channel."""
    layout = ":c=7.1(wide)" if (content_type, channels) == ("audio/aac", 8) else ""  # ADTS has a number for it
    source = f"aevalsrc={'|'.join(['0.5*sin(2*PI*220*t)'] * channels)}:s=48000:d=0.5{layout}"
    command = (ffmpeg_binary(), "-loglevel", "error", "-f", "lavfi", "-i", source, *ENCODINGS[content_type])
    return subprocess.run((*command, *how, "pipe:1"), capture_output=True, check=True).stdout


def decoders() -> int:
    return sum(thread.name == "decoder" for thread in threading.enumerate())


@pytest.mark.parametrize("rate", [16_000, 48_000])
@pytest.mark.parametrize("content_type", ENCODINGS)
def test_a_stream_keeps_its_length(content_type: str, rate: int):
    """Within 20 ms; MP3 and ADTS cannot say what silence their encoders put around the sound: two frames at most."""
    sound = pushed(content_type, cut(encoded(content_type, 6), 30), rate)
    assert sound.dtype == np.float32
    tolerance_ms = 48 if content_type in {"audio/aac", "audio/mpeg"} else 20
    assert abs(sound.size * 1000 / rate - 6000) <= tolerance_ms
    assert 0.05 < np.sqrt(np.mean(sound**2)) < 0.3


@pytest.mark.parametrize("content_type", ENCODINGS)
@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=40))
def test_the_cut_changes_nothing(content_type: str, sizes: list[int]):
    data = encoded(content_type, 2)
    ends = np.cumsum(sizes)
    pieces = [bytes(piece) for piece in np.split(np.frombuffer(data, np.uint8), ends[ends < len(data)])]
    whole = pulled(content_type, [data])
    assert np.array_equal(pulled(content_type, pieces), whole)
    assert np.array_equal(pushed(content_type, pieces), whole)


@pytest.mark.parametrize("content_type", ENCODINGS)
def test_sound_comes_out_by_the_next_feed(content_type: str):
    """With chunks of a second: after each feed at most that second is missing. (FLAC holds ten frames, a second.)"""
    decoder = StreamDecoder(content_type, rate=RATE_HZ)
    late_s = []
    out = 0
    for fed, piece in enumerate(cut(encoded(content_type, 12), 12), start=1):
        out += decoder.feed(piece).size
        late_s.append(fed - out / RATE_HZ)
    decoder.finish()
    assert max(late_s) <= (2.1 if content_type == "audio/flac" else 1.05)


@pytest.mark.parametrize("content_type", FRAMES)
def test_a_new_header_begins_a_new_stream(content_type: str):
    pieces = cut(encoded(content_type, 2), 3)
    once = pushed(content_type, pieces)
    twice = pushed(content_type, pieces + pieces)
    assert twice.size == pytest.approx(2 * once.size, abs=0.03 * RATE_HZ)
    assert np.array_equal(pulled(content_type, pieces + pieces), twice)


@pytest.mark.parametrize("content_type", ["audio/ogg", "audio/webm"])
def test_a_lost_chunk_is_silence_where_the_container_keeps_time(content_type: str):
    pieces = cut(encoded(content_type, 10), 10)
    sound = pushed(content_type, pieces[:4] + pieces[6:])
    assert sound.size == pytest.approx(10 * RATE_HZ, abs=0.02 * RATE_HZ)
    assert np.abs(sound[int(4.5 * RATE_HZ) : int(5.5 * RATE_HZ)]).max() == 0


@pytest.mark.parametrize("content_type", FRAMES)
def test_audio_goes_on_after_broken_bytes(content_type: str):
    pieces = cut(encoded(content_type, 10), 10)
    pieces[4] = os.urandom(len(pieces[4]))
    sound = pushed(content_type, pieces)
    assert np.sqrt(np.mean(sound[-2 * RATE_HZ :] ** 2)) > 0.02


@pytest.mark.timeout(60)
@pytest.mark.parametrize("content_type", FRAMES)
@pytest.mark.parametrize("size", [5, 4_000_000], ids=["a few bytes", "megabytes"])
def test_garbage_is_refused(content_type: str, size: int):
    garbage = np.random.default_rng(3).bytes(size)
    pieces = [garbage[start : start + 50_000] for start in range(0, size, 50_000)]
    for decode in (pushed, pulled):
        with pytest.raises(Invalid) as refused:
            decode(content_type, pieces)
        assert refused.value.reason == "not_audio"


@pytest.mark.parametrize("content_type", ["audio/midi", "audio/L16", "audio/L16;rate=many", "video/webm", ""])
def test_an_unknown_codec_is_refused_before_any_byte(content_type: str):
    with pytest.raises(Invalid) as refused:
        StreamDecoder(content_type, rate=RATE_HZ)
    assert refused.value.reason == "unsupported_codec"


@pytest.mark.parametrize(
    ("channels", "frames"),
    [(1, [[8192], [-16384]]), (2, [[16384, 0], [-16384, -16384]]), (3, [[8192, 8192, 8192], [0, -32768, -16384]])],
)
def test_l16_is_big_endian_and_channels_are_averaged(channels: int, frames: list[list[int]]):
    data = np.array(frames, ">i2").tobytes()
    assert pulled(f"audio/L16;rate=16000;channels={channels}", [data[:3], data[3:]]).tolist() == [0.25, -0.5]


def test_wav_of_any_number_of_channels_is_averaged():
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((3, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(np.full((RATE_HZ, 3), [6000, 12_000, -3000], "<i2").tobytes())
    sound = pulled("audio/wav", [file.getvalue()])
    assert sound.size == RATE_HZ
    assert np.allclose(sound, 5000 / 32_768)


@pytest.mark.parametrize(
    ("content_type", "channels", "how"),
    [
        pytest.param("audio/flac", 7, (), id="flac-7"),
        pytest.param("audio/flac", 8, (), id="flac-8"),
        pytest.param("audio/aac", 8, (), id="aac-8"),
        pytest.param("audio/ogg", 8, ("-mapping_family", "1"), id="opus-8"),
        pytest.param("audio/ogg", 12, ("-mapping_family", "255"), id="opus-12"),
        pytest.param("audio/wav", 8, (), id="wav-8"),
        pytest.param("audio/wav", 64, (), id="wav-64"),
    ],
)
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_more_channels_than_libavutil_has_planes_for_kill_nobody(
    content_type: str, channels: int, how: tuple[str, ...], rate: int
):
    """Counting eight planes or more ended the process (SIGSEGV), this one then."""
    sound = pushed(content_type, [surround(content_type, channels, how)], rate)
    middle = sound[sound.size // 4 : sound.size // 2]
    assert sound.size == pytest.approx(rate / 2, abs=0.05 * rate)
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("channels", [65, 300])
def test_more_channels_than_can_be_converted_are_refused_as_data(channels: int):
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((channels, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(bytes(2 * channels * RATE_HZ // 10))
    with pytest.raises(Invalid) as refused:
        pushed("audio/wav", [file.getvalue()])
    assert refused.value.reason == "not_audio"


def test_broken_floats_do_not_come_out():
    header = encoded("audio/wav", 1)[:44].replace(b"\x01\x00\x01\x00", b"\x03\x00\x01\x00", 1)
    head, data = header[:34] + b"\x20\x00", np.array([np.nan, np.inf, 1e30, 0.5] * 4000, "<f4").tobytes()
    sound = pulled("audio/wav", [head + b"data\xff\xff\xff\xff" + data], rate=48_000)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 1


def test_a_finished_decoder_starts_over():
    decoder = StreamDecoder(L16, rate=RATE_HZ)
    assert decoder.finish().size == 0
    assert decoder.feed(b"\x01\x00").size + decoder.finish().size == 1
    assert decoder.feed(b"\x01\x00" * 2).size + decoder.finish().size == 2


@pytest.mark.parametrize("content_type", ENCODINGS)
def test_no_thread_stays_behind(content_type: str):
    before = decoders()
    pieces = cut(encoded(content_type, 2), 4)
    pushed(content_type, pieces)
    assert decoders() == before
    forgotten = StreamDecoder(content_type, rate=RATE_HZ)
    forgotten.feed(pieces[0])
    assert decoders() == before + 1
    del forgotten
    gc.collect()
    give_up = time.monotonic() + 5
    while decoders() > before and time.monotonic() < give_up:
        time.sleep(0.01)
    assert decoders() == before


def test_a_stored_track_is_read_no_further_than_needed():
    """Pulling one second of an endless track takes a bounded number of its chunks."""
    taken = 0

    def endless() -> object:
        nonlocal taken
        for piece in cut(encoded("audio/ogg", 60), 60):
            taken += 1
            yield piece

    next(decode_all("audio/ogg", endless(), rate=RATE_HZ))
    assert taken <= 4


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("audio/ogg;codecs=opus", "audio/ogg"),
        ("Audio/WebM; codecs=opus", "audio/webm"),
        ("audio/l16; rate=8000", "audio/L16"),
    ],
)
def test_parameters_and_case_of_a_content_type_do_not_matter(content_type: str, name: str):
    assert media_of(content_type).name == name


@pytest.mark.parametrize("content_type", FRAMES)
def test_only_the_first_chunk_starts_a_stream(content_type: str):
    name = media_of(content_type).name
    first, *rest = cut(encoded(content_type, 4), 8)
    assert starts_stream(name, first) == (name not in {"audio/mpeg", "audio/aac"})
    assert not any(starts_stream(name, piece) for piece in rest)


BOMBS = {
    "flac at 1 Hz": ("audio/flac", bombs.flac_claims()),
    "flac at 655 kHz": ("audio/flac", bombs.flac_claims(655_350, 1)),
    "opus of 255 channels": ("audio/ogg", bombs.opus_claims()),
    "opus of hours": ("audio/ogg", bombs.opus_of_hours()),
    "wav at 1 Hz": ("audio/wav", bombs.wav_claims()),
    "webm of exabytes": ("audio/webm", bombs.webm_claims()),
}


@pytest.mark.parametrize(("content_type", "bomb"), BOMBS.values(), ids=BOMBS.keys())
def test_a_chunk_never_becomes_more_sound_than_is_bounded(content_type: str, bomb: bytes):
    decoder = StreamDecoder(content_type, rate=RATE_HZ)
    made = 0
    for step in (lambda: decoder.feed(bomb), decoder.finish):
        with suppress(Invalid):
            made += step().size
    assert made <= 2 * MOST_S_A_CHUNK * RATE_HZ


def test_a_chunk_that_claims_hours_is_refused_as_such():
    with pytest.raises(Invalid, match="claims to hold more than"):
        StreamDecoder("audio/ogg", rate=RATE_HZ).feed(bombs.opus_of_hours())


def test_tags_that_are_no_text_do_not_hinder():
    said = pulled("audio/wav", [_tagged(encoded("audio/wav", 2), bytes([0xB5, 0xFF, 0xFE, 0x80]))])
    assert abs(said.size - 2 * RATE_HZ) <= RATE_HZ // 50


def _tagged(wav: bytes, text: bytes) -> bytes:
    """The WAV with a title (RIFF INFO) of these bytes in front of its samples."""
    info = b"LIST" + (4 + 8 + len(text)).to_bytes(4, "little") + b"INFOINAM" + len(text).to_bytes(4, "little") + text
    at = wav.index(b"fmt ")
    return wav[:at] + info + wav[at:]
