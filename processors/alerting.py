"""An alert in; the request that tells it out: to a webhook of one's own, to ROOST Osprey or to ROOST Coop."""

import hashlib
import hmac
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas.alerts import Alert
from schemas.base import Record
from schemas.errors import Invalid

SIGNATURE = "Earwitness-Signature"
TOLERANCE_MS = 300_000
"""How old a signature may be: five minutes, so that a recorded request cannot be sent again next week."""

COOP_ITEM_TYPE = "earwitness-passage"
COOP_REPORTER_TYPE = "earwitness-screener"


class Message(Record, frozen=True, kw_only=True):
    """A POST: headers and JSON body."""

    headers: dict[str, str]
    body: bytes


def webhook(alert: Alert, secret: str, now_ms: int) -> Message:
    """Our own form, signed: `t=<Unix s>,v1=<HMAC-SHA256 of "t.body" in hex>`."""
    return _message(alert, msgspec.json.encode(alert), _signed(secret, now_ms))


def osprey(alert: Alert, secret: str, now_ms: int) -> Message:
    """An input event of Osprey: `send_time` and an action with a number, a name and data of one's own.

    Source: roostorg/osprey, `example_data/template.json`. The number is derived from the alert, so a repetition has
    the same.
    """
    action = {
        "action_id": str(int.from_bytes(hashlib.sha256(alert.alert_id.encode()).digest()[:7])),
        "action_name": "earwitness_case_opened",
        "data": msgspec.to_builtins(alert),
    }
    body = msgspec.json.encode({"send_time": _rfc3339(now_ms), "data": action})
    return _message(alert, body, _signed(secret, now_ms))


def coop(alert: Alert, secret: str, now_ms: int) -> Message:
    """A report to Coop's `POST /api/v1/report`, with the secret as its API key.

    Source: roostorg/coop, `docs/api/report.md`. Item and user types are set up in Coop under the names above.
    """
    item = {"id": alert.case_id, "typeId": COOP_ITEM_TYPE, "data": msgspec.to_builtins(alert)}
    report: dict[str, Any] = {
        "reporter": {"kind": "user", "typeId": COOP_REPORTER_TYPE, "id": alert.source},
        "reportedAt": _rfc3339(alert.opened_ms),
        "reportedForReason": {"policyId": alert.category, "reason": alert.dsa, "csam": alert.category == "minors"},
        "reportedItem": item,
    }
    return _message(alert, msgspec.json.encode(report), {"X-API-KEY": secret} if secret else {})


FORMS: dict[str, Callable[[Alert, str, int], Message]] = {"webhook": webhook, "osprey": osprey, "coop": coop}


def form_of(name: str) -> Callable[[Alert, str, int], Message]:
    """The form of that name, or `Invalid`."""
    if name not in FORMS:
        raise Invalid("unknown_alert_form", f"alert_form must be one of {', '.join(FORMS)}", field="alert_form")
    return FORMS[name]


def is_signed(message: Message, secret: str, now_ms: int) -> bool:
    """What a receiver checks: the signature is ours, of this body, and not old."""
    fields = dict(part.partition("=")[::2] for part in message.headers.get(SIGNATURE, "").split(","))
    if not fields.get("t", "").isdecimal() or abs(now_ms - int(fields["t"]) * 1000) > TOLERANCE_MS:
        return False
    return hmac.compare_digest(_hmac(secret, fields["t"], message.body), fields.get("v1", ""))


def delay_ms(failures: int, alert_id: str) -> int:
    """How long to wait after so many failures in a row: from a second to five minutes, each alert a little apart."""
    spread = zlib.crc32(alert_id.encode()) % 1_000
    return min(1_000 << min(failures, 20), 300_000) + spread


def _message(alert: Alert, body: bytes, signed: dict[str, str] | Callable[[bytes], dict[str, str]]) -> Message:
    named = {"Content-Type": "application/json", "Idempotency-Key": alert.alert_id}
    return Message(headers=named | (signed if isinstance(signed, dict) else signed(body)), body=body)


def _signed(secret: str, now_ms: int) -> Callable[[bytes], dict[str, str]]:
    at = str(now_ms // 1000)
    return lambda body: {SIGNATURE: f"t={at},v1={_hmac(secret, at, body)}"} if secret else {}


def _hmac(secret: str, at: str, body: bytes) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _rfc3339(unix_ms: int) -> str:
    return datetime.fromtimestamp(unix_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
