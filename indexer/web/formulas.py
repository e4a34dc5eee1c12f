"""The pages of one formula: its permalink, its proof, the picture of its convergence, and its text for others."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from catalog.errors import FormulaError, FormularyError, NotFound, ServerError
from catalog.formulas.pcf import PCF, parse_formula
from catalog.formulas.polynomial import format_polynomial, read_coefficients
from catalog.formulas.programs import FORMATS
from catalog.store.fields import Path, paths_of
from catalog.store.formulas import formula_by_id, formula_by_key
from catalog.vocabulary import METRICS
from indexer.contract.stored import stored_formula
from indexer.similarity.nearest import Similar
from indexer.web import computed
from indexer.web.answers import (
    COMPUTED,
    Endpoint,
    csv_response,
    json_response,
    page,
    reading,
    seen,
    site_of,
    sql_response,
    text_response,
    with_ending,
)
from indexer.web.cite import formula_bibtex
from indexer.web.filters import address
from indexer.web.safety import PICTURE_POLICY, computing
from indexer.web.site import Site

CHECKED = ("theorem", "closed_form", "verified")
"""What stands behind a relation that is shown as the limit, the strongest first."""

LONGEST = 1_000
"""Characters of the coefficients in an address."""

PROGRAMS = {"tex": "latex", "gp": "pari", "sage": "sage", "m": "mathematica", "py": "sympy"}
"""The ending of each text for another program."""

ENDINGS = ("json", "bib", "csv", "sql", *PROGRAMS)


def formula_of(a: str, b: str) -> PCF:
    """The formula of two lists of coefficients, such as `1,2` and `0,0,1`; raises FormulaError."""
    if len(a) + len(b) > LONGEST:
        raise FormulaError(f"the coefficients are longer than the {LONGEST} characters that are read")
    return PCF(read_coefficients(a.split(","), "a(n)"), read_coefficients(b.split(","), "b(n)"))


def permalink(request: Request) -> Response:
    """A formula by its coefficients: from the catalogue, or evaluated where it is not there."""
    b, form = with_ending(request.path_params["b"], ENDINGS)
    formula = formula_of(request.path_params["a"], b)
    if form in PROGRAMS:
        return text_response(FORMATS[PROGRAMS[form]](formula) + "\n")
    if form == "bib":
        return text_response(formula_bibtex(formula, request), "application/x-bibtex; charset=utf-8")
    if form == "sql":
        a, b = format_polynomial(formula.a), format_polynomial(formula.b)
        return sql_response(f"select * from pcf('{a}', '{b}')")
    return _known(request, formula, form)


def _known(request: Request, formula: PCF, form: str | None) -> Response:
    site = site_of(request)
    with site.connection() as connection:
        there = formula_by_key(connection, formula.key) is not None
    return (_stored(formula, form) if there else _evaluated(formula, form))(request)


def by_number(request: Request) -> Response:
    """A formula by its number: to its permalink, or in another form."""
    text, form = with_ending(request.path_params["number"], ENDINGS)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**63:
        raise FormulaError("the number of a formula is a positive integer, such as /formula/1")
    with site_of(request).connection() as connection:
        row = formula_by_id(connection, int(text))
    if row is None or row["a"] is None:
        raise NotFound(f"the catalogue has no formula number {text}")
    return seen(address(PCF(row["a"], row["b"])) + (f".{form}" if form else ""))


def _stored(formula: PCF, form: str | None) -> Endpoint:
    """Answer with what the catalogue knows about a formula."""

    @reading
    def endpoint(request: Request, site: Site, connection: psycopg.Connection) -> Response:
        found = stored_formula(connection, formula)
        if form == "json":
            return json_response(found)
        if form == "csv":
            return csv_response([flat(found)])
        relations = [{"constant": None} | row for row in found["relations"]]
        relatives, no_relatives = _relatives(site, connection, found["id"])
        return _page(site, formula, found, relations=relations, relatives=relatives, no_relatives=no_relatives)

    return endpoint


def flat(found: dict[str, Any]) -> dict[str, Any]:
    """The object of a formula as one row: limit and metrics by their names, lists as they are."""
    limit = {f"limit_{name}": value for name, value in (found["limit"] or {}).items()}
    row = {name: value for name, value in found.items() if name not in ("limit", "metrics")}
    metrics: dict[str, Any] = found["metrics"]
    return row | limit | metrics


def _relatives(site: Site, connection: psycopg.Connection, number: int) -> tuple[list[tuple[PCF, Similar]], str | None]:
    """The nearest formulas, or why there are none."""
    try:
        return [(parse_formula(hit.formula), hit) for hit in site.relatives(connection, number)], None
    except FormularyError as error:
        return [], str(error)


def _evaluated(formula: PCF, form: str | None) -> Endpoint:
    """Answer with what is computed of a formula that is not in the catalogue."""

    @computing
    def endpoint(request: Request) -> Response:
        site = site_of(request)
        found = site.computed(computed.evaluated, formula)
        if form == "json":
            return json_response(found)
        if form == "csv":
            return csv_response([flat(found)])
        return _page(site, formula, found, relations=[], relatives=[], no_relatives="it is not in the catalogue")

    return endpoint


def _page(site: Site, formula: PCF, found: dict[str, Any], **values: Any) -> Response:
    metrics = [(name, value, METRICS[name].partition(";")[0]) for name, value in found["metrics"].items()
               if name in METRICS and value is not None]  # fmt: skip
    return page(
        site,
        "formula.html",
        title=str(formula),
        formula=formula,
        found=found,
        metrics=metrics,
        programs=PROGRAMS,
        sources=found.get("sources", []),
        notes=found.get("notes", []),
        exclusions=found.get("exclusions", []),
        representations=found.get("representations", []),
        best=next((row for row in values["relations"] if row["kind"] != "formula" and row["proof"] in CHECKED), None),
        **values,
    )


@computing
def proof(request: Request) -> Response:
    """The proof of what a formula is, sought for this page, or its certificate."""
    site, formula = site_of(request), formula_of(request.path_params["a"], request.path_params["b"])
    found = site.computed(computed.proved, (formula, _paths(site, formula)))
    if request.url.path.endswith(".json"):
        response = json_response({name: value for name, value in found.items() if name != "sentences"})
    else:
        response = page(site, "proof.html", title=f"Proof of {formula}", formula=formula, found=found)
    response.headers["cache-control"] = COMPUTED
    return response


def _paths(site: Site, formula: PCF) -> tuple[Path, ...]:
    """Trajectories that a formula represents, none where the catalogue cannot be asked."""
    with suppress(ServerError), site.connection() as connection:
        row = formula_by_key(connection, formula.key)
        return () if row is None else paths_of(connection, [row["id"]]).get(row["id"], ())
    return ()


@computing
def convergence(request: Request) -> Response:
    """The picture of a formula's convergence."""
    formula = formula_of(request.path_params["a"], request.path_params["b"])
    picture = site_of(request).computed(computed.pictured, formula)
    headers = {"cache-control": COMPUTED, "content-security-policy": PICTURE_POLICY}
    return Response(picture, 200, headers, "image/svg+xml")
