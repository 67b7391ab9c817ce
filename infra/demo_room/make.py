"""Takes script.toml, gives streams/demo_room: one Ogg Opus track per speaker, and room.json.

    python infra/demo_room/make.py

room.json is the room's answer key: who joined when, and who said what from when to
when, in room time. README.md beside this file says what has to be installed.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import voices
from script import Script, script_from
from timeline import PlacedLine, Track, placed, to_frame, track_of
from voices import SAMPLE_RATE, Samples

SCRIPT = Path(__file__).with_name("script.toml")
STREAMS = Path(__file__).parents[2] / "streams" / "demo_room"
BITRATE = "24k"  # wideband speech is clear at that, and the room stays below 1.5 MB


def mixed(track: Track, lines: Sequence[PlacedLine], spoken: Sequence[Samples]) -> Samples:
    """The track's samples: the speaker's own lines in their places, silence between them."""
    samples = voices.silence(track.ends_ms - track.starts_ms)
    for line, part in zip(lines, spoken, strict=True):
        if line.speaker == track.speaker:
            at = (line.start_ms - track.starts_ms) * SAMPLE_RATE // 1000
            samples[at : at + len(part)] = part
    return samples


def encode(samples: Samples, path: Path, title: str, artist: str) -> None:
    """Write Ogg Opus; bit-exact flags, so that two runs of one encoder give one file."""
    command = ["ffmpeg", "-v", "error", "-y", "-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1"]
    command += ["-i", "-", "-c:a", "libopus", "-b:a", BITRATE, "-application", "voip"]
    command += ["-metadata", f"title={title}", "-metadata", f"artist={artist} (synthesised)"]
    command += ["-fflags", "+bitexact", "-flags:a", "+bitexact", str(path)]
    subprocess.run(command, input=samples.astype("<f4").tobytes(), check=True)


def described(script: Script, room_ms: int, tracks: Sequence[Track], lines: Sequence[PlacedLine]) -> dict[str, Any]:
    """What room.json holds."""
    return {
        "title": script.title,
        "host": script.host,
        "seconds": room_ms / 1000,
        "tracks": [
            {
                "speaker": track.speaker,
                "file": track.file,
                "starts_ms": track.starts_ms,
                "seconds": (track.ends_ms - track.starts_ms) / 1000,
            }
            for track in tracks
        ],
        "lines": [asdict(line) for line in lines],
    }


def spoken_lines(script: Script) -> list[Samples]:
    """Every line's samples, in the order of the script (the seed holds for that order only)."""
    voices.seed(script.seed)
    of = {speaker.name: speaker.voice for speaker in script.speakers}
    return [voices.say(of[line.speaker], line.text, script.sentence_gap_ms) for line in script.lines]


def main() -> None:
    script = script_from(tomllib.loads(SCRIPT.read_text(encoding="utf-8")))
    spoken = spoken_lines(script)
    lines = placed(script.lines, [len(part) * 1000 // SAMPLE_RATE for part in spoken])
    room_ms = to_frame(lines[-1].end_ms + script.room_tail_ms)
    tracks = [track_of(speaker, lines, room_ms) for speaker in script.speakers]
    STREAMS.mkdir(parents=True, exist_ok=True)
    for track in tracks:
        encode(mixed(track, lines, spoken), STREAMS / track.file, script.title, track.speaker)
    room = described(script, room_ms, tracks, lines)
    (STREAMS / "room.json").write_text(json.dumps(room, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
