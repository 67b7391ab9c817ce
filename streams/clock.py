"""The wall clock, read here and passed in everywhere else."""

import time


def now_ms() -> int:
    """Unix time, ms."""
    return time.time_ns() // 1_000_000
