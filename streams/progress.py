"""Offsets of one partition as they are handed out and acknowledged in; how far the group may commit out."""

from collections import deque
from collections.abc import Set


class Progress:
    """Commits only what has nothing unacknowledged before it, from the first record handed out on.

    Faust looks for the first run of acknowledged offsets, and where nothing has been committed yet, or one record alone
    is missing in front of the run, it commits past what is still being worked on: a crash then loses that.
    """

    def __init__(self) -> None:
        self._waiting: deque[int] = deque()
        self._newest = -1

    def handed_out(self, offset: int) -> None:
        """A record goes to its agents; one that comes again after a seek is known already."""
        if offset > self._newest:
            self._newest = offset
            self._waiting.append(offset)

    def passed(self, acked: Set[int]) -> int | None:
        """The offset to commit, that is of the next record to be read; None while nothing more is done."""
        last = None
        while self._waiting and self._waiting[0] in acked:
            last = self._waiting.popleft()
        return None if last is None else last + 1
