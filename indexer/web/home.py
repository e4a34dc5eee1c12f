"""The first page, its one box, and what it leads to: a number identified, a formula read, a constant found."""

from __future__ import annotations

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from catalog.errors import ExpressionError, FormularyError, NotFound
from catalog.formulas.notations import looks_like_formula, read_formula_text
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store.browsing import newest_theorems, random_formula
from catalog.store.constants import own_constants
from catalog.store.progress import counts
from catalog.store.search import constant_name
from catalog.store.summaries import figures, standing
from indexer.identification.stored_limits import formulas_with_limit
from indexer.identification.typed import is_number
from indexer.web import computed
from indexer.web.answers import json_response, page, reading, seen
from indexer.web.filters import address, constant_address, listing
from indexer.web.safety import computing
from indexer.web.site import Site

NEWEST = 10
"""Theorems on the first page."""

LONGEST = 2_000
"""Characters of what is typed."""

MOST_DIGITS = 300
"""Characters of a number that is identified."""


@reading
def home(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """The box, counts, the newest theorems."""
    where = standing(connection)
    counted, findings = counts(connection, where), figures(connection, where, "findings")
    return page(
        site,
        "home.html",
        title="Formulary",
        asked="",
        formulas=sum(row["formulas"] for row in counted),
        canonical=sum(row["canonical"] for row in counted),
        findings=findings,
        counted_at=where.counted_at,
        newest=newest_theorems(connection, NEWEST),
    )


@reading
def at_random(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """A formula by chance."""
    formula = random_formula(connection)
    if formula is None:
        raise NotFound("there is no convergent formula yet; index some by `formulary run`")
    return seen(address(formula))


@reading
def search(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """What was typed into the box, taken for a number, a formula or a constant, to its page."""
    asked = _asked(request)
    if looks_like_formula(asked) and not is_number(asked):
        formula = _plain_formula(asked)
        return seen(listing("/read", q=asked) if formula is None else address(formula))
    try:
        return seen(constant_address(constant_name(connection, asked)))
    except NotFound:
        if is_number(asked):
            return seen(listing("/identify", q=asked))
        raise


def _plain_formula(asked: str) -> PCF | None:
    """The formula that was typed; None where the value that was written is a map of a formula's limit, or guessed."""
    try:
        return parse_formula(asked)
    except FormularyError:
        found = read_formula_text(asked)
    return found.formula if found.plain else None


def _asked(request: Request) -> str:
    asked = request.query_params.get("q", "").strip()
    if not asked:
        raise ExpressionError("nothing was asked; give a number, a formula or a constant")
    if len(asked) > LONGEST:
        raise ExpressionError(f"this is longer than the {LONGEST} characters that are read")
    return asked


@computing
@reading
def read(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """A value that was written as a fraction, as a Moebius map of the limit of a formula."""
    asked = _asked(request)
    understood = read_formula_text(asked)
    found = site.computed(computed.written, understood)
    return page(site, "read.html", title="As it was understood", asked=asked, formula=understood.formula, written=found)


@computing
@reading
def identify(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """What a number matches: relations with constants, and formulas of the catalogue."""
    asked = _asked(request)
    if len(asked) > MOST_DIGITS:
        raise ExpressionError(f"this has more than {MOST_DIGITS} characters; `formulary identify` takes longer numbers")
    found = dict(site.computed(computed.identified, (asked, own_constants(connection))))
    if found["outcome"] != "too_few_digits":
        matches = formulas_with_limit(connection, found["value"])
        found["formulas"] = [match.to_json() for match in matches]
        if matches and not found["relations"]:
            found |= {"outcome": "found", "reason": None}
        formulas = [(match.formula, match) for match in matches]
    else:
        formulas = []
    if request.url.path.endswith(".json"):
        return json_response(found)
    return page(site, "identify.html", title=f"Identify {asked[:40]}", asked=asked, found=found, formulas=formulas)
