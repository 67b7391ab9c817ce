"""The console's HTTP API as functions: what the command line and the demo ask, through the same door as everybody."""

import time
from collections.abc import Callable
from typing import Any, Self

import httpx

from schemas.errors import EarwitnessError, Invalid, Missing, Unavailable

REQUEST_SECONDS = 30.0
DOWNLOAD_SECONDS = 1800.0
"""One speaker of a long room is made while the caller waits."""
POLL_SECONDS = 0.2


class Client:
    """A person's or a program's connection to a console at `base_url`."""

    def __init__(self, base_url: str, *, actor: str = "command-line") -> None:
        self._http = httpx.Client(base_url=base_url, timeout=REQUEST_SECONDS, headers={"Earwitness-Actor": actor})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def open_room(self, title: str, host: str, *, record: bool = True) -> dict[str, Any]:
        return self._json("POST", "/rooms", json={"title": title, "host": host, "record": record})

    def join(self, room_id: str, speaker: str, content_type: str) -> dict[str, Any]:
        return self._json("POST", f"/rooms/{room_id}/tracks", json={"speaker": speaker, "content_type": content_type})

    def leave(self, room_id: str, track_id: str) -> None:
        self._request("DELETE", f"/rooms/{room_id}/tracks/{track_id}")

    def close_room(self, room_id: str) -> dict[str, Any]:
        return self._json("POST", f"/rooms/{room_id}/close")

    def share(self, room_id: str) -> dict[str, Any]:
        return self._json("POST", f"/rooms/{room_id}/share")

    def trim(self, room_id: str, start_ms: int) -> dict[str, Any]:
        return self._json("POST", f"/rooms/{room_id}/trim", json={"start_ms": start_ms})

    def room(self, room_id: str) -> dict[str, Any]:
        return self._json("GET", f"/rooms/{room_id}")

    def rooms(self) -> list[dict[str, Any]]:
        return list(self._json("GET", "/rooms")["rooms"])

    def search(self, words: str, **filters: str) -> list[dict[str, Any]]:
        return list(self._json("GET", "/search", params={"q": words, **filters})["hits"])

    def purge(self, *, execute: bool) -> dict[str, Any]:
        return self._json("POST", "/purge", json={"execute": execute})

    def health(self) -> dict[str, Any]:
        """What the console says of its parts, whether all are well or not."""
        try:
            return dict(self._http.get("/health").json())
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(f"the console does not answer: {error}") from error

    def correct(self, room_id: str, caption_id: str, text: str) -> dict[str, Any]:
        return self._json("PUT", f"/rooms/{room_id}/captions/{caption_id}", json={"text": text})

    def erase(self, room_id: str, speaker: str) -> dict[str, Any]:
        return self._json("POST", f"/rooms/{room_id}/erasures", json={"speaker": speaker})

    def download(self, path: str, **options: str) -> bytes:
        return self._request("GET", path, params=options, timeout=DOWNLOAD_SECONDS).content

    def wait_for(self, room_id: str, done: Callable[[dict[str, Any]], bool], *, timeout_s: float) -> dict[str, Any]:
        """Ask for the room until `done` says yes; `Unavailable` when that takes too long."""
        until = time.monotonic() + timeout_s
        while not done(room := self.room(room_id)):
            if time.monotonic() > until:
                raise Unavailable(f"room {room_id} is not finished after {timeout_s:.0f} s")
            time.sleep(POLL_SECONDS)
        return room

    def _json(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        return dict(self._request(method, path, **arguments).json())

    def _request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            raise Unavailable(f"the console does not answer: {error}") from error
        if response.is_success:
            return response
        raise _problem(response)


def _problem(response: httpx.Response) -> EarwitnessError:
    """The problem document (RFC 9457) as one of our errors."""
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    detail = problem.get("detail") or f"the console answered {response.status_code}"
    if response.status_code in (404, 410):
        return Missing(detail)
    if response.status_code >= 500:
        return Unavailable(detail)
    return Invalid(problem.get("reason", "refused"), detail, field=problem.get("field", ""))
