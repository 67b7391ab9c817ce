"""Something that loads in; the same loaded out, with the threads that it started behind everybody else's on a CPU."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

NICE = 10
"""Of the model's threads: whoever waits for a core behind two of them waits for milliseconds, again and again."""


def aside(load: Callable[[], T]) -> T:
    """Load in a thread of a lower priority: on Linux the threads that it starts inherit it, elsewhere nothing changes.

    The model computes for as long as it is let; taking in what is said takes microseconds, but needs them at once.
    The thread ends here, because not everybody may raise a priority again.
    """
    with ThreadPoolExecutor(1, "loading", _step_back) as executor:
        return executor.submit(load).result()


def _step_back() -> None:
    if sys.platform == "linux":
        me = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, me, max(os.getpriority(os.PRIO_PROCESS, me), NICE))
