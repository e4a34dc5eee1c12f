"""What keeps the server and its readers safe: headers on every answer, and a rate for whoever has it compute."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.web.answers import Endpoint, sentence_response, site_of

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The pages have no scripts, and fetch nothing but the style sheet and pictures of this server."""

PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""A picture has its styles in itself."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class SafeHeaders:
    """Gives every answer `HEADERS`, where it has none of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sent)


def computing(endpoint: Endpoint) -> Endpoint:
    """An endpoint that computes, refused by 429 to an address that asks too often."""

    def limited(request: Request) -> Response:
        seconds = site_of(request).rate.wait(request.client.host if request.client else "")
        if seconds:
            sentence = f"too many computations were asked for; try again in {seconds:.0f} s"
            return sentence_response(request, 429, sentence, {"retry-after": f"{max(1, round(seconds))}"})
        return endpoint(request)

    return limited
