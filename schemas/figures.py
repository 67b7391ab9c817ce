"""Records of the index `figures`: numbers about what went through, one document per part, caption, finding or fact."""

from schemas.base import Record


class Figure(Record, frozen=True, kw_only=True):
    """One number of one minute. `figure_id` is derived from its source, so writing it twice changes nothing."""

    figure_id: str
    minute_ms: int
    room_id: str
    name: str
    value: float
    label: str = ""
