"""Pages about the catalogue itself: how it stands, what its words mean, how it is cited, its API."""

from __future__ import annotations

from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from catalog.store.health import read_one_formula
from catalog.store.summaries import figures, standing
from indexer.contract.prometheus import exposition
from indexer.contract.status import status as status_object
from indexer.web.answers import VOLATILE, json_response, page, reading, text_response
from indexer.web.cite import catalogue_bibtex
from indexer.web.description import description, routes_described
from indexer.web.site import Site


@reading
def status(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """How far the indexer is, who works, and what was found."""
    where = standing(connection)
    found = status_object(connection, _home(site), where)
    if request.url.path.endswith(".json"):
        return json_response(found | {"counted_at": where.counted_at}, volatile=True)
    return page(site, "status.html", volatile=True, title="Status", found=found, counted_at=where.counted_at)


@reading
def metrics(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """Figures in the text format of Prometheus."""
    where = standing(connection)
    text = exposition(connection, status_object(connection, _home(site), where), _home(site), where)
    response = text_response(text, "text/plain; version=0.0.4; charset=utf-8")
    response.headers["cache-control"] = VOLATILE
    return response


@reading
def healthz(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """`ok` where the catalogue can be read; 503 otherwise."""
    read_one_formula(connection)
    response = text_response("ok\n")
    response.headers["cache-control"] = VOLATILE
    return response


@reading
def reliability(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """What theorem, verified, ball and agreement mean, with counts."""
    where = standing(connection)
    found: dict[str, Any] = figures(connection, where, "reliability") | {"counted_at": where.counted_at}
    if request.url.path.endswith(".json"):
        return json_response(found, volatile=True)
    return page(site, "reliability.html", volatile=True, title="How reliable this is", **found)


@reading
def cite(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """How to cite the catalogue."""
    bibtex = catalogue_bibtex(request)
    if request.url.path.endswith(".bib"):
        return text_response(bibtex, "application/x-bibtex; charset=utf-8")
    return page(site, "cite.html", title="Cite", bibtex=bibtex)


def api(request: Request) -> Response:
    """The description of the API, OpenAPI 3.1, or a page about it."""
    site: Site = request.app.state.site
    if request.url.path.endswith(".json"):
        return json_response(description())
    return page(site, "api.html", title="API", routes=routes_described())


def _home(site: Site) -> str | None:
    return None if site.home is None else str(site.home)
