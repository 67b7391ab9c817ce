"""What somebody outside is told of a case: no words, no names, and the address at which a moderator opens it."""

from schemas.base import Record


class Alert(Record, frozen=True, kw_only=True):
    """`alert_id` is the case's id: the same alert twice is the same case. `page` asks to wake somebody up.

    Times of the passage are room time, `opened_ms` is Unix time, ms; `dsa` is the category of the DSA.
    """

    alert_id: str
    room_id: str
    case_id: str
    track_id: str
    category: str
    dsa: str
    score: float
    source: str
    page: bool
    start_ms: int | None
    end_ms: int | None
    opened_ms: int
    review_url: str
