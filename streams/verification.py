"""A room's id in, everything under its folder read and checked out: what `processors/verifying.py` asks of the store.

One part, or one piece of a file, is in memory at a time.
"""

import hashlib
from collections import defaultdict
from typing import Protocol

from processors.layout import log_folder, manifest_key, room_folder
from processors.manifest import Manifest
from processors.sealing import key_id_of
from processors.verifying import Fault, PartSeen, check_log, check_manifest, check_output, check_part, check_track
from schemas.base import Record
from schemas.errors import Malformed, Missing, Unavailable
from schemas.keeping import StoredObject
from schemas.rooms import Room, Track

PIECE_BYTES = 4 * 1024 * 1024


class ReadableStore(Protocol):
    """The object store, for reading."""

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes: ...

    async def list(self, prefix: str) -> tuple[StoredObject, ...]: ...


class Verification(Record, frozen=True, kw_only=True):
    """What a check found: `faults` in the order log, tracks, outputs; `whole` when there are none.

    `head` is the digest of the log's last entry: note it elsewhere, and the whole log can be proven by it.
    `unproven` are objects that nothing yet states a digest of.
    """

    room_id: str
    whole: bool
    head: str
    objects: int
    bytes: int
    parts: int
    chunks: int
    faults: tuple[Fault, ...]
    unproven: tuple[str, ...]


async def verify_room(store: ReadableStore, room_id: str, head: str = "") -> Verification:
    """Read and check everything of a room; raises `Missing` where nothing is kept, `Unavailable` without its key."""
    sizes = {found.key: found.size for found in await store.list(room_folder(room_id))}
    if not sizes:
        raise Missing(f"nothing is kept of a room {room_id!r}")
    log_keys = [key for key in sizes if key.startswith(log_folder(room_id))]
    logged = [(key, await _read(store, key)) for key in log_keys]
    if any(key_id_of(data) for _, data in logged):
        raise Unavailable(f"room {room_id!r} is sealed: name its key file (EARWITNESS_KEYS)")
    room, faults = check_log(room_id, logged, head)
    manifest, unfit = await _manifest(store, room_id, room)
    tracks = await _tracks(store, sizes)
    for track_id, seen in tracks.items():
        unfit += _track_faults(room_id, room, track_id, seen, manifest)
    unfit += _lost_tracks(room_id, room, tracks, manifest)
    unfit += await _output_faults(store, sizes, manifest)
    parts = [part for seen in tracks.values() for part in seen]
    proven = {*log_keys, *(part.link.key for part in parts), *(fault.key for fault in unfit)}
    proven |= {manifest_key(room_id), *(line.key for line in manifest.outputs)} if manifest else set()
    found = (*faults, *unfit)
    return Verification(
        room_id=room_id,
        whole=not found,
        head=room.head if room else "",
        objects=len(sizes),
        bytes=sum(sizes.values()),
        parts=len(parts),
        chunks=sum(part.chunks for part in parts),
        faults=found,
        unproven=tuple(sorted(sizes.keys() - proven)),
    )


async def _read(store: ReadableStore, key: str, start: int = 0, length: int | None = None) -> bytes:
    """What is there; nothing where its seal is broken, so that whatever states its digest names it as changed."""
    try:
        return await store.get(key, start=start, length=length)
    except Malformed:
        return b""


async def _manifest(store: ReadableStore, room_id: str, room: Room | None) -> tuple[Manifest | None, list[Fault]]:
    if room is None or room.assembled is None:
        return None, []
    key = manifest_key(room_id)
    try:
        return check_manifest(key, await _read(store, key), room.assembled.manifest_sha256)
    except Missing:
        return None, [_gone(key)]


async def _tracks(store: ReadableStore, sizes: dict[str, int]) -> dict[str, list[PartSeen]]:
    """Every part of every track that has a folder, whether the log knows it or not."""
    tracks: dict[str, list[PartSeen]] = defaultdict(list)
    for key in sizes:
        steps = key.split("/")
        if len(steps) == 6 and steps[4] == "parts":
            tracks[steps[3]].append(check_part(key, await _read(store, key)))
    return tracks


def _track_faults(
    room_id: str, room: Room | None, track_id: str, seen: list[PartSeen], manifest: Manifest | None
) -> list[Fault]:
    unknown = Track(track_id=track_id, speaker="", content_type="", joined_ms=0)
    return check_track(room_id, room.tracks.get(track_id, unknown) if room else unknown, seen, manifest)


def _lost_tracks(
    room_id: str, room: Room | None, tracks: dict[str, list[PartSeen]], manifest: Manifest | None
) -> list[Fault]:
    """Tracks of the log without a single part in the store: whole only where none was sealed."""
    lost = [track for track in (room.tracks.values() if room else ()) if track.track_id not in tracks]
    return [fault for track in lost for fault in check_track(room_id, track, (), manifest)]


async def _output_faults(store: ReadableStore, sizes: dict[str, int], manifest: Manifest | None) -> list[Fault]:
    faults: list[Fault] = []
    for line in manifest.outputs if manifest else ():
        if line.key not in sizes:
            faults.append(_gone(line.key))
            continue
        found = await _digest(store, line.key, sizes[line.key])
        faults += check_output(line.key, line.bytes, line.sha256, sizes[line.key], found)
    return faults


async def _digest(store: ReadableStore, key: str, size: int) -> str:
    running = hashlib.sha256()
    for start in range(0, size, PIECE_BYTES):
        running.update(await _read(store, key, start, PIECE_BYTES))
    return running.hexdigest()


def _gone(key: str) -> Fault:
    return Fault(key=key, reason="object_missing", detail="the room's records name this object")
