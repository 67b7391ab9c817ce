"""A model's threads step back behind everybody else's; whoever asked for it does not."""

import os
import sys
import threading

import pytest

from processors.engines.aside import NICE, aside


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
def test_threads_that_loading_starts_have_a_lower_priority_and_the_caller_keeps_its_own() -> None:
    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def loaded() -> list[int]:
        found: list[int] = []
        worker = threading.Thread(target=lambda: found.append(nice()))
        worker.start()
        worker.join()
        return found

    before = nice()
    assert aside(loaded) == [max(before, NICE)]
    assert nice() == before


def test_what_cannot_be_loaded_is_said_to_the_caller() -> None:
    def broken() -> None:
        raise ValueError("no such model")

    with pytest.raises(ValueError, match="no such model"):
        aside(broken)
