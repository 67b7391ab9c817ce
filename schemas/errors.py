"""The tree of errors, drawn once.

EarwitnessError
├── Invalid            the caller's data is wrong: says which field and what to do
│   └── Malformed      bytes or JSON that do not decode into a record
├── Missing            a thing that was asked for is not there
├── Conflict           somebody else was first (conditional write)
└── Unavailable        broker, index, store or model is away: try again later
"""


class EarwitnessError(Exception):
    """Base of everything Earwitness raises on purpose."""


class Invalid(EarwitnessError):
    """The caller's data is wrong.

    `reason` is a stable code such as `sequence_repeated`, `field` names the offending field (or is empty),
    and the message says what is wrong and what to do.
    """

    def __init__(self, reason: str, detail: str, *, field: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.field = field


class Malformed(Invalid):
    """Bytes, headers or JSON that do not decode into a record."""


class Missing(EarwitnessError):
    """A thing that was asked for is not there."""


class Conflict(EarwitnessError):
    """Somebody else wrote first."""


class Unavailable(EarwitnessError):
    """Broker, index, store or model is away; the same call may work later."""
