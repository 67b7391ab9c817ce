"""Follow a room: final captions in, findings out, as they come (`hear`) or over a whole transcript (`reread`).

Each caption is judged in a window of its speaker, with what others said around it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from processors.screening.classifier import Classifier
from processors.screening.context import Others
from processors.screening.engine import Mark, fitting, screen
from processors.screening.findings import LONGEST_MS, with_mark
from processors.screening.passage import read
from processors.screening.policy import Context, Policy
from processors.screening.targeting import Aim, aimed
from schemas.base import Record
from schemas.captions import Caption
from schemas.findings import Finding

OTHERS_MS = 15_000
"""So near a passage what others say has to do with it: a question before, a word of protest after."""


class Speaker(Record, frozen=True, kw_only=True):
    """What is remembered of one track: its last captions, in time order, and its findings of the last minute."""

    window: tuple[Caption, ...] = ()
    findings: tuple[Finding, ...] = ()


class Ears(Record, frozen=True, kw_only=True):
    """What is remembered of a live room: its speakers, what was said just now, and who went for whom."""

    speakers: dict[str, Speaker] = {}
    names: dict[str, str] = {}
    recent: tuple[Caption, ...] = ()
    aims: tuple[Aim, ...] = ()


def hear(ears: Ears, caption: Caption, policy: Policy, classifier: Classifier) -> tuple[Ears, tuple[Finding, ...]]:
    """Take the next caption of any speaker; returns the room and the findings that are new or have grown."""
    speaker = ears.speakers.get(caption.track_id, Speaker())
    if any(known.caption_id == caption.caption_id for known in speaker.window):
        return ears, ()
    window = (*_recent(speaker.window, caption, policy.context), caption)
    near = tuple(one for one in ears.recent if _apart_ms(one, caption) <= OTHERS_MS)
    names = ears.names | {caption.track_id: caption.speaker}
    marks = screen(window, policy, classifier, others=_others(near, caption))
    aims, repeated = aimed(ears.aims, caption, marks, names, near, policy)
    known = tuple(found for found in speaker.findings if found.end_ms > caption.start_ms - LONGEST_MS)
    findings = _added(known, (*marks, *repeated), window, policy)
    last = _in_time((*speaker.window, caption))[-policy.context.captions :]
    speakers = ears.speakers | {caption.track_id: Speaker(window=last, findings=findings)}
    heard = Ears(speakers=speakers, names=names, recent=_just_now((*ears.recent, caption)), aims=aims)
    return heard, tuple(found for found in findings if found not in known)


def _just_now(captions: Sequence[Caption]) -> tuple[Caption, ...]:
    """Those near the last that was said, which need not be the last that came."""
    newest = max(caption.start_ms for caption in captions)
    return _in_time(one for one in captions if newest - one.end_ms <= OTHERS_MS)


def _in_time(captions: Iterable[Caption]) -> tuple[Caption, ...]:
    return tuple(sorted(captions, key=lambda caption: (caption.start_ms, caption.track_id, caption.caption_id)))


class _Judged(NamedTuple):
    caption: Caption
    window: tuple[Caption, ...]
    marks: tuple[Mark, ...]


def reread(captions: Iterable[Caption], policy: Policy, classifier: Classifier) -> tuple[Finding, ...]:
    """Screen all captions of a room's pass: each passage with what was said before and after it."""
    once = {(caption.track_id, caption.caption_id): caption for caption in captions}
    room = _in_time(once.values())
    names = {caption.track_id: caption.speaker for caption in room}
    findings: dict[str, tuple[Finding, ...]] = defaultdict(tuple)
    aims: tuple[Aim, ...] = ()
    for n, judged in enumerate(_judged(room, policy, classifier)):
        caption = judged.caption
        aims, repeated = aimed(aims, caption, judged.marks, names, _near(room, n), policy)
        marks = (*judged.marks, *repeated)
        findings[caption.track_id] = _added(findings[caption.track_id], marks, judged.window, policy)
    found = (finding for track in findings.values() for finding in track)
    return tuple(sorted(found, key=lambda finding: (finding.start_ms, finding.finding_id)))


def _judged(room: Sequence[Caption], policy: Policy, classifier: Classifier) -> Iterator[_Judged]:
    """Each caption of a room in time order with its window and its marks."""
    for n, (window, judged) in enumerate(_windows(room, policy.context)):
        others = _others(_near(room, n), room[n])
        yield _Judged(room[n], window, screen(window, policy, classifier, judged=judged, others=others))


def texts_read(captions: Iterable[Caption], policy: Policy) -> list[str]:
    """What a model reads of a room's pass, caption by caption: each in the window that `reread` judges it in."""
    windows = (fitting(window, judged) for window, judged in _windows(_in_time(captions), policy.context))
    return [" ".join(caption.text for caption in window) for window, _ in windows]


def _windows(room: Sequence[Caption], context: Context) -> Iterator[tuple[tuple[Caption, ...], int]]:
    """Of each caption of a room in time order its track's captions around it, and its place among them."""
    tracks: dict[str, list[Caption]] = defaultdict(list)
    for caption in room:
        tracks[caption.track_id].append(caption)
    places: dict[str, int] = defaultdict(int)
    for caption in room:
        yield _window(tracks[caption.track_id], places[caption.track_id], context)
        places[caption.track_id] += 1


def _window(track: Sequence[Caption], at: int, context: Context) -> tuple[tuple[Caption, ...], int]:
    """The caption `track[at]` between those around it, and its place among them."""
    caption, reach = track[at], context.captions - 1
    before = _recent(track[max(0, at - reach) : at], caption, context)
    after = (one for one in track[at + 1 : at + 1 + reach] if _within(caption, one, context))
    return (*before, caption, *after), len(before)


def _near(room: Sequence[Caption], n: int) -> list[Caption]:
    """Captions of a room in time order that are near the `n`th."""
    caption, near = room[n], []
    for step in (-1, 1):
        at = n + step
        while 0 <= at < len(room) and _apart_ms(room[at], caption) <= OTHERS_MS:
            near.append(room[at])
            at += step
    return sorted(near, key=lambda one: one.start_ms)


def _apart_ms(one: Caption, other: Caption) -> int:
    return max(one.start_ms - other.end_ms, other.start_ms - one.end_ms)


def _others(near: Iterable[Caption], caption: Caption) -> Others:
    """What other tracks said before and after the caption."""
    said = [one for one in near if one.track_id != caption.track_id]
    before = [one for one in said if one.start_ms < caption.start_ms]
    after = [one for one in said if one.start_ms >= caption.start_ms]
    return Others(read(before).text.rstrip(" ."), read(after).text)


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
    """Captions may come out of order: what was said afterwards is no context of what was said before."""
    return earlier.start_ms <= later.start_ms and later.start_ms - earlier.end_ms <= context.seconds * 1000
