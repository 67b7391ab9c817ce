"""Sound lands on room time where it was captured, stays whole, and is never shifted by what was lost."""

from collections.abc import Iterable

import numpy as np
import pytest

from processors.parts import stored_chunk
from processors.timeline import RATE_HZ, Heard, Run, mix, place, soft_limit
from schemas.audio import AudioChunk, StoredChunk
from tests.audio import ENCODINGS, OPENED_MS, chunks, voice

L16 = "audio/L16;rate=48000;channels=1"


def stored(sent: Iterable[AudioChunk]) -> list[StoredChunk]:
    return [stored_chunk(chunk, 0, offset) for offset, chunk in enumerate(sent)]


def moved(sent: list[AudioChunk], later_ms: dict[int, int]) -> list[StoredChunk]:
    """Chunks captured later than planned: `later_ms` from the sequence on."""
    shifts = [sum(ms for start, ms in later_ms.items() if chunk.sequence >= start) for chunk in sent]
    plain = stored(sent)
    return [
        StoredChunk(**{f: getattr(c, f) for f in c.__struct_fields__} | {"captured_ms": c.captured_ms + shift})
        for c, shift in zip(plain, shifts, strict=True)
    ]


def sound(runs: Iterable[Run], seconds: float) -> np.ndarray:
    """All runs on one line of `seconds`."""
    line = np.zeros(round(seconds * RATE_HZ), np.float32)
    end = 0
    for start, samples in runs:
        assert start >= end, "runs overlap"
        end = start + samples.size
        line[start:end] = samples
    return line


def loud(line: np.ndarray, start_s: float, end_s: float) -> float:
    return float(np.sqrt(np.mean(line[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)] ** 2)))


@pytest.mark.parametrize("content_type", ENCODINGS)
def test_a_track_begins_where_it_was_captured_and_keeps_its_length(content_type: str):
    heard = Heard()
    line = sound(place(stored(chunks(content_type, 6, late_ms=1500)), OPENED_MS, heard), 9)
    assert abs(heard.ms - 6000) <= 60
    assert loud(line, 0, 1.49) == 0
    assert loud(line, 1.6, 7.4) > 0.05
    assert loud(line, 7.6, 9) < 0.001
    assert not heard.unreadable


@pytest.mark.parametrize("content_type", ENCODINGS)
def test_lost_chunks_are_silence_of_the_right_length(content_type: str):
    sent = [chunk for chunk in chunks(content_type, 12) if chunk.sequence not in (4, 5, 6)]
    whole = sound(place(stored(chunks(content_type, 12)), OPENED_MS, Heard()), 13)
    holed = sound(place(stored(sent), OPENED_MS, Heard()), 13)
    assert loud(holed, 5.2, 5.8) < 0.001
    assert loud(holed, 0.5, 3) == pytest.approx(loud(whole, 0.5, 3), rel=0.05)
    after = slice(int(9 * RATE_HZ), int(11.5 * RATE_HZ))
    shift = best_shift(whole[after], holed[after])
    exact = content_type.startswith(("audio/ogg", "audio/webm", "audio/L16", "audio/wav"))
    assert abs(shift) < (0.05 if exact else 0.25) * RATE_HZ  # ffmpeg's others spread bytes unevenly: so do our cuts


def best_shift(one: np.ndarray, other: np.ndarray) -> int:
    """By how many samples the syllables of `other` come later than those of `one`."""
    envelopes = [np.convolve(np.abs(line), np.ones(480) / 480, "same")[::48] for line in (one, other)]
    centred = [e - e.mean() for e in envelopes]
    match = np.correlate(centred[1], centred[0], "full")
    middle = len(centred[0]) - 1
    return (int(match.argmax()) - middle) * 48


@pytest.mark.parametrize("content_type", ENCODINGS)
def test_a_pause_without_loss_moves_what_comes_after_it(content_type: str):
    sent = moved(chunks(content_type, 8), {4: 3000})
    line = sound(place(sent, OPENED_MS, Heard()), 12)
    assert loud(line, 0.5, 3.5) > 0.05
    assert loud(line, 4.4, 6.6) < 0.01
    assert loud(line, 7.4, 10.6) > 0.05


def test_jitter_and_drift_leave_a_continuous_track_continuous():
    sent = moved(chunks(L16, 10), {2: 120, 3: -180, 5: 240, 8: -100})
    runs = list(place(sent, OPENED_MS, Heard()))
    ends = [start + samples.size for start, samples in runs]
    assert [start for start, _ in runs[1:]] == ends[:-1]


def test_a_speaker_who_comes_back_with_a_new_header_is_heard_in_both_places():
    first = chunks("audio/webm", 3)
    second = [
        AudioChunk(**{f: getattr(c, f) for f in c.__struct_fields__} | {"sequence": c.sequence + 3})
        for c in chunks("audio/webm", 3, late_ms=5000)
    ]
    heard = Heard()
    line = sound(place(stored(first + second), OPENED_MS, heard), 9)
    assert heard.ms == pytest.approx(6000, abs=40)
    assert loud(line, 0.2, 2.8) > 0.05
    assert loud(line, 3.1, 4.9) == 0
    assert loud(line, 5.2, 7.8) > 0.05


def test_unreadable_audio_is_noted_and_silent():
    sent = stored(chunks("audio/webm", 3))
    heard = Heard()
    assert list(place(sent[1:], OPENED_MS, heard)) == []
    assert heard.samples == 0
    assert heard.unreadable


def test_a_clock_days_away_does_not_make_a_recording_of_days():
    sent = moved(chunks(L16, 4), {2: 10 * 86_400_000})
    runs = list(place(sent, OPENED_MS, Heard()))
    assert runs[-1][0] + runs[-1][1].size == 4 * RATE_HZ


def test_a_mix_is_the_sum_of_its_tracks_whatever_the_block():
    one, other = 0.2 * voice(2.3), 0.2 * voice(1.1, pitch_hz=220)

    def tracks() -> list:
        return [iter([(0, one[:50_000]), (50_000, one[50_000:])]), iter([(30_001, other)])]

    total = one.copy()
    total[30_001 : 30_001 + other.size] += other
    for block in (1_000, 48_000, 1_000_000):
        assert np.allclose(np.concatenate(list(mix(tracks(), block=block))), total, atol=1e-6)


def test_nothing_mixes_to_nothing():
    assert list(mix([])) == []
    assert list(mix([iter([])])) == []


def test_the_limiter_bends_only_what_is_loud_and_never_clips():
    ramp = np.linspace(-4, 4, 1001, dtype=np.float32)
    limited = soft_limit(ramp)
    assert np.abs(limited).max() <= 1
    assert (np.diff(limited) >= 0).all()
    quiet = np.abs(ramp) < 0.7
    assert np.array_equal(limited[quiet], ramp[quiet])
