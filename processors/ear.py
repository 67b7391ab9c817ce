"""One track's encoded chunks in; the utterances on it, on room time, out."""

from processors.engines.base import SAMPLE_RATE
from processors.notes import UNNOTED, TrackNotes
from processors.timeline import Run, TrackTimeline
from processors.utterances import Listening, Utterance, finish, step
from processors.voice import VoiceDetector, VoicePolicy
from schemas.audio import AudioChunk, StoredChunk
from schemas.errors import Invalid


class Ear:
    """Decodes a track, puts it on room time and finds where somebody speaks. Its methods compute: use a thread."""

    def __init__(
        self, track_id: str, opened_ms: int, policy: VoicePolicy, voices: VoiceDetector, notes: TrackNotes = UNNOTED
    ) -> None:
        self._voices = voices
        self._timeline = TrackTimeline(opened_ms, rate=SAMPLE_RATE, notes=notes)
        self._listening = Listening(track_id=track_id, policy=policy)

    @property
    def end(self) -> int:
        """The number of the sample to come."""
        return self._listening.end

    @property
    def needed_from(self) -> int:
        """Samples before this one are in no utterance to come."""
        return self._listening.needed_from

    def take(self, chunk: AudioChunk | StoredChunk) -> list[Utterance]:
        """The drafts and finals of one more chunk. Raises `Invalid` where it cannot be decoded; then `pause`."""
        return self._listen(list(self._timeline.take(chunk)))

    def pause(self) -> list[Utterance]:
        """No more comes for now: the end of what is being said."""
        self._listening, finals = finish(self._listening)
        return finals

    def finish(self) -> list[Utterance]:
        """The stream has ended: its last words."""
        try:
            said = self._listen(list(self._timeline.finish()))
        except Invalid:
            said = []
        return said + self.pause()

    def _listen(self, runs: list[Run]) -> list[Utterance]:
        said: list[Utterance] = []
        for start, samples in runs:
            self._listening, drafts, finals = step(self._listening, self._voices, start, samples)
            said += [*finals, *drafts]
        return said
