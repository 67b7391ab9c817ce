"""How long finals had to wait in; whether there is time for drafts out."""

from dataclasses import dataclass

LATE_MS = 400
"""A final that has waited so long for its pass comes some two seconds after its speech, without a draft before it."""
HOLD_MS = 5_000
"""For so long after such a wait no draft begins; without an end to it nobody would notice that there is time again."""


@dataclass
class Shedding:
    """Drafts give way to finals before these are late: first those of the moment, then all for a while."""

    held_until_ms: int = 0

    def waited(self, waited_ms: int, now_ms: int) -> None:
        """A final begins to be heard that has waited for so long."""
        if waited_ms >= LATE_MS:
            self.held_until_ms = now_ms + HOLD_MS

    def holds(self, now_ms: int) -> bool:
        """Whether drafts have to wait."""
        return now_ms < self.held_until_ms
