"""What is committed never passes a record that is still being worked on, whatever was committed before."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from schemas.asks import CloseRoom, Command
from schemas.facts import Refused
from schemas.topics import REFUSALS
from streams.progress import Progress
from streams.reading import TopicReader
from tests.streams.test_deliveries import send, start, wait_until


@given(st.lists(st.integers(0, 30), unique=True, min_size=1), st.data())
def test_the_commit_is_the_first_record_that_is_not_done(offsets: list[int], data: st.DataObject) -> None:
    handed_out, acked, committed = sorted(offsets), set[int](), 0
    progress = Progress()
    for offset in handed_out:
        progress.handed_out(offset)
        progress.handed_out(data.draw(st.sampled_from(handed_out[: handed_out.index(offset) + 1])))  # after a seek
        acked |= data.draw(st.sets(st.sampled_from(handed_out[: handed_out.index(offset) + 1])))
        committed = progress.passed(acked) or committed
        left = [known for known in handed_out[: handed_out.index(offset) + 1] if known not in acked]
        assert not left or committed <= left[0]
    committed = progress.passed(set(handed_out)) or committed
    assert committed == handed_out[-1] + 1


def test_nothing_is_committed_while_the_very_first_record_is_unfinished() -> None:
    progress = Progress()
    for offset in range(4):
        progress.handed_out(offset)
    assert progress.passed({1, 2, 3}) is None
    assert progress.passed({0, 1, 3}) == 2


def test_a_worker_that_was_killed_gets_what_it_had_not_acknowledged_at_the_head_again(
    kafka: str, tmp_path: Path
) -> None:
    """Record 0 is held, 1 to 4 are acknowledged and a second passes, time for five commits; then SIGKILL."""
    group = f"group-{uuid4().hex[:8]}"
    seen: list[str] = []
    reader = TopicReader(kafka, [REFUSALS], lambda told: _note(told, group, seen.append))
    for number in range(5):
        send(kafka, group, Command(command_id=f"{number}", room_id=group, actor="test", at_ms=1, ask=CloseRoom()))
    for times, held in enumerate(("0", "nothing"), 1):
        worker = start(kafka, group, "none", tmp_path, held)
        wait_until(lambda times=times: seen.count("0") == times)  # type: ignore[misc]
        time.sleep(1.0)
        worker.kill()
        worker.wait()
    reader.close()
    assert seen.count("0") == 2


def _note(told: object, group: str, take: Callable[[str], None]) -> None:
    if isinstance(told, Refused) and told.room_id == group:
        take(told.command_id)
