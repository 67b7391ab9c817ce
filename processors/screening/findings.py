"""Marks in, findings out: marks of one category that lie close together are one passage, found once.

A finding's id is derived from where its passage begins, so that the next window over the same words, a replay or a
second mark change the finding and never double it. A finding only ever grows: longer, surer, graver. Those of the
final pass take the place of the live ones (agents/indexer.py); a case that was asked for live stays (deciding_kept.py).
"""

from collections.abc import Iterable, Mapping

import msgspec

from processors.screening.engine import Mark
from processors.screening.policy import EFFECTS
from schemas.captions import Caption
from schemas.findings import Finding, Reason

JOIN_MS = 8_000
"""Marks this close are one passage: about one breath and a sentence between them."""

MOST_REASONS = 32
"""As many as a person reads; the marks name all sources whatever their number."""

LONGEST_MS = 60_000
"""A passage longer than this starts anew, so that a case stays something a person can listen to."""


def with_mark(
    findings: tuple[Finding, ...], mark: Mark, captions: Mapping[str, Caption], policy_version: str
) -> tuple[tuple[Finding, ...], Finding]:
    """Add a mark to one speaker's findings of one pass; returns them all and the one that took the mark.

    `captions` holds at least the mark's own, by id.
    """
    fresh = _finding(mark, [captions[name] for name in mark.caption_ids], policy_version)
    near = next((known for known in findings if _near(known, fresh)), None)
    if near is None:
        return (*findings, fresh), fresh
    grown = _grown(near, fresh, captions)
    return tuple(grown if known is near else known for known in findings), grown


def state_number(finding: Finding) -> int:
    """A number that rises with each growth of a finding: by its end, its gravity and its marks."""
    gravity = len(EFFECTS) - EFFECTS.index(finding.effect)
    return (finding.end_ms * (len(EFFECTS) + 1) + gravity) * 100 + min(99, len(finding.marks))


def _finding(mark: Mark, captions: list[Caption], policy_version: str) -> Finding:
    first = captions[0]
    return Finding(
        finding_id=f"{first.room_id}:{first.track_id}:{mark.category}:{first.pass_name}:{mark.start_ms}",
        room_id=first.room_id,
        track_id=first.track_id,
        speaker=first.speaker,
        pass_name=first.pass_name,
        start_ms=mark.start_ms,
        end_ms=mark.end_ms,
        text=_text(captions),
        category=mark.category,
        score=mark.score,
        marks=(mark.source,),
        effect=mark.effect,
        policy_version=policy_version,
        caption_ids=mark.caption_ids,
        reasons=(_reason(mark),),
    )


def _reason(mark: Mark) -> Reason:
    return Reason(
        source=mark.source,
        category=mark.category,
        score=mark.score,
        meaning=mark.meaning,
        start_ms=mark.start_ms,
        end_ms=mark.end_ms,
    )


def _near(known: Finding, fresh: Finding) -> bool:
    return (
        known.category == fresh.category
        and fresh.start_ms <= known.end_ms + JOIN_MS
        and known.start_ms <= fresh.end_ms + JOIN_MS
        and fresh.end_ms - known.start_ms <= LONGEST_MS
    )


def _grown(known: Finding, fresh: Finding, captions: Mapping[str, Caption]) -> Finding:
    new_ids = [name for name in fresh.caption_ids if name not in known.caption_ids]
    return msgspec.structs.replace(
        known,
        end_ms=max(known.end_ms, fresh.end_ms),
        text=" ".join(filter(None, (known.text, _text(captions[name] for name in new_ids)))),
        score=max(known.score, fresh.score),
        marks=tuple(dict.fromkeys((*known.marks, *fresh.marks))),
        effect=min(known.effect, fresh.effect, key=EFFECTS.index),
        caption_ids=(*known.caption_ids, *new_ids),
        reasons=tuple(dict.fromkeys((*known.reasons, *fresh.reasons)))[:MOST_REASONS],
    )


def _text(captions: Iterable[Caption]) -> str:
    return " ".join(caption.text.strip() for caption in captions)
