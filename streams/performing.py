"""Audio files in, a recorded room out: opens a room, joins a track a file, sends what they hold as a producer would."""

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from schemas.audio import AudioChunk
from schemas.base import Record
from schemas.errors import Invalid
from streams.client import Client
from streams.playing import CONTENT_TYPE, chunks, codec_of, pieces
from streams.producer import ChunkProducer

CONFIRM_SECONDS = 60.0

OnChunk = Callable[[AudioChunk], None]


class Part(Record, frozen=True, kw_only=True):
    """Who speaks in which file, and when in the room the file begins, ms."""

    speaker: str
    path: Path
    starts_ms: int = 0


class Performed(Record, frozen=True, kw_only=True):
    """A room that was played and closed: chunks sent, and seconds sent of each track."""

    room_id: str
    chunks: int
    speakers: dict[str, str]
    seconds: dict[str, float]


class Performance:
    """One run of some files through one room. `on_chunk` hears of each chunk as it is sent."""

    def __init__(self, client: Client, producer: ChunkProducer, *, real_time: bool, on_chunk: OnChunk = lambda _: None):
        self._client = client
        self._producer = producer
        self._real_time = real_time
        self._on_chunk = on_chunk

    def open(self, title: str, host: str) -> dict[str, Any]:
        return self._client.open_room(title, host, record=True)

    def play(self, room: dict[str, Any], parts: Sequence[Part]) -> Performed:
        """Send every part, wait until all is confirmed, and close the room, also when a file turns out broken."""
        room_id = room["room_id"]
        try:
            speakers = {self._join(room_id, part): part for part in parts}
            sent = self._send(room, speakers)
            self._producer.finish(CONFIRM_SECONDS)
        finally:
            self._client.close_room(room_id)
        names = {track_id: part.speaker for track_id, part in speakers.items()}
        seconds = {track_id: duration_ms / 1000 for track_id, duration_ms in sent.items()}
        return Performed(room_id=room_id, chunks=self._producer.sent, speakers=names, seconds=seconds)

    def _send(self, room: dict[str, Any], speakers: dict[str, Part]) -> dict[str, int]:
        """Send the chunks of all tracks in the order of their capture; returns the ms sent of each track."""
        sent = dict.fromkeys(speakers, 0)
        begun_s = time.time()
        for chunk in heapq.merge(*self._chunked(room, speakers), key=lambda chunk: chunk.captured_ms):
            self._pace(chunk, room["opened_ms"], begun_s)
            self._producer.send(chunk)
            self._on_chunk(chunk)
            sent[chunk.track_id] += chunk.duration_ms
        return sent

    def _join(self, room_id: str, part: Part) -> str:
        return str(self._client.join(room_id, part.speaker, CONTENT_TYPE)["track_id"])

    def _chunked(self, room: dict[str, Any], speakers: dict[str, Part]) -> list[Iterator[AudioChunk]]:
        return [_chunks(room, track_id, part) for track_id, part in speakers.items()]

    def _pace(self, chunk: AudioChunk, opened_ms: int, begun_s: float) -> None:
        """In real time a chunk is sent when its last sample has been heard."""
        if self._real_time:
            due_s = begun_s + (chunk.captured_ms + chunk.duration_ms - opened_ms) / 1000
            time.sleep(max(0.0, due_s - time.time()))


def _chunks(room: dict[str, Any], track_id: str, part: Part) -> Iterator[AudioChunk]:
    return chunks(pieces(part.path), room["room_id"], track_id, room["opened_ms"] + part.starts_ms)


def parts_of(files: Sequence[Path]) -> list[Part]:
    """One part a file, named after it; `Invalid` when a file is missing, holds no audio or two have one name."""
    names = [path.stem for path in files]
    for path in files:
        codec_of(path)
        if names.count(path.stem) > 1:
            raise Invalid(
                "speaker_twice", f"two files are named {path.stem}: a file's name is its speaker", field="FILE"
            )
    return [Part(speaker=path.stem, path=path) for path in files]
