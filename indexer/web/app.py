"""The application: which address is answered by whom, and what stands around all of them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.errors import FormularyError
from indexer.web import atlas, fields, formulas, home, lists, service
from indexer.web.answers import COMPUTED, failed, sentence_response
from indexer.web.safety import SafeHeaders
from indexer.web.site import Site

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
"""Names of this machine, by which a server on it is always reached."""


def application(site: Site, hosts: Sequence[str] = ()) -> Starlette:
    """The application over a site, which it opens and closes; it answers to these names of hosts and to loopback's."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        site.open()
        try:
            yield
        finally:
            site.close()

    app = Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        middleware=[
            Middleware(SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, *hosts], www_redirect=False),
        ],
        exception_handlers={HTTPException: failed, FormularyError: failed, 500: _broken},
    )
    app.state.site = site
    return app


def _broken(request: Request, error: Exception) -> Response:
    return sentence_response(request, 500, "this should not have happened; the server's log says more")


def style(request: Request) -> Response:
    """The style sheet: that of the report with what only a site has."""
    text, tag = _style()
    headers = {"cache-control": COMPUTED, "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(text, 200, headers, "text/css; charset=utf-8")


def icon(request: Request) -> Response:
    """The icon of the site."""
    text = (Path(__file__).parent / "icon.svg").read_text("utf-8")
    return Response(text, 200, {"cache-control": COMPUTED}, "image/svg+xml")


@cache
def _style() -> tuple[str, str]:
    here = Path(__file__).parent
    text = (here.parent / "pages" / "page.css").read_text("utf-8") + (here / "site.css").read_text("utf-8")
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


ROUTES = [
    Route("/", home.home),
    Route("/static/style.css", style),
    Route("/static/icon.svg", icon),
    Route("/favicon.ico", icon),
    Route("/search", home.search),
    Route("/random", home.at_random),
    Route("/read", home.read),
    Route("/identify", home.identify),
    Route("/identify.json", home.identify),
    Route("/formulas", lists.formulas),
    *(Route(f"/formulas.{form}", lists.formulas) for form in ("json", "csv", "sql")),
    Route("/formula/{number}", formulas.by_number),
    Route("/pcf/{a}/{b}", formulas.permalink),
    Route("/pcf/{a}/{b}/proof", formulas.proof),
    Route("/pcf/{a}/{b}/proof.json", formulas.proof),
    Route("/pcf/{a}/{b}/convergence.svg", formulas.convergence),
    Route("/constants", lists.constants),
    *(Route(f"/constants.{form}", lists.constants) for form in ("json", "csv", "sql")),
    Route("/constant/{name:path}", lists.constant),
    Route("/families", lists.families),
    *(Route(f"/families.{form}", lists.families) for form in ("json", "csv", "sql", "tex")),
    Route("/fields", fields.fields),
    *(Route(f"/fields.{form}", fields.fields) for form in ("json", "csv", "sql")),
    Route("/field/{name:path}", fields.field),
    Route("/map", atlas.atlas),
    *(Route(f"/map.{form}", atlas.atlas) for form in ("json", "csv")),
    Route("/clusters", lists.clusters),
    *(Route(f"/clusters.{form}", lists.clusters) for form in ("json", "csv", "sql")),
    Route("/clusters/{number}", lists.one_cluster),
    Route("/status", service.status),
    Route("/status.json", service.status),
    Route("/metrics", service.metrics),
    Route("/healthz", service.healthz),
    Route("/reliability", service.reliability),
    Route("/reliability.json", service.reliability),
    Route("/cite", service.cite),
    Route("/cite.bib", service.cite),
    Route("/api", service.api),
    Route("/api.json", service.api),
]
