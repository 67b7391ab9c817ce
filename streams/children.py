"""How a process is started in; the process kept running out: whenever it ends on its own it is started again."""

import subprocess
import time
from collections.abc import Callable

import structlog

from schemas.errors import Unavailable

log = structlog.get_logger()

RESTART_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
WELL_AFTER_S = RESTART_PAUSES_S[-1]
"""Who ran that long before it ended is rare enough without a pause: its pauses begin again."""


class Child:
    """A process that is started again when it ends on its own, a little later each time that it ends soon."""

    def __init__(
        self, name: str, start: Callable[[], "subprocess.Popen[bytes]"], *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._start = start
        self._now_s = now_s
        self.process = start()
        self._started_s = now_s()
        self._ends = 0
        self._restart_at = 0.0

    def watch(self) -> bool:
        """Start the process again when its pause is over; says whether it did."""
        if self.process.poll() is None:
            return False
        now_s = self._now_s()
        if not self._restart_at:
            if now_s - self._started_s >= WELL_AFTER_S:
                self._ends = 0
            self._plan(now_s, f"status {self.process.returncode}")
        elif now_s >= self._restart_at:
            return self._restarted()
        return False

    def _plan(self, now_s: float, why: str) -> None:
        pause = RESTART_PAUSES_S[min(self._ends, len(RESTART_PAUSES_S) - 1)]
        log.error("child_ended", child=self.name, why=why, restart_in_s=pause)
        self._ends += 1
        self._restart_at = now_s + pause

    def _restarted(self) -> bool:
        try:
            self.process = self._start()
        except Unavailable as error:
            self._plan(self._now_s(), str(error))
            return False
        self._started_s = self._now_s()
        self._restart_at = 0.0
        return True
