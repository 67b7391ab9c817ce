"""A live room's gaps in; how its captions are out: at each change, and every few seconds."""

from dataclasses import dataclass, field

import structlog

from agents.hearing_figures import HearingFigures
from processors.gaps import GapWatch
from schemas.captions import CaptionState

log = structlog.get_logger()

PULSE_MS = 5_000
"""How often a worker says that it still listens to a room: who follows notices its death within two of them."""


@dataclass
class StateTeller:
    """One room: its gaps and what was said of them last."""

    room_id: str
    told_ms: int
    reason: str = ""
    gaps: GapWatch = field(default_factory=GapWatch)

    def tell(self, now_ms: int, figures: HearingFigures) -> CaptionState | None:
        """The state, where it is new or it is time to say it again."""
        reason, since_ms = self.gaps.gap(now_ms)
        if reason == self.reason and now_ms - self.told_ms < PULSE_MS:
            return None
        if reason != self.reason:
            self._note(reason, since_ms, now_ms, figures)
        self.told_ms, self.reason = now_ms, reason
        return CaptionState(room_id=self.room_id, delayed=bool(reason), since_ms=since_ms, reason=reason, at_ms=now_ms)

    def _note(self, reason: str, since_ms: int, now_ms: int, figures: HearingFigures) -> None:
        if reason:
            figures.gaps.labels(reason).inc()
            log.error("caption_gap_began", room_id=self.room_id, reason=reason, waited_ms=now_ms - since_ms)
        else:
            log.info("caption_gap_ended", room_id=self.room_id, reason=self.reason)
