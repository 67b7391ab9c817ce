"""A room's objects in, as the store gives them; every one that is not what it was, with its bytes, out.

What proves what: each log entry holds the digest of the one before, the log holds the digest of the last part of each
track and of the manifest, each part that of the part before, the manifest those of all parts and outputs, and each
chunk its own. A digest says that bytes differ, not where: a fault names the smallest range that is known to differ.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from processors.folding import apply
from processors.layout import part_key
from processors.manifest import Manifest, encode_manifest
from processors.parts import decode_part, digest, encode_part
from schemas.audio import Part
from schemas.base import Record
from schemas.errors import EarwitnessError, Malformed
from schemas.facts import ZERO_DIGEST, Entry, entry_encoder
from schemas.rooms import Room, Track

_entry = msgspec.json.Decoder(Entry)
_manifest = msgspec.json.Decoder(Manifest)


class Fault(Record, frozen=True, kw_only=True):
    """Bytes `first_byte` up to (not with) `end_byte` of `key` hold the first difference; `sequence` is the chunk's.

    `reason` is a stable code: `log_changed`, `part_changed`, `chunk_changed`, `part_missing`, `part_stray`,
    `manifest_changed`, `output_changed`, `object_missing`.
    """

    key: str
    reason: str
    detail: str
    first_byte: int = 0
    end_byte: int = 0
    track_id: str = ""
    sequence: int | None = None


class Link(Record, frozen=True, kw_only=True):
    """One object or line of a chain: its digest, what it says of the one before, and what is wrong with itself."""

    key: str
    sha256: str
    previous: str
    first_byte: int
    end_byte: int
    faults: tuple[Fault, ...] = ()


class PartSeen(Record, frozen=True, kw_only=True):
    """A part as it was read. `index` is what its key says; `chunks` counts those that could be read."""

    index: int
    chunks: int
    link: Link


def check_log(room_id: str, objects: Iterable[tuple[str, bytes]], head: str = "") -> tuple[Room | None, list[Fault]]:
    """The room as far as its log can be folded, and what is wrong with the log.

    `head` is the digest of the last entry where it was noted elsewhere; without it nothing proves the last entry.
    """
    links: list[Link] = []
    entries: list[Entry] = []
    for key, data in objects:
        start = 0
        for line in data.removesuffix(b"\n").split(b"\n"):
            entry, link = _entry_link(key, line, start, room_id, len(links))
            links.append(link)
            entries += [entry] if entry else []
            start += len(line) + 1
        if not data.endswith(b"\n"):
            cut = Fault(
                key=key,
                reason="log_changed",
                detail="the last line does not end",
                first_byte=len(data) - 1,
                end_byte=len(data),
            )
            links[-1] = msgspec.structs.replace(links[-1], faults=(*links[-1].faults, cut))
    return _folded(entries), _chain_faults(links, head, "log_changed")


def check_part(key: str, data: bytes) -> PartSeen:
    """A part by itself: is it one, in its own encoding, with chunks that have the digests they state?"""
    index = int(key.rpartition("/")[2].partition(".")[0])
    try:
        part = decode_part(data)
    except Malformed:
        return _seen(index, key, data, None, [_part_fault(key, 0, len(data), "these bytes are no part")])
    changed = [n for n, chunk in enumerate(part.chunks) if digest(chunk.data) != chunk.sha256]
    faults = [_chunk_fault(part, n, key) for n in changed]
    canonical = encode_part(part)
    if canonical != data:
        faults.append(_part_fault(key, _same(canonical, data), len(data), "the part is not in its own encoding"))
    if key != part_key(part.room_id, part.track_id, part.index):
        faults.append(_part_fault(key, 0, len(data), "the part says it stands elsewhere"))
    return _seen(index, key, data, part, faults)


def check_track(room_id: str, track: Track, seen: Sequence[PartSeen], manifest: Manifest | None) -> list[Fault]:
    """A track's parts among each other: by the manifest where it is proven, else by the chain and its sealed end."""
    line = next((line for line in manifest.tracks if line.track_id == track.track_id), None) if manifest else None
    if line is not None:
        return _against({part.index: part.sha256 for part in line.parts}, room_id, track.track_id, seen)
    end = track.sealed.chain if track.sealed else ""
    faults = _chain_faults([part.link for part in seen], end, "part_changed")
    if track.sealed is not None and len(seen) < track.sealed.parts:
        gone = f"{track.sealed.parts} parts were sealed, {len(seen)} are there"
        key = seen[-1].link.key if seen else part_key(room_id, track.track_id, 0)
        faults.append(Fault(key=key, reason="part_missing", detail=gone, track_id=track.track_id))
    return faults


def check_manifest(key: str, data: bytes, sha256: str) -> tuple[Manifest | None, list[Fault]]:
    """The manifest if it has the digest that the log states (only then it proves anything), and what is wrong."""
    if digest(data) == sha256:
        return _manifest.decode(data), []
    try:
        made = encode_manifest(_manifest.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError):
        made = data
    first = _same(made, data) if made != data else 0
    detail = "the manifest does not have the digest that the room's log states"
    return None, [Fault(key=key, reason="manifest_changed", detail=detail, first_byte=first, end_byte=len(data))]


def check_output(key: str, size: int, sha256: str, found_size: int, found_sha256: str) -> list[Fault]:
    """A finished file against the manifest; a file cut short differs from where it ends."""
    if (size, sha256) == (found_size, found_sha256):
        return []
    detail = f"{found_size} bytes are there, {size} were made" if size != found_size else "the digest differs"
    return [Fault(key=key, reason="output_changed", detail=detail, end_byte=max(size, found_size))]


def _entry_link(key: str, line: bytes, start: int, room_id: str, position: int) -> tuple[Entry | None, Link]:
    """One line of the log; its own fault is found byte for byte where its encoding is not what ours would be."""

    def link(previous: str, *faults: Fault) -> Link:
        end = start + len(line)
        sha256 = hashlib.sha256(line).hexdigest()
        return Link(key=key, sha256=sha256, previous=previous, first_byte=start, end_byte=end, faults=faults)

    def fault(detail: str, at: int = 0) -> Fault:
        end = start + len(line) + 1
        return Fault(key=key, reason="log_changed", detail=detail, first_byte=start + at, end_byte=end)

    try:
        entry = _entry.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, link("", fault(f"entry {position} cannot be read"))
    made = entry_encoder.encode(entry)
    if made != line:
        return entry, link(entry.previous, fault(f"entry {position} is not as it was written", _same(made, line)))
    if (entry.room_id, entry.position) != (room_id, position):
        return entry, link(entry.previous, fault(f"another entry stands in place {position}"))
    return entry, link(entry.previous)


def _folded(entries: Iterable[Entry]) -> Room | None:
    room = None
    try:
        for entry in entries:
            room = apply(room, entry)
    except (EarwitnessError, KeyError):  # a damaged log: what stands before the damage is still a room
        return room
    return room


def _chain_faults(links: Sequence[Link], end: str, reason: str) -> list[Fault]:
    """Walk a chain back from its proven end: who fits is believed in what it says of the one before."""
    faults: list[Fault] = []
    expected = end
    for link in reversed(links):
        found = link.faults or _unfit(link, expected, reason)
        faults = [*found, *faults]
        expected = "" if found else link.previous
    if links and expected not in ("", ZERO_DIGEST):
        first = links[0]
        detail = "what stood before this is not there"
        faults.insert(0, Fault(key=first.key, reason=reason, detail=detail, end_byte=first.end_byte))
    return faults


def _unfit(link: Link, expected: str, reason: str) -> tuple[Fault, ...]:
    if expected in ("", link.sha256):
        return ()
    detail = "this does not have the digest that what follows it states"
    return (Fault(key=link.key, reason=reason, detail=detail, first_byte=link.first_byte, end_byte=link.end_byte),)


def _against(known: dict[int, str], room_id: str, track_id: str, seen: Sequence[PartSeen]) -> list[Fault]:
    faults: list[Fault] = []
    there = {part.index: part for part in seen}
    for index in sorted(known.keys() | there.keys()):
        key, part = part_key(room_id, track_id, index), there.get(index)
        if part is None:
            detail = "the manifest names this part"
            faults.append(Fault(key=key, reason="part_missing", detail=detail, track_id=track_id))
        elif index not in known:
            detail = "the manifest knows nothing of this part"
            faults.append(Fault(key=key, reason="part_stray", detail=detail, track_id=track_id))
        else:
            faults += part.link.faults or _unfit(part.link, known[index], "part_changed")
    return faults


def _seen(index: int, key: str, data: bytes, part: Part | None, faults: list[Fault]) -> PartSeen:
    link = Link(
        key=key,
        sha256=digest(data),
        previous=part.previous if part else "",
        first_byte=0,
        end_byte=len(data),
        faults=tuple(faults),
    )
    return PartSeen(index=index, chunks=len(part.chunks) if part else 0, link=link)


def _part_fault(key: str, first: int, end: int, detail: str) -> Fault:
    return Fault(key=key, reason="part_changed", detail=detail, first_byte=first, end_byte=end)


def _chunk_fault(part: Part, n: int, key: str) -> Fault:
    """The stretch of the `n`th chunk, with what is said of it: its digest may be what has changed. Chunks come last."""
    sizes = [len(msgspec.msgpack.encode(chunk)) for chunk in part.chunks]
    end = len(encode_part(part)) - sum(sizes[n + 1 :])
    chunk = part.chunks[n]
    return Fault(
        key=key,
        reason="chunk_changed",
        detail=f"chunk {chunk.sequence} does not have the digest stored with it",
        first_byte=end - sizes[n],
        end_byte=end,
        track_id=part.track_id,
        sequence=chunk.sequence,
    )


def _same(made: bytes, found: bytes) -> int:
    """How many bytes both begin with."""
    return next((n for n, (a, b) in enumerate(zip(made, found, strict=False)) if a != b), min(len(made), len(found)))
