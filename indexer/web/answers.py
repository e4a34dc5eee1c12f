"""How requests are answered: pages, JSON, files, errors in one sentence, and 304 where nothing has changed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from catalog.errors import FormularyError, NotFound, TooBusy, TooLong, Unavailable
from catalog.store.browsing import state
from catalog.version import __version__
from indexer.web.site import Site

FRESH = "no-cache"
"""Keep it, but ask whether it is still so."""

VOLATILE = "no-store"
"""Of this moment only."""

COMPUTED = "public, max-age=3600"
"""Mathematics, which does not change with the catalogue."""

_LEADING = re.compile(r"\A(?:--[^\n]*\n\s*)+")

View = Callable[[Request, Site, psycopg.Connection], Response]
Endpoint = Callable[[Request], Response]


def site_of(request: Request) -> Site:
    """The site of a request."""
    site: Site = request.app.state.site
    return site


def reading(view: View) -> Endpoint:
    """An endpoint that reads the catalogue; it is answered by 304 while catalogue and address are those of its ETag."""

    def endpoint(request: Request) -> Response:
        site = site_of(request)
        with site.connection() as connection:
            tag = _tag(request, state(connection))
            if _matches(request.headers.get("if-none-match"), tag):
                return Response(status_code=304, headers={"etag": tag, "cache-control": FRESH})
            response = view(request, site, connection)
        if response.status_code == 200 and "cache-control" not in response.headers:
            response.headers["etag"] = tag
            response.headers["cache-control"] = FRESH
        return response

    return endpoint


def _tag(request: Request, seen: str) -> str:
    """The ETag of an address in a state of the catalogue, by this version of the program."""
    text = "\n".join((__version__, seen, request.url.path, request.url.query))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _matches(header: str | None, tag: str) -> bool:
    return header is not None and tag in (part.strip() for part in header.split(","))


def page(site: Site, template: str, *, status: int = 200, volatile: bool = False, **values: Any) -> Response:
    """A page of HTML by a template."""
    text = site.templates.get_template(template).render(**values)
    headers = {"cache-control": VOLATILE} if volatile else None
    return Response(text, status, headers, "text/html; charset=utf-8")


def json_response(value: Any, *, status: int = 200, volatile: bool = False) -> Response:
    """An object as JSON; moments are in ISO 8601."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    headers = {"cache-control": VOLATILE} if volatile else None
    return Response(text + "\n", status, headers, "application/json")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def text_response(text: str, kind: str = "text/plain; charset=utf-8") -> Response:
    """A text that is shown or saved."""
    return Response(text, 200, None, kind)


def csv_response(rows: Sequence[dict[str, Any]]) -> Response:
    """Rows as comma-separated values with a header; lists are JSON, NULL is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow("" if value is None else _cell(value) for value in row.values())
    return text_response(text.getvalue(), "text/csv; charset=utf-8")


def _cell(value: Any) -> str:
    return json.dumps(value, default=_plain) if isinstance(value, list | tuple | dict) else str(_as_text(value))


def _as_text(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else _plain(value)


def sql_response(text: str) -> Response:
    """A statement in SQL, to be run by `formulary sql`, which takes text that begins with dashes for an option."""
    return text_response(_LEADING.sub("", text.strip()).removesuffix(";") + ";\n", "application/sql; charset=utf-8")


def form_of(request: Request) -> str | None:
    """The form that the ending of a path asks for, such as `json`; None for a page."""
    return request.url.path.rpartition("/")[2].partition(".")[2] or None


def seen(path: str) -> RedirectResponse:
    """A redirection to what was asked for in other words."""
    return RedirectResponse(path, 303, {"cache-control": VOLATILE})


def with_ending(text: str, endings: tuple[str, ...]) -> tuple[str, str | None]:
    """A part of a path without the ending that names a form, and the form."""
    name, dot, ending = text.rpartition(".")
    return (name, ending) if dot and ending in endings else (text, None)


def status_of(error: FormularyError) -> int:
    """The status of an error: 404 not there, 503 not now, 422 what cannot be used."""
    if isinstance(error, NotFound):
        return 404
    return 503 if isinstance(error, Unavailable | TooBusy | TooLong) else 422


def failed(request: Request, error: Exception) -> Response:
    """One sentence, as a page or as JSON where JSON was asked for."""
    if isinstance(error, HTTPException):
        status = error.status_code
        sentence = {404: "there is no such page", 405: "this site is only read; use GET"}.get(status, error.detail)
        headers = error.headers
    else:
        assert isinstance(error, FormularyError)
        status, sentence, headers = status_of(error), str(error) or str(error.__doc__).rstrip("."), None
    return sentence_response(request, status, sentence, headers)


def sentence_response(request: Request, status: int, sentence: str, headers: Any = None) -> Response:
    """A page, or an object, that says one sentence."""
    if request.url.path.endswith(".json"):
        response = json_response({"error": sentence}, status=status, volatile=True)
    elif request.url.path.startswith("/static"):
        response = PlainTextResponse(sentence, status)
    else:
        response = page(site_of(request), "error.html", status=status, volatile=True, title="Error", sentence=sentence)
    response.headers.update(headers or {})
    return response
