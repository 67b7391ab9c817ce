"""Frames of other systems' audio sockets in, what they say out; both carry raw samples, 16 bits, little-endian.

Sources: LiveKit's documentation of track egress (binary frames `pcm_s16le`, text frames `{"muted": true}`) and Jitsi
Skynet's of its streaming-whisper module (60 bytes `speaker|language`, padded with zeros, then mono samples at 16 kHz).
"""

import hashlib
from typing import ClassVar

import msgspec
import numpy as np

from processors.needs import is_id
from schemas.base import Record
from schemas.errors import Invalid

SKYNET_HEADER_BYTES = 60
SKYNET_CONTENT_TYPE = "audio/L16;rate=16000;channels=1"


class Muted(Record, frozen=True):
    """What LiveKit says in a text frame. Other text frames may come one day: they decode too, and say nothing."""

    muted: bool = False


class Spoken(Record, frozen=True, kw_only=True):
    """One frame of Skynet's: who speaks, in which language (ISO 639-1), and the samples."""

    speaker: str
    language: str
    samples: bytes

    _private: ClassVar[frozenset[str]] = frozenset({"samples"})


def livekit_text(text: str) -> Muted:
    """Raises `Invalid` (`json_malformed`) for what is no JSON object."""
    try:
        return msgspec.json.decode(text, type=Muted)
    except msgspec.DecodeError as error:
        raise Invalid("json_malformed", str(error), field="frame") from error


def skynet_frame(frame: bytes) -> Spoken:
    """Take a frame apart; raises `Invalid` (`frame_malformed`) where its header names nobody or samples are halved."""
    head, samples = frame[:SKYNET_HEADER_BYTES], frame[SKYNET_HEADER_BYTES:]
    try:
        speaker, _, language = head.rstrip(b"\0").decode().partition("|")
    except UnicodeDecodeError as error:
        raise _malformed("the first 60 bytes are no text") from error
    if not speaker or not samples or len(samples) % 2:
        raise _malformed("60 bytes with speaker|language come first, then whole samples of 16 bits")
    return Spoken(speaker=speaker, language=language, samples=samples)


def track_id_of(speaker: str) -> str:
    """The track of a foreign speaker id: the id itself where it can name a track, else 16 hex digits of its SHA-256."""
    return speaker if is_id(speaker) else hashlib.sha256(speaker.encode()).hexdigest()[:16]


def big_endian(samples: bytes) -> bytes:
    """Little-endian samples as `audio/L16` has them (RFC 2586)."""
    return np.frombuffer(samples, "<i2").astype(">i2").tobytes()


def _malformed(detail: str) -> Invalid:
    return Invalid("frame_malformed", detail, field="frame")
