"""Topics in, counts of what has happened in each room out: what a progress display shows."""

from collections import Counter, defaultdict

from schemas.audio import PartStored
from schemas.base import Record
from schemas.captions import Caption
from schemas.facts import CaseOpened, Entry
from schemas.findings import Finding
from schemas.topics import CAPTIONS, EVENTS, FINDINGS, PARTS
from streams.reading import TopicReader

WATCHED = (PARTS, CAPTIONS, FINDINGS, EVENTS)


class Watcher:
    """Counts, by room, distinct parts, chunks, captions of both passes, findings, cases and facts."""

    def __init__(self, kafka: str) -> None:
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._seen: set[str] = set()
        self._reader = TopicReader(kafka, WATCHED, self._take)

    def close(self) -> None:
        self._reader.close()

    def counts(self, room_id: str) -> Counter[str]:
        """A copy of the room's counts now."""
        return Counter(self._counts[room_id])

    def _take(self, record: Record) -> None:
        identity, counts = _counted(record)
        if identity and identity not in self._seen:  # a record may come twice
            self._seen.add(identity)
            self._counts[getattr(record, "room_id", "")].update(counts)


def _counted(record: Record) -> tuple[str, dict[str, int]]:
    """What the record is known by, and what it adds."""
    match record:
        case PartStored():
            return f"{record.room_id}/{record.track_id}/{record.index}", {"parts": 1, "chunks": record.chunks}
        case Caption(status="final"):
            return f"{record.caption_id}/{record.room_id}/{record.pass_name}", {f"captions_{record.pass_name}": 1}
        case Finding():
            return f"{record.finding_id}/{record.pass_name}", {f"findings_{record.pass_name}": 1}
        case Entry(fact=CaseOpened()):
            return f"{record.room_id}/{record.position}", {"cases": 1, "facts": 1}
        case Entry():
            return f"{record.room_id}/{record.position}", {type(record.fact).__name__: 1, "facts": 1}
    return "", {}
