"""Follow one speaker: final captions in, findings out, as they come (`hear`) or over a whole transcript (`reread`)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from processors.screening.classifier import Classifier
from processors.screening.engine import Mark, screen
from processors.screening.findings import LONGEST_MS, with_mark
from processors.screening.policy import Context, Policy
from schemas.base import Record
from schemas.captions import Caption
from schemas.findings import Finding


class Speaker(Record, frozen=True, kw_only=True):
    """What is remembered of one track: its last captions and its findings of the last minute."""

    window: tuple[Caption, ...] = ()
    findings: tuple[Finding, ...] = ()


def hear(
    speaker: Speaker, caption: Caption, policy: Policy, classifier: Classifier
) -> tuple[Speaker, tuple[Finding, ...]]:
    """Take the next caption; returns the speaker and the findings that are new or have grown."""
    if any(known.caption_id == caption.caption_id for known in speaker.window):
        return speaker, ()
    window = (*_recent(speaker.window, caption, policy.context), caption)
    recent = tuple(known for known in speaker.findings if known.end_ms > caption.start_ms - LONGEST_MS)
    findings = _added(recent, screen(window, policy, classifier), window, policy)
    return Speaker(window=window, findings=findings), tuple(known for known in findings if known not in recent)


def reread(captions: Iterable[Caption], policy: Policy, classifier: Classifier) -> tuple[Finding, ...]:
    """Screen all captions of a room's pass: each passage with what its speaker said before and after it."""
    tracks: dict[str, dict[str, Caption]] = defaultdict(dict)
    for caption in captions:
        tracks[caption.track_id][caption.caption_id] = caption
    found: list[Finding] = []
    for track in tracks.values():
        in_order = sorted(track.values(), key=lambda caption: (caption.start_ms, caption.caption_id))
        found += _reread_track(in_order, policy, classifier)
    return tuple(sorted(found, key=lambda finding: (finding.start_ms, finding.finding_id)))


def _reread_track(captions: Sequence[Caption], policy: Policy, classifier: Classifier) -> tuple[Finding, ...]:
    findings: tuple[Finding, ...] = ()
    reach = policy.context.captions - 1
    for n, caption in enumerate(captions):
        before = _recent(captions[max(0, n - reach) : n], caption, policy.context)
        after = [c for c in captions[n + 1 : n + 1 + reach] if _within(caption, c, policy.context)]
        window = (*before, caption, *after)
        marks = screen(window, policy, classifier, judged=len(before))
        findings = _added(findings, marks, window, policy)
    return findings


def _added(
    findings: tuple[Finding, ...], marks: Iterable[Mark], window: Sequence[Caption], policy: Policy
) -> tuple[Finding, ...]:
    captions = {caption.caption_id: caption for caption in window}
    for mark in marks:
        findings, _ = with_mark(findings, mark, captions, policy.version)
    return findings


def _recent(captions: Sequence[Caption], newest: Caption, context: Context) -> tuple[Caption, ...]:
    """Of the captions before `newest` those that still belong to what is being said."""
    near = [caption for caption in captions if _within(caption, newest, context)]
    return tuple(near[-(context.captions - 1) :]) if context.captions > 1 else ()


def _within(earlier: Caption, later: Caption, context: Context) -> bool:
    return later.start_ms - earlier.end_ms <= context.seconds * 1000
