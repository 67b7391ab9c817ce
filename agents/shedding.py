"""How long finals had to wait in; whether there is time for drafts out."""

from collections.abc import Iterable
from dataclasses import dataclass

LATE_MS = 400
"""Mean wait of finals for their pass: with so much the slowest of twenty wait for over two seconds."""
REMEMBERED = 32
"""Finals that the mean goes back over: several rooms that end a sentence together are no backlog."""
HOLD_MS = 5_000
"""For so long without a final drafts are held: then nobody speaks, or nothing would ever tell that there is time."""


@dataclass
class Shedding:
    """Drafts give way to finals before these are late: first those of the moment, then all until the mean falls."""

    mean_ms: float = 0.0
    held_until_ms: int = 0

    def waited(self, waits_ms: Iterable[int], now_ms: int) -> None:
        """Finals begin to be heard that have waited for so long."""
        for wait_ms in waits_ms:
            self.mean_ms += (wait_ms - self.mean_ms) / REMEMBERED
        self.held_until_ms = now_ms + HOLD_MS if self.mean_ms >= LATE_MS else now_ms

    def holds(self, now_ms: int) -> bool:
        """Whether drafts have to wait."""
        return now_ms < self.held_until_ms
