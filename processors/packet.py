"""A case and what is kept for it in; one archive out that anybody can check without us."""

import hashlib
import io
import zipfile
from collections.abc import Mapping

import msgspec

from schemas.base import Record
from schemas.rooms import Case, Room

_DATED = (1980, 1, 1, 0, 0, 0)
"""The first date that a ZIP can hold: the same evidence makes the same archive."""


class Listed(Record, frozen=True, kw_only=True):
    name: str
    bytes: int
    sha256: str


class Index(Record, frozen=True, kw_only=True):
    """What is in the packet. `head` is the SHA-256 of the room's last log entry, number `position`, when it was made.

    The log holds the digests of `clip.flac` and `testimony.json` (`EvidenceKept`), the parts named in `clip.json` are
    chained to the digest in the log (`earwitness verify`).
    """

    room_id: str
    case_id: str
    head: str
    position: int
    files: tuple[Listed, ...]


def packet(room: Room, case: Case, kept: Mapping[str, bytes]) -> bytes:
    """A ZIP of `case.json`, `index.json` and the files in `kept` (name to content)."""
    files = {"case.json": _json(case), **kept}
    listed = tuple(Listed(name=name, bytes=len(data), sha256=sha256(data)) for name, data in sorted(files.items()))
    index = Index(room_id=room.room_id, case_id=case.case_id, head=room.head, position=room.position, files=listed)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted({**files, "index.json": _json(index)}.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATED), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def sha256(data: bytes) -> str:
    """Hex; empty for no data."""
    return hashlib.sha256(data).hexdigest() if data else ""


def _json(record: Record) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=1)
