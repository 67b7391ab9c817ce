"""Targets and a seed in; SIGKILL to one of them after the other, at moments that nobody chose, out."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

PAUSE_S = (0.5, 6.0)
"""Between two kills, evenly drawn: a hundred take under six minutes, and a worker has time to come to work between
two of its own (6 s until the broker has given up the one before it)."""


class Target(NamedTuple):
    """`kill` sends SIGKILL to a process of this name and says whether one was there."""

    name: str
    kill: Callable[[], bool]


class Killer:
    """Kills in the background: the target killed least often that is there, by lot among equals.

    What is just coming back (Elasticsearch takes half a minute) is passed over and has its turn later.
    """

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
            if self._ending.wait(self._random.uniform(*PAUSE_S)):
                return
            shuffled = self._random.sample(list(self._targets), len(self._targets))
            in_turn = sorted(shuffled, key=lambda target: self.counts[target.name])
            killed = next((target for target in in_turn if target.kill()), None)
            if killed is not None:
                self.counts[killed.name] += 1
