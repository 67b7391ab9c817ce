"""What was said in a room and what the engine answered in; whether speech has stood without words too long, out."""

from dataclasses import dataclass, field

GAP_MS = 10_000
"""Speech without words for longer than this is a gap: failing silently is the worst that captions can do."""

WAITING, UNHEARD = "waiting", "unheard"


@dataclass
class GapWatch:
    """One room: since when each utterance has had no answer, and how much each track last said without words.

    Times are Unix ms; what was said without words counts until its track has been silent for as long as a gap.
    """

    _waiting: dict[str, int] = field(default_factory=dict)
    _unheard: dict[str, tuple[int, int]] = field(default_factory=dict)

    def said(self, utterance_id: str, now_ms: int) -> None:
        """An utterance, or more of it, goes to the engine."""
        self._waiting.setdefault(utterance_id, now_ms)

    def worded(self, track_id: str, utterance_id: str) -> None:
        """Words of it are shown."""
        self._waiting.pop(utterance_id, None)
        self._unheard.pop(track_id, None)

    def wordless(self, track_id: str, utterance_id: str, speech_ms: int, now_ms: int) -> None:
        """It is over, and the engine found no words in it."""
        self._waiting.pop(utterance_id, None)
        before_ms, at_ms = self._unheard.get(track_id, (0, now_ms))
        fresh_ms = before_ms if now_ms - at_ms <= GAP_MS else 0
        self._unheard[track_id] = (fresh_ms + speech_ms, now_ms)

    def gap(self, now_ms: int) -> tuple[str, int]:
        """The reason of a gap and since when (Unix ms), or an empty reason."""
        since_ms = min(self._waiting.values(), default=now_ms)
        if now_ms - since_ms > GAP_MS:
            return WAITING, since_ms
        for speech_ms, at_ms in self._unheard.values():
            if speech_ms > GAP_MS and now_ms - at_ms <= GAP_MS:
                return UNHEARD, at_ms - speech_ms
        return "", 0
