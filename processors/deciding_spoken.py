"""Asks about what was said in a finished room: room, ask and time in, facts out, or `Invalid`."""

from processors.needs import need_closed_recording, need_text, need_track
from schemas.asks import CorrectCaption, EraseSpeaker
from schemas.errors import Invalid
from schemas.facts import CaptionCorrected, Fact, SpeakerErased
from schemas.rooms import Room


def correct_caption(room: Room, ask: CorrectCaption, now_ms: int) -> tuple[Fact, ...]:
    """The latest correction of a caption counts; the same again changes nothing."""
    _need_transcript(room)
    need_track(room, ask.track_id)
    need_text(ask.text, "text")
    if ask.track_id in room.erased:
        raise Invalid("speaker_erased", "this speaker has been erased from the room", field="track_id")
    known = room.corrections.get(ask.caption_id)
    if known is not None and known.text == ask.text:
        return ()
    return (CaptionCorrected(track_id=ask.track_id, caption_id=ask.caption_id, text=ask.text),)


def erase_speaker(room: Room, ask: EraseSpeaker, now_ms: int) -> tuple[Fact, ...]:
    """Only of a finished room: while it is being made, the recording could still take the speaker in."""
    _need_transcript(room)
    if room.assembled is None:
        raise Invalid("not_ready", "the recording is still being put together")
    named = tuple(track.track_id for track in room.tracks.values() if track.speaker == ask.speaker)
    found = tuple(track_id for track_id in named if track_id not in room.erased)
    if not found:
        raise Invalid("unknown_speaker", "nobody in the room has this name", field="speaker")
    return (SpeakerErased(track_ids=found),)


def _need_transcript(room: Room) -> None:
    need_closed_recording(room)
    if room.transcript is None:
        raise Invalid("captions_not_ready", "captions are being prepared")
