"""What was sent and what is stored of a track in; what is lost, doubled or different out."""

from collections import Counter
from collections.abc import Iterable, Mapping

from processors.parts import digest
from schemas.audio import AudioChunk, StoredChunk
from schemas.base import Record


class Sent(Record, frozen=True, kw_only=True):
    """The SHA-256 (hex) of each sequence of a track as it was captured, and how long the track lasts, ms."""

    digests: dict[int, str]
    duration_ms: int


class Found(Record, frozen=True, kw_only=True):
    """Counts of chunks: stored, stored more than once or never sent, stored with other bytes; and those not stored."""

    stored: int = 0
    missing: tuple[str, ...] = ()
    duplicated: int = 0
    mismatches: int = 0

    def __add__(self, other: "Found") -> "Found":
        return Found(
            stored=self.stored + other.stored,
            missing=self.missing + other.missing,
            duplicated=self.duplicated + other.duplicated,
            mismatches=self.mismatches + other.mismatches,
        )


def sent(chunks: Iterable[AudioChunk]) -> Sent:
    known = tuple(chunks)
    digests = {chunk.sequence: digest(chunk.data) for chunk in known}
    return Sent(digests=digests, duration_ms=sum(chunk.duration_ms for chunk in known))


def compared(name: str, track: Sent, stored: Iterable[StoredChunk]) -> Found:
    """Every stored chunk against what was sent, by the digest of its bytes as they are, not as the part states it."""
    there = [(chunk.sequence, digest(chunk.data)) for chunk in stored]
    times = Counter(sequence for sequence, _ in there)
    return Found(
        stored=len(there),
        missing=tuple(f"{name}/{sequence}" for sequence in sorted(track.digests.keys() - times.keys())),
        duplicated=_surplus(times, track.digests),
        mismatches=sum(track.digests.get(sequence, sha256) != sha256 for sequence, sha256 in there),
    )


def _surplus(times: Mapping[int, int], known: Mapping[int, str]) -> int:
    return sum(count - (sequence in known) for sequence, count in times.items())
