"""Bad sound gets captions or none, and never holds anything up: no stall, no delay that grows, all acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from agents.captioner import captioner
from agents.hearing_figures import HearingFigures
from agents.intake import MOST_TOGETHER
from agents.ports import Delivery
from processors.engines.base import SAMPLE_RATE, Engine, Samples
from processors.engines.choose import open_engine, packaged_model
from processors.engines.scripted import ScriptedEngine
from schemas.audio import AudioChunk, RoomEnded
from schemas.captions import Caption, TranscriptEnded
from tests.agents.test_captioner import NoHeaders, Rooms
from tests.fakes import Acked, collect, deliveries
from tests.speech import OPENED_MS, pcm_chunks, room_of, silence, speech

ENDED = RoomEnded(room_id="r", at_ms=OPENED_MS + 60_000)
MINUTES = 20
"""Of each endless track: forty times what is ever kept, and seconds to listen to."""
MOST_HELD = 40
"""Chunks of a second that may wait for an acknowledgement: the longest utterance (30 s), and what is being heard."""


def chunks(frames: npt.NDArray[np.float32], kind: str, rate: int) -> list[AudioChunk]:
    """Frames (n, channels) as raw PCM of the media type, `rate` frames a chunk, each said to be a second long."""
    pieces = [frames[at : at + rate] for at in range(0, len(frames), rate)]
    return [
        AudioChunk(
            room_id="r",
            track_id="a",
            sequence=n,
            captured_ms=OPENED_MS + 1000 * n,
            duration_ms=1000,
            content_type=kind,
            data=(np.clip(piece, -1, 1) * 32767).astype(">i2").tobytes(),
        )
        for n, piece in enumerate(pieces)
    ]


def clipped() -> list[AudioChunk]:
    return chunks((speech(16) * 6)[:, None], "audio/L16;rate=16000;channels=1", SAMPLE_RATE)


def telephone() -> list[AudioChunk]:
    narrow = speech(16).reshape(-1, 2).mean(axis=1)
    return chunks(narrow[:, None], "audio/L16;rate=8000;channels=1", 8000)


def dead_channel() -> list[AudioChunk]:
    said = speech(16)
    return chunks(np.stack((said, np.zeros_like(said)), axis=1), "audio/L16;rate=16000;channels=2", SAMPLE_RATE)


def too_fast() -> list[AudioChunk]:
    """Samples of 48 kHz that are called 16 kHz: three seconds of sound in each second."""
    wide = np.repeat(speech(16), 3)
    return chunks(wide[:, None], "audio/L16;rate=16000;channels=1", 3 * SAMPLE_RATE)


def too_slow() -> list[AudioChunk]:
    """Samples of 16 kHz that are called 48 kHz: a third of a second of sound in each second."""
    return chunks(speech(16)[:, None], "audio/L16;rate=48000;channels=1", SAMPLE_RATE)


async def captioned(sent: Sequence[AudioChunk], engine: Engine) -> tuple[list[Caption], Acked]:
    """The finals of one track, and what was acknowledged; fails where it stalls."""
    source = deliveries(*sent, ENDED)
    room = room_of(("a", "Anna"), content_type=sent[0].content_type)
    agent = captioner(Rooms(room), engine, lambda: OPENED_MS, NoHeaders(), HearingFigures())
    outputs = await asyncio.wait_for(collect(agent, source), 120)
    assert isinstance(outputs[-1], TranscriptEnded)
    return [out for out in outputs if isinstance(out, Caption) and out.status == "final"], source


BAD: dict[str, Callable[[], list[AudioChunk]]] = {
    "clipped": clipped,
    "8-khz-telephone": telephone,
    "one-dead-channel": dead_channel,
    "rate-lies-too-fast": too_fast,
    "rate-lies-too-slow": too_slow,
}


@pytest.mark.parametrize("made", BAD.values(), ids=BAD)
async def test_bad_sound_stalls_nothing_and_is_acknowledged_to_the_end(made: Callable[[], list[AudioChunk]]) -> None:
    said, source = await captioned(made(), ScriptedEngine())
    assert source.all
    starts = [caption.start_ms for caption in said]
    assert starts == sorted(starts)


@pytest.mark.model
@pytest.mark.skipif(packaged_model() is None, reason="no packaged weights")
@pytest.mark.parametrize("made", [clipped, telephone, dead_channel], ids=["clipped", "telephone", "dead-channel"])
async def test_bad_but_audible_sound_is_still_understood(made: Callable[[], list[AudioChunk]]) -> None:
    said, _ = await captioned(made(), open_engine())
    assert "My name is Anna" in " ".join(caption.text for caption in said)


class Watched(Acked):
    """Deliveries that remember how many of them waited for their acknowledgement at most."""

    most_held = 0

    async def __aiter__(self) -> AsyncIterator[Delivery[Any]]:
        async for delivery in super().__aiter__():
            yield delivery
            self.most_held = max(self.most_held, delivery.offset + 1 - self.committed)


@pytest.mark.parametrize(
    ("sound", "captions"),
    [
        pytest.param(lambda: silence(60 * MINUTES), range(1), id="nobody-speaks"),
        pytest.param(lambda: np.tile(speech(8.5)[12_800:], 8 * MINUTES), range(40, 400), id="nobody-stops-speaking"),
    ],
)
async def test_endless_sound_is_acknowledged_as_it_comes(sound: Callable[[], Samples], captions: range) -> None:
    source = Watched([*pcm_chunks(sound()), ENDED])
    room = room_of(("a", "Anna"))
    agent = captioner(Rooms(room), ScriptedEngine(), lambda: OPENED_MS, NoHeaders(), HearingFigures())
    outputs = await asyncio.wait_for(collect(agent, source), 240)
    finals = [out for out in outputs if isinstance(out, Caption) and out.status == "final"]
    assert len(finals) in captions
    assert max((one.end_ms - one.start_ms for one in finals), default=0) <= 30_000
    # besides: those being taken in, those that wait for that, and those whose captions wait to be told meanwhile
    assert source.most_held <= MOST_HELD + 3 * MOST_TOGETHER
    assert source.all
