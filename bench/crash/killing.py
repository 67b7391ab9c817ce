"""Targets and a seed in; SIGKILL to one of them after the other, at moments that nobody chose, out."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

PAUSE_S = (0.5, 6.0)
"""Between two kills, evenly drawn: a hundred take under six minutes, and a worker has time to come to work between
two of its own (6 s until the broker has given up the one before it)."""
ABSENT_S = 30.0
"""How long a target may be gone (Elasticsearch starts in 26 s) before the next one is taken instead."""
_LOOK_S = 0.05


class Target(NamedTuple):
    """`kill` sends SIGKILL to a process of this name and says whether one was there."""

    name: str
    kill: Callable[[], bool]


class Killer:
    """Kills in the background, each target as often as the others, in an order shuffled anew each round."""

    def __init__(self, targets: Sequence[Target], kills: int, seed: int) -> None:
        self.counts: Counter[str] = Counter({target.name: 0 for target in targets})
        self._targets = targets
        self._kills = kills
        self._random = random.Random(seed)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while self.counts.total() < self._kills:
            for target in self._random.sample(list(self._targets), len(self._targets)):
                if self._ending.wait(self._random.uniform(*PAUSE_S)) or self.counts.total() == self._kills:
                    return
                self.counts[target.name] += self._killed(target)

    def _killed(self, target: Target) -> bool:
        until = time.monotonic() + ABSENT_S
        while not (killed := target.kill()) and time.monotonic() < until and not self._ending.is_set():
            time.sleep(_LOOK_S)
        return killed
