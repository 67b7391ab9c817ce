"""A header is what comes before the audio, no more and no less."""

import numpy as np
import pytest

from processors.decoding import StreamDecoder
from processors.headers import header
from tests.audio import cut, encoded

RATE = 16_000


@pytest.mark.parametrize("content_type", ["audio/ogg", "audio/webm", "audio/wav", "audio/flac"])
def test_with_its_header_a_stream_can_be_entered_in_the_middle(content_type: str) -> None:
    stream = encoded(content_type, 8)
    first = header(content_type, stream[: len(stream) // 8])
    decoder = StreamDecoder(content_type, rate=RATE)
    entered = np.concatenate((decoder.feed(first + cut(stream, 2)[1]), decoder.finish()))
    assert 2.5 * RATE < entered.size < 4.6 * RATE


@pytest.mark.parametrize("content_type", ["audio/ogg", "audio/webm", "audio/wav", "audio/flac"])
def test_a_header_alone_holds_no_audio(content_type: str) -> None:
    stream = encoded(content_type, 2)
    first = header(content_type, stream)
    assert 0 < len(first) < 10_000
    assert stream.startswith(first)


@pytest.mark.parametrize(
    ("content_type", "start"),
    [
        pytest.param("audio/aac", b"\xff\xf1" * 50, id="a stream that can be entered anywhere"),
        pytest.param("audio/ogg", b"noise" * 50, id="not what it says"),
        pytest.param("audio/ogg", b"OggS" + bytes(22) + b"\xff", id="Ogg cut within its header"),
        pytest.param("audio/webm", b"\x1a\x45\xdf\xa3" * 9, id="WebM without a cluster"),
        pytest.param("audio/flac", b"fLaC\x00\x00\x10\x00", id="FLAC cut within its header"),
    ],
)
def test_where_there_is_no_header_there_is_none(content_type: str, start: bytes) -> None:
    assert header(content_type, start) == b""
