"""Targets and a seed in; SIGKILL to one of them after the other, at moments that nobody chose, out."""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

PAUSE_S = (0.5, 6.0)
"""From the moment that the last victim is back to the next kill, evenly drawn."""
BACK_S = 60.0
"""How long the next kill waits for the last victim at most; one that takes longer counts as not back."""
LOOK_S = 0.1


class Target(NamedTuple):
    """`kill` sends SIGKILL to a process of this name and says whether one was there; `back` whether it works again.

    The killer does not wait for a target that is `slow`: its outage overlaps with the next kills of others.
    """

    name: str
    kill: Callable[[], bool]
    back: Callable[[], bool]
    slow: bool = False


class Killer:
    """Kills in the background: the target killed least often that is there, by lot among equals.

    Traffic goes on all the while. What is slow to come back (Elasticsearch takes half a minute) is passed over until it
    is there and has its turn later. `back_s` has how long each kill took to be got over, by target.
    """

    def __init__(self, targets: Sequence[Target], kills: int, seed: int) -> None:
        self.counts: Counter[str] = Counter({target.name: 0 for target in targets})
        self.back_s: defaultdict[str, list[float]] = defaultdict(list)
        self.not_back = 0
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
                if not killed.slow:
                    self._see_back(killed)

    def _see_back(self, target: Target) -> None:
        began_s = time.monotonic()
        while not self._ending.wait(LOOK_S):
            took_s = time.monotonic() - began_s
            if target.back():
                self.back_s[target.name].append(took_s)
                return
            if took_s > BACK_S:
                self.not_back += 1
                return
