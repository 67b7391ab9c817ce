"""A live room's gaps in; how its captions are out: at each change, and every few seconds."""

from dataclasses import dataclass, field

import structlog

from agents.hearing_figures import HearingFigures
from processors.gaps import GapWatch
from schemas.captions import IDLE, CaptionState

log = structlog.get_logger()

PULSE_MS = 5_000
"""How often a worker says that it still listens to a room: who follows notices its death within two of them."""
IDLE_AFTER_MS = 10_000
"""A room that has sent nothing for so long is said to be idle, once: nobody has to hear of it again until it speaks."""


@dataclass
class StateTeller:
    """One room: when audio of it arrived last (Unix ms), its gaps, and what was said of them last."""

    room_id: str
    arrived_ms: int
    told_ms: int
    reason: str = ""
    gaps: GapWatch = field(default_factory=GapWatch)

    def tell(self, now_ms: int, figures: HearingFigures) -> CaptionState | None:
        """The state, where it is new or it is time to say it again."""
        gap, since_ms = self.gaps.gap(now_ms)
        reason = gap or (IDLE if now_ms - self.arrived_ms > IDLE_AFTER_MS else "")
        if reason == self.reason and (reason == IDLE or now_ms - self.told_ms < PULSE_MS):
            return None
        self._note(gap, now_ms - since_ms, figures)
        self.told_ms, self.reason = now_ms, reason
        return CaptionState(room_id=self.room_id, delayed=bool(gap), since_ms=since_ms, reason=reason, at_ms=now_ms)

    def _note(self, gap: str, waited_ms: int, figures: HearingFigures) -> None:
        before = "" if self.reason == IDLE else self.reason
        if gap and gap != before:
            figures.gaps.labels(gap).inc()
            log.error("caption_gap_began", room_id=self.room_id, reason=gap, waited_ms=waited_ms)
        elif before and not gap:
            log.info("caption_gap_ended", room_id=self.room_id, reason=before)
