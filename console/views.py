"""How a room looks from outside: its state and the time in, JSON records out."""

from typing import ClassVar, Literal

import msgspec

from processors.clocks import clocks
from processors.continuity import continuity
from processors.manifest import TrackContinuity
from schemas.base import Record
from schemas.captions import Caption
from schemas.rooms import Case, Clocks, Room, Track

State = Literal["live", "preparing", "ready", "ended", "deleted", "purged"]
CAPTION_FORMATS = ("vtt", "srt", "ttml", "json", "txt")


class TrackView(Record, frozen=True, kw_only=True):
    """One microphone. `gaps` counts stretches that never arrived, `recorded_ms` is its length in the recording."""

    track_id: str
    speaker: str
    content_type: str
    joined_ms: int
    left_ms: int | None
    chunks: int | None
    recorded_ms: int | None
    gaps: int
    chunks_url: str


class Step(Record, frozen=True, kw_only=True):
    """One step on the way from a live room to a recording that can be played."""

    name: Literal["closed", "recorded", "assembled", "captioned", "screened"]
    done: bool


class RoomView(Record, frozen=True, kw_only=True):
    """`record` is the toggle; `recording` says whether it is being recorded this moment. Times are Unix ms.

    `state`: `live`; `preparing` (closed, recording and captions are being made); `ready`; `ended` (was not recorded);
    `deleted` (by the host); `purged`. `screened_by_model`: null before it is screened; false while only the rules have
    read it, because the model was away: it will be screened again.
    """

    room_id: str
    title: str
    host: str
    state: State
    record: bool
    recording: bool
    opened_ms: int
    closed_ms: int | None
    duration_ms: int | None
    tracks: tuple[TrackView, ...]
    steps: tuple[Step, ...]
    clocks: Clocks
    captions: int
    findings: int
    cases: int
    case_list: tuple[Case, ...]
    open_cases: int
    reports: int
    share_url: str | None
    links: dict[str, str]
    continuity: tuple[TrackContinuity, ...] = ()
    trim_start_ms: int = 0
    screened_by_model: bool | None = None


class PublicView(Record, frozen=True, kw_only=True):
    """What a listener without an account is told."""

    title: str
    host: str
    speakers: tuple[str, ...]
    opened_ms: int
    duration_ms: int | None
    captions_ready: bool
    public_until_ms: int | None


class LiveView(Record, frozen=True, kw_only=True):
    """The first event of a live feed, and each later change of the room; `captions` only in the first."""

    room: RoomView
    captions: tuple[Caption, ...] = ()

    _private: ClassVar[frozenset[str]] = frozenset({"captions"})


class Delay(Record, frozen=True, kw_only=True):
    """Whether live captions are delayed, since when (Unix ms) and why.

    `waiting`: the engine has not answered; `unheard`: it finds no words; `silent`: no captioner is heard of.
    """

    delayed: bool = False
    since_ms: int = 0
    reason: str = ""


class Frame(Record, frozen=True, kw_only=True):
    """An event of the live feed as a WebSocket's text frame; `id` is what to resume behind."""

    event: str
    id: str
    data: msgspec.Raw

    _private: ClassVar[frozenset[str]] = frozenset({"data"})


class CaseView(Record, frozen=True, kw_only=True):
    """A case with the room it is in; `listen_url` opens the evidence at its second."""

    room_id: str
    title: str
    case: Case
    listen_url: str


def state_of(room: Room) -> State:
    if room.purged_ms is not None:
        return "purged"
    if room.deleted_ms is not None:
        return "deleted"
    if room.live:
        return "live"
    if not room.record:
        return "ended"
    return "ready" if room.ready else "preparing"


def room_view(room: Room, now_ms: int, base_url: str) -> RoomView:
    return RoomView(
        room_id=room.room_id,
        title=room.title,
        host=room.host,
        state=state_of(room),
        record=room.record,
        recording=room.record and room.live,
        opened_ms=room.opened_ms,
        closed_ms=room.closed_ms,
        duration_ms=room.assembled.duration_ms if room.assembled else None,
        tracks=tuple(track_view(room, track, base_url) for track in room.tracks.values()),
        steps=_steps(room),
        clocks=clocks(room, now_ms),
        captions=room.transcript.captions if room.transcript else 0,
        findings=room.screened.findings if room.screened else 0,
        cases=len(room.cases),
        case_list=tuple(room.cases.values()),
        open_cases=sum(case.decided_ms is None for case in room.cases.values()),
        reports=len(room.reports),
        share_url=listen_url(room, base_url),
        links=_links(room, base_url),
        continuity=continuity(room),
        trim_start_ms=room.trim_start_ms,
        screened_by_model=room.screened.by_model if room.screened else None,
    )


def track_view(room: Room, track: Track, base_url: str) -> TrackView:
    return TrackView(
        track_id=track.track_id,
        speaker=track.speaker,
        content_type=track.content_type,
        joined_ms=track.joined_ms,
        left_ms=track.left_ms,
        chunks=track.sealed.chunks if track.sealed else None,
        recorded_ms=room.assembled.recorded_ms.get(track.track_id) if room.assembled else None,
        gaps=len(track.sealed.gaps) if track.sealed else 0,
        chunks_url=f"{base_url}/rooms/{room.room_id}/tracks/{track.track_id}/chunks/",
    )


def public_view(room: Room, now_ms: int) -> PublicView:
    until = clocks(room, now_ms).public_until
    return PublicView(
        title=room.title,
        host=room.host,
        speakers=tuple(dict.fromkeys(t.speaker for t in room.tracks.values() if t.track_id not in room.erased)),
        opened_ms=room.opened_ms,
        duration_ms=room.assembled.duration_ms - room.trim_start_ms if room.assembled else None,
        captions_ready=room.transcript is not None,
        public_until_ms=until.at_ms if until else None,
    )


def case_view(room: Room, case: Case, base_url: str) -> CaseView:
    second = (case.start_ms or 0) / 1000
    return CaseView(
        room_id=room.room_id,
        title=room.title,
        case=case,
        listen_url=f"{base_url}/moderate/{room.room_id}?t={second:g}",
    )


def listen_url(room: Room, base_url: str) -> str | None:
    return f"{base_url}/listen/{room.share_token}" if room.share_token else None


def _steps(room: Room) -> tuple[Step, ...]:
    if not room.record:
        return (Step(name="closed", done=not room.live),)
    return (
        Step(name="closed", done=not room.live),
        Step(name="recorded", done=room.completed_ms is not None),
        Step(name="assembled", done=room.assembled is not None),
        Step(name="captioned", done=room.transcript is not None),
        Step(name="screened", done=room.screened is not None),
    )


def _links(room: Room, base_url: str) -> dict[str, str]:
    here = f"{base_url}/rooms/{room.room_id}"
    links = {"self": here, "page": f"{base_url}/room/{room.room_id}", "live": f"{here}/live"}
    if room.assembled is not None:
        links |= {
            "recording": f"{here}/recording.m4a",
            "hls": f"{here}/hls/index.m3u8",
            "waveform": f"{here}/waveform.json",
        }
    if room.transcript is not None:
        links |= {f"captions_{name}": f"{here}/captions.{name}" for name in CAPTION_FORMATS}
    return links
