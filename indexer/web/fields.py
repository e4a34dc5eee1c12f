"""Pages of matrix fields: those of the catalogue, and one with its constants and trajectories."""

from __future__ import annotations

from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from catalog.errors import NotFound
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store.fields import field_by_name, field_constants, trajectories_of
from catalog.store.fields import fields as all_fields
from indexer.web.answers import csv_response, form_of, json_response, page, reading, sql_response, with_ending
from indexer.web.site import Site

TRAJECTORIES = 100
"""Trajectories that the page of a field shows."""

LONGEST = 200
"""Characters of the name of a field."""


@reading
def fields(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """The matrix fields of the catalogue."""
    found = all_fields(connection)
    form = form_of(request)
    if form == "json":
        return json_response({"fields": found})
    if form == "csv":
        return csv_response(found)
    if form == "sql":
        return sql_response("select * from field order by id")
    return page(site, "fields.html", title="Matrix fields", rows=found)


@reading
def field(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """One field: its axes, the constants of its starts, and the trajectories with the best rate a degree."""
    name, form = with_ending(request.path_params["name"], ("json", "csv", "sql"))
    row = None if len(name) > LONGEST or "\0" in name else field_by_name(connection, name)
    if row is None:
        raise NotFound(f"there is no field {name[:60]!r}; /fields lists those that there are")
    if form == "sql":
        return sql_response(f"select * from trajectories where field = '{name.replace(chr(39), 2 * chr(39))}'")
    trajectories = trajectories_of(connection, name, TRAJECTORIES)
    if form == "csv":
        return csv_response(trajectories)
    constants = field_constants(connection, name)
    if form == "json":
        return json_response(row | {"constants": constants, "trajectories": trajectories})
    shown = [found | {"value": _read(found["formula"])} for found in trajectories]
    return page(
        site, "field.html", title=f"Field {name}", row=row, constants=constants, trajectories=shown, most=TRAJECTORIES
    )


def _read(text: Any) -> PCF | None:
    """The formula of a text of the catalogue; None where there is none, or one of another kind."""
    return parse_formula(text) if text and text.startswith("PCF(") else None
