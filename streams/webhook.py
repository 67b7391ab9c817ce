"""A message in, an HTTP POST to the address for it out; our errors back."""

import httpx

from processors.alerting import Message
from schemas.errors import Invalid, Unavailable

REQUEST_S = 5.0
"""A page has 30 s in all: so an address that hangs leaves time for a few tries."""

TRY_AGAIN = (408, 409, 425, 429)


class Webhook:
    """`agents.alerter.Receiver` over HTTP. Pages go to `page_url` where there is one; redirects are not followed."""

    def __init__(self, url: str, page_url: str = "") -> None:
        self._url = url
        self._page_url = page_url or url
        self._http = httpx.AsyncClient(timeout=REQUEST_S)

    async def tell(self, message: Message, *, page: bool) -> None:
        url = self._page_url if page else self._url
        try:
            answer = await self._http.post(url, content=message.body, headers=message.headers)
        except httpx.HTTPError as error:
            raise Unavailable(f"the webhook does not answer: {type(error).__name__}") from error
        if answer.is_success:
            return
        if answer.status_code in TRY_AGAIN or answer.is_server_error:
            raise Unavailable(f"the webhook answered {answer.status_code}")
        raise Invalid("alert_refused", f"the webhook answered {answer.status_code}")
