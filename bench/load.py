"""A process in; the cores and the memory of its children out, and the cores that others use meanwhile."""

import threading
import time
from typing import Self

SAMPLED_S = 0.5


class Load:
    """`with Load() as load:` watches all children of this process (and itself with `own`); the figures stand after it.

    `others` are the cores that everybody else on the machine used, this process included: a figure taken beside a busy
    neighbour says little.
    """

    def __init__(self, *, own: bool = False) -> None:
        self._own = own
        self.cores = 0.0
        self.others = 0.0
        self.peak_rss_mb = 0.0
        self._ending = threading.Event()

    def __enter__(self) -> Self:
        self._began_s, self._cpu_s, self._busy_s = time.monotonic(), _usage(self._own)[0], _busy_s()
        self._thread = threading.Thread(target=self._sample, name="load", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        lasted_s = time.monotonic() - self._began_s
        self.cores = (_usage(self._own)[0] - self._cpu_s) / lasted_s
        self.others = (_busy_s() - self._busy_s) / lasted_s - self.cores

    def _sample(self) -> None:
        while not self._ending.wait(SAMPLED_S):
            self.peak_rss_mb = max(self.peak_rss_mb, _usage(self._own)[1])


def _usage(own: bool) -> tuple[float, float]:
    """CPU seconds so far and resident MB now, of all children; pages that processes share count for each of them."""
    import psutil

    cpu_s = rss = 0.0
    here = psutil.Process()
    for child in [here] * own + here.children(recursive=True):
        try:
            times = child.cpu_times()
            cpu_s, rss = cpu_s + times.user + times.system, rss + child.memory_info().rss
        except psutil.NoSuchProcess:  # it ended between the list and the look
            continue
    return cpu_s, rss / 1e6


def _busy_s() -> float:
    """CPU seconds that the whole machine has worked so far."""
    import psutil

    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)
