"""What went wrong, told to the caller: exceptions in, RFC 9457 problem documents out."""

import re
from http import HTTPStatus
from typing import Any

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from console.admission import Busy
from console.ranges import Unsatisfiable
from schemas.base import Record
from schemas.errors import Conflict, Invalid, Missing, Unavailable

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
"""What a caller is asked to wait when a part is away: about one round of the clients' own retries."""

STATUS_OF: dict[str, int] = {
    "cross_site": 403,
    "captions_not_ready": 404,
    "missing": 404,
    "not_ready": 404,
    "nothing_recorded": 404,
    "unknown_caption": 404,
    "unknown_case": 404,
    "unknown_link": 404,
    "unknown_room": 404,
    "unknown_segment": 404,
    "unknown_speaker": 404,
    "unknown_track": 404,
    "public_time_over": 410,
    "purged": 410,
    "recording_deleted": 410,
    "share_expired": 410,
    "sequence_backwards": 409,
    "sequence_jump": 409,
    "sequence_repeated": 409,
    "not_recorded": 409,
    "room_closed": 409,
    "track_left": 409,
    "sequence_unknown": 409,
    "stream_silent": 408,
    "length_missing": 411,
    "chunk_too_large": 413,
    "content_type_changed": 415,
    "content_type_missing": 415,
    "unsupported_codec": 415,
    "range_not_satisfiable": 416,
    "empty_category": 422,
    "empty_explanation": 422,
    "empty_host": 422,
    "empty_reason": 422,
    "empty_reporter": 422,
    "empty_speaker": 422,
    "empty_text": 422,
    "empty_title": 422,
    "field_invalid": 422,
    "field_missing": 422,
    "good_faith_missing": 422,
    "invalid_id": 422,
    "invalid_range": 422,
    "mask_unknown": 422,
    "profile_unknown": 422,
    "invalid_start": 422,
    "unknown_policy": 422,
}
"""The status of each reason. Others are 400 where data is wrong, 409 where the room's state forbids it."""


class RefusedByRoom(Invalid):
    """The steward said no."""


class Undecided(Exception):
    """No decision has come in time; the command stands and will be carried out (202)."""

    def __init__(self, command_id: str, room_id: str) -> None:
        super().__init__(command_id)
        self.accepted = Accepted(command_id=command_id, room_id=room_id)


class Accepted(Record, frozen=True, kw_only=True):
    """A command that is not decided yet; the room shows when it is."""

    command_id: str
    room_id: str
    status: str = "accepted"


class Problem(Record, frozen=True, kw_only=True):
    """RFC 9457. `reason` is a stable code, `field` names the field, header or parameter at fault, or is empty."""

    type: str
    title: str
    status: int
    detail: str
    field: str
    reason: str


def problem(status: int, reason: str, detail: str, *, field: str = "") -> Problem:
    title = reason.replace("_", " ").capitalize()
    return Problem(
        type=f"urn:earwitness:problem:{reason}", title=title, status=status, detail=detail, field=field, reason=reason
    )


def respond(request: Request[Any, Any, Any], told: Problem, headers: dict[str, str] | None = None) -> Response[Problem]:
    request.app.state.services.metrics.problems.labels(told.reason).inc()
    return Response(told, status_code=told.status, media_type=MEDIA_TYPE, headers=headers)


def _undecided(_: Request[Any, Any, Any], error: Undecided) -> Response[Accepted]:
    return Response(error.accepted, status_code=202, media_type=MediaType.JSON)


def problem_of(error: Invalid) -> Problem:
    default = 409 if isinstance(error, RefusedByRoom) else 400
    status = STATUS_OF.get(error.reason, default)
    return problem(status, error.reason, error.detail, field=error.field)


def _invalid(request: Request[Any, Any, Any], error: Invalid) -> Response[Problem]:
    headers = {"Content-Range": f"bytes */{error.size}"} if isinstance(error, Unsatisfiable) else None
    return respond(request, problem_of(error), headers)


def _missing(request: Request[Any, Any, Any], error: Missing) -> Response[Problem]:
    return respond(request, problem(404, "missing", str(error)))


def _conflict(request: Request[Any, Any, Any], error: Conflict) -> Response[Problem]:
    return respond(request, problem(409, "conflict", str(error)))


def _unavailable(request: Request[Any, Any, Any], error: Unavailable) -> Response[Problem]:
    told = problem(503, "unavailable", str(error) or "a part is away; try again")
    return respond(request, told, {"Retry-After": str(RETRY_AFTER_S)})


def _busy(request: Request[Any, Any, Any], error: Busy) -> Response[Problem]:
    told = problem(error.status, error.reason, error.detail)
    return respond(request, told, {"Retry-After": str(error.wait_s)})


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    if error.status_code == 400:
        return respond(request, _bad_body(error))
    reason = "chunk_too_large" if error.status_code == 413 else HTTPStatus(error.status_code).name.lower()
    return respond(request, problem(error.status_code, reason, error.detail), error.headers)


_NAMED = re.compile(r"(unknown|missing required) field `([^`]*)`")


def _bad_body(error: HTTPException) -> Problem:
    """Litestar hands on what msgspec said of the body or a parameter; the field is in its message or its key."""
    fault = _first_fault(error)
    if fault is None:
        return problem(400, "json_malformed", error.detail)
    named = _NAMED.search(fault["message"])
    if named and named[1] == "unknown":
        return problem(400, "field_unknown", fault["message"], field=named[2])
    if fault["message"] == "'data'":
        return problem(400, "json_malformed", "the request has no JSON body")
    if named:
        return problem(422, "field_missing", fault["message"], field=named[2])
    return problem(422, "field_invalid", fault["message"], field="" if fault["key"] == "data" else fault["key"])


def _first_fault(error: HTTPException) -> dict[str, str] | None:
    if not isinstance(error, ValidationException) or not isinstance(error.extra, list) or not error.extra:
        return None
    return {"message": str(error.extra[0].get("message", "")), "key": str(error.extra[0].get("key", ""))}


def _bug(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    log.exception("request_failed", method=request.method, route=request.url.path, exc_info=error)
    return respond(request, problem(500, "internal_error", "this is our fault; it has been logged"))


HANDLERS: ExceptionHandlersMap = {
    Undecided: _undecided,
    Invalid: _invalid,
    Missing: _missing,
    Conflict: _conflict,
    Unavailable: _unavailable,
    Busy: _busy,
    HTTPException: _http,
    Exception: _bug,
}
