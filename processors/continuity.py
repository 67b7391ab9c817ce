"""A room and its manifest in; for each speaker how much was captured, received, stored, recorded and captioned out.

What is not known yet is None. What never arrived has no length of its own: it is taken to be as long as the track's
mean chunk, so `captured_ms` and the lengths of gaps are estimates where there are gaps, and exact where there are none.
"""

from collections import defaultdict
from collections.abc import Iterable

from processors.manifest import Hole, Manifest, TrackContinuity, TrackLine
from schemas.captions import Caption
from schemas.rooms import Room, Track


def continuity(room: Room, manifest: Manifest | None = None) -> tuple[TrackContinuity, ...]:
    """One line a track, in the order in which the tracks joined; nothing for a room that is not recorded."""
    if not room.record:
        return ()
    lines = {line.track_id: line for line in manifest.tracks} if manifest else {}
    return tuple(_of(room, track, lines.get(track.track_id)) for track in room.tracks.values())


def captioned_ms(captions: Iterable[Caption]) -> dict[str, int]:
    """How much of each track's time its captions cover; where two overlap, once."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for caption in captions:
        spans[caption.track_id].append((caption.start_ms, caption.end_ms))
    return {track_id: _covered(sorted(found)) for track_id, found in spans.items()}


def _of(room: Room, track: Track, line: TrackLine | None) -> TrackContinuity:
    sealed = track.sealed
    chunk_ms = round(sealed.duration_ms / sealed.chunks) if sealed and sealed.chunks else 0
    missing = [
        Hole(
            first_sequence=gap.first_sequence,
            last_sequence=gap.last_sequence,
            ms=(gap.last_sequence - gap.first_sequence + 1) * chunk_ms,
            reason=gap.reason,
        )
        for gap in (sealed.gaps if sealed else ())
    ]
    unreadable = [
        Hole(first_sequence=n, last_sequence=n, reason="undecodable") for n in (line.unreadable if line else ())
    ]
    received = sealed.duration_ms if sealed else None
    recorded = room.assembled.recorded_ms.get(track.track_id, 0) if room.assembled else None
    return TrackContinuity(
        track_id=track.track_id,
        speaker=track.speaker,
        captured_ms=None if received is None else received + sum(hole.ms for hole in missing),
        received_ms=received,
        stored_ms=sum(part.duration_ms for part in line.parts) if line else received,
        recorded_ms=line.recorded_ms if line else recorded,
        captioned_ms=room.transcript.captioned_ms.get(track.track_id, 0) if room.transcript else None,
        holes=tuple(sorted([*missing, *unreadable], key=lambda hole: hole.first_sequence)),
    )


def _covered(spans: list[tuple[int, int]]) -> int:
    total = reach = 0
    for start, end in spans:
        total += max(0, end - max(start, reach))
        reach = max(reach, end)
    return total
