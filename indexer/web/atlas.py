"""The map: canonical formulas in the plane of two metrics, each cell a link to the formulas in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from catalog.store.summaries import figures, standing
from indexer.web.answers import csv_response, form_of, json_response, page, reading
from indexer.web.filters import listing
from indexer.web.site import Site

ACROSS, UP = 60, 40
"""Cells of the map, as view summary_now counts them."""

DELTA, GROWTH = (-1.5, 1.5), (-10.0, 10.0)
"""Where the map begins and ends."""

SIZE = 12
"""Width and height of a cell."""

SHADES = 6
"""Shades of the cells, by the logarithm of the number of formulas."""


@dataclass(frozen=True)
class Cell:
    """A cell: where it begins in both metrics, where it is drawn, its shade from 1 on, and its formulas."""

    delta: float
    growth: float
    x: int
    y: int
    shade: int
    formulas: int
    address: str


@reading
def atlas(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """Formulas by delta and the growth of the reduced denominators."""
    where = standing(connection)
    cells = drawn(figures(connection, where, "map"))
    objects = [{"delta": cell.delta, "growth": cell.growth, "formulas": cell.formulas} for cell in cells]
    form = form_of(request)
    if form == "json":
        return json_response({"cells": objects, "counted_at": where.counted_at})
    if form == "csv":
        return csv_response(objects)
    return page(
        site,
        "map.html",
        title="Map",
        cells=cells,
        size=SIZE,
        width=ACROSS * SIZE,
        height=UP * SIZE,
        marks=[
            (round((x - DELTA[0]) / (DELTA[1] - DELTA[0]) * ACROSS * SIZE), f"{x:g}") for x in (-1, -0.5, 0, 0.5, 1)
        ],
        levels=[(round((1 - (y - GROWTH[0]) / (GROWTH[1] - GROWTH[0])) * UP * SIZE), f"{y:g}") for y in (-5, 0, 5)],
        counted_at=where.counted_at,
    )


def drawn(counted: list[list[Any]]) -> list[Cell]:
    """The cells of rows of column and line, both from 1 on, and number of formulas."""
    most = max((formulas for _, _, formulas in counted), default=1)
    found = []
    for column, line, formulas in counted:
        low = DELTA[0] + (DELTA[1] - DELTA[0]) * (column - 1) / ACROSS
        bottom = GROWTH[0] + (GROWTH[1] - GROWTH[0]) * (line - 1) / UP
        address = listing(
            "/formulas",
            min_delta=f"{low:.4g}",
            max_delta=f"{low + (DELTA[1] - DELTA[0]) / ACROSS:.4g}",
            min_growth=f"{bottom:.4g}",
            max_growth=f"{bottom + (GROWTH[1] - GROWTH[0]) / UP:.4g}",
            sort="delta",
        )
        shade = 1 + round((SHADES - 1) * math.log1p(formulas) / math.log1p(most))
        found.append(
            Cell(round(low, 4), round(bottom, 4), (column - 1) * SIZE, (UP - line) * SIZE, shade, formulas, address)
        )
    return found
