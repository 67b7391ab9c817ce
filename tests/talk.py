"""Words in, captions, findings and figures out: what tests of screening, search and figures begin with."""

from collections.abc import Iterable
from typing import Any

from schemas.captions import Caption, Word
from schemas.findings import Finding

WORD_MS = 300
GAP_MS = 500


def caption(text: str, n: int = 0, **changes: Any) -> Caption:
    """The `n`th utterance of track `a`, a final caption of the live pass, heard surely."""
    start_ms = changes.pop("start_ms", n * 4_000)
    words = spoken(text, start_ms, changes.pop("probability", 0.95))
    fields: dict[str, Any] = {
        "room_id": "room",
        "track_id": "a",
        "speaker": "Anna",
        "caption_id": f"c{n}",
        "pass_name": "live",
        "status": "final",
        "start_ms": start_ms,
        "end_ms": words[-1].end_ms if words else start_ms,
        "text": text,
        "words": words,
        "settled": len(text),
        "language": "en",
        "confidence": 0.95,
        "engine": "test",
        "model": "test",
        "emitted_ms": 1_700_000_010_000 + start_ms,
    }
    return Caption(**fields | changes)


def captions(*texts: str, **changes: Any) -> tuple[Caption, ...]:
    return tuple(caption(text, n, **changes) for n, text in enumerate(texts))


def spoken(text: str, start_ms: int, probability: float) -> tuple[Word, ...]:
    return tuple(
        Word(
            text=f" {word}",
            start_ms=start_ms + n * WORD_MS,
            end_ms=start_ms + (n + 1) * WORD_MS,
            probability=probability,
        )
        for n, word in enumerate(text.split())
    )


def finding(**changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "finding_id": "room:a:hate:live:1000",
        "room_id": "room",
        "track_id": "a",
        "speaker": "Anna",
        "pass_name": "live",
        "start_ms": 1_000,
        "end_ms": 2_000,
        "text": "words",
        "category": "hate",
        "score": 0.9,
        "marks": ("rule:dehumanise@1",),
        "effect": "queue",
        "policy_version": "1",
        "caption_ids": ("c0",),
    }
    return Finding(**fields | changes)


def ids(records: Iterable[Finding]) -> list[str]:
    return [record.finding_id for record in records]
