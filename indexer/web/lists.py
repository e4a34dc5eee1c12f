"""Pages of many: formulas by conditions, constants, families, clusters. They go on by keys, never by an offset."""

from __future__ import annotations

import math
from typing import Any

import psycopg
from psycopg import ClientCursor
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from catalog.errors import FilterError, NotFound
from catalog.formulas.pcf import PCF, parse_formula
from catalog.store.browsing import FIRST, constant_row, constants_after
from catalog.store.clusters import cluster, cluster_events, cluster_formulas, cluster_list
from catalog.store.laws import patterns
from catalog.store.listing import KEYS, key_of, statement_of
from catalog.store.listing import page as formulas_page
from catalog.store.search import Filter, constant_name
from catalog.store.summaries import standing
from catalog.vocabulary import CONVERGENCE_CLASSES, PROOFS, STATUSES
from indexer.contract.laws import law_objects
from indexer.web.answers import (
    csv_response,
    form_of,
    json_response,
    page,
    reading,
    sql_response,
    text_response,
    with_ending,
)
from indexer.web.filters import listing
from indexer.web.site import Site

COUNT = 50
"""Rows of a page."""

MEMBERS = 100
"""Members of a cluster that its page shows."""

CLUSTERS = 200
"""Clusters that are listed, the largest."""

FAMILIES = 200
"""Families that are listed, those with most formulas."""

LONGEST = 200
"""Characters of a condition."""

IDENTIFIED = {"yes": True, "no": False}
"""Whether a formula has a verified or proved relation; `no`: it converges, and has neither that nor a closed form."""

NAMES = (
    "constant",
    "family",
    "class",
    "status",
    "degree",
    "min_delta",
    "max_delta",
    "min_growth",
    "max_growth",
    "proof",
    "identified",
    "source",
    "sort",
    "after",
)


@reading
def formulas(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """Formulas that meet conditions, in an order, from a key on."""
    asked = _asked(request.query_params)
    sort = _one_of("sort", asked.get("sort"), tuple(KEYS)) or "complexity"
    wanted = read_filter(connection, asked)
    after = _key(asked["after"]) if asked.get("after") else None
    form = form_of(request)
    if form == "sql":
        statement, parameters = statement_of(wanted, sort=sort, after=after, limit=COUNT)
        return sql_response(ClientCursor(connection).mogrify(statement, parameters))
    found = formulas_page(connection, wanted, sort=sort, after=after, limit=COUNT + 1)
    rows, more = found[:COUNT], len(found) > COUNT
    following = None
    if more:
        key = key_of(rows[-1], sort)
        path = request.url.path
        following = listing(path, **(asked | {"after": f"{key[0]!r},{key[1]}"}))
    if form == "json":
        return json_response({"formulas": [_object(row) for row in rows], "next": following})
    if form == "csv":
        return csv_response([_object(row) for row in rows])
    for row in rows:
        row["formula"] = PCF(row["a"], row["b"])
    return page(
        site,
        "formulas.html",
        title="Formulas",
        rows=rows,
        following=following,
        first=listing("/formulas", **{k: v for k, v in asked.items() if k != "after"}) if after else None,
        given={name: asked.get(name, "") for name in NAMES},
        forms={form: listing(f"/formulas.{form}", **asked) for form in ("json", "csv", "sql")},
        sorts=tuple(KEYS),
        classes=CONVERGENCE_CLASSES,
        statuses=STATUSES,
        proofs=PROOFS,
        answers=tuple(IDENTIFIED),
    )


def _object(row: dict[str, Any]) -> dict[str, Any]:
    """The object of `find` in the contract."""
    limit = {"limit": row["limit_value"], "digits": row["limit_digits"]}
    names = ("status", "convergence_class", "delta", "complexity", "family", "constant", "relation", "proof")
    formula = PCF(row["a"], row["b"])
    first = {"id": row["id"], "formula": str(formula), "a": list(row["a"]), "b": list(row["b"])}
    return first | limit | {name: row[name] for name in names}


def read_filter(connection: psycopg.Connection, asked: dict[str, str]) -> Filter:
    """The conditions of an address; raises FilterError, and NotFound for a constant that is not there."""
    constant, kind, state = asked.get("constant"), asked.get("class"), asked.get("status")
    identified = _one_of("identified", asked.get("identified"), tuple(IDENTIFIED))
    return Filter(
        constant=constant_name(connection, constant) if constant else None,
        family=asked.get("family"),
        classes=[str(_one_of("class", kind, CONVERGENCE_CLASSES))] if kind else (),
        statuses=[str(_one_of("status", state, STATUSES))] if state else (),
        degrees=_degrees(asked.get("degree")),
        min_delta=_number("min_delta", asked.get("min_delta")),
        max_delta=_number("max_delta", asked.get("max_delta")),
        min_growth=_number("min_growth", asked.get("min_growth")),
        max_growth=_number("max_growth", asked.get("max_growth")),
        proof=_one_of("proof", asked.get("proof"), PROOFS),
        identified=None if identified is None else IDENTIFIED[identified],
        source=asked.get("source"),
    )


def _asked(given: QueryParams) -> dict[str, str]:
    asked = {name: value.strip() for name, value in given.items() if value.strip()}
    for name, value in asked.items():
        if name not in NAMES:
            raise FilterError(f"there is no condition {name[:60]!r}; there are {', '.join(NAMES)}")
        if len(value) > LONGEST or "\0" in value:
            raise FilterError(f"{name} is longer than {LONGEST} characters, or no text")
    return asked


def _one_of(name: str, value: str | None, words: tuple[str, ...]) -> str | None:
    if value is not None and value not in words:
        raise FilterError(f"{name} is one of {', '.join(words)}, not {value[:60]!r}")
    return value


def _number(name: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FilterError(f"{name} is a number, not {text[:60]!r}")
    return number


def _degrees(text: str | None) -> tuple[int | None, int | None]:
    """The degrees of a and b, such as `1,2`; `-` for any."""
    if text is None:
        return None, None
    parts = text.split(",")
    if len(parts) != 2 or not all(
        part == "-" or (part.isascii() and part.isdigit() and len(part) < 3) for part in parts
    ):
        raise FilterError(f"degree is that of a and that of b, such as 1,2 or 1,- for any, not {text[:60]!r}")
    a, b = (None if part == "-" else int(part) for part in parts)
    return a, b


def _key(text: str) -> tuple[float, int]:
    value, _, number = text.partition(",")
    if not (number.isascii() and number.isdigit() and int(number) < 2**63):
        raise FilterError("after is the key of a row, as the address of the next page has it")
    return _number("after", value) or 0.0, int(number)


@reading
def constants(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """Constants in the order in which they are tried."""
    text = request.query_params.get("after")
    key = _key(text) if text else None
    where = standing(connection)
    rows = constants_after(connection, FIRST if key is None else (int(key[0]), key[1]), COUNT + 1, where)
    shown, following = rows[:COUNT], None
    if len(rows) > COUNT:
        following = listing(request.url.path, after=f"{shown[-1]['likelihood']},{shown[-1]['id']}")
    if form_of(request) == "sql":
        return sql_response("select * from constants_summary order by formulas desc, constant")
    if form_of(request) == "csv":
        return csv_response(shown)
    if request.url.path.endswith(".json"):
        return json_response({"constants": shown, "next": following, "counted_at": where.counted_at})
    return page(site, "constants.html", title="Constants", rows=shown, following=following, counted_at=where.counted_at)


@reading
def constant(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """One constant: its value, and the simplest formulas for it."""
    asked, form = with_ending(request.path_params["name"], ("json", "csv", "sql"))
    if len(asked) > LONGEST or "\0" in asked:
        raise NotFound("there is no such constant; /constants lists those that there are")
    where = standing(connection)
    row = constant_row(connection, constant_name(connection, asked), where)
    if row is None:
        raise NotFound(f"no constant {asked[:60]} in the catalogue; /constants lists those that there are")
    wanted = Filter(constant=row["name"])
    if form == "sql":
        return sql_response(ClientCursor(connection).mogrify(*statement_of(wanted, limit=COUNT)))
    found = formulas_page(connection, wanted, limit=COUNT)
    if form == "csv":
        return csv_response([_object(formula) for formula in found])
    best = formulas_page(connection, wanted, sort="delta", limit=5)
    if form == "json":
        simplest = [_object(formula) for formula in found]
        return json_response(row | {"simplest": simplest, "counted_at": where.counted_at})
    for formula in (*found, *best):
        formula["formula"] = PCF(formula["a"], formula["b"])
    return page(
        site,
        "constant.html",
        title=row["name"],
        row=row,
        rows=found,
        best=best,
        laws=patterns(connection, row["name"]),
        counted_at=where.counted_at,
    )


@reading
def families(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """Infinite families, as laws, those with most formulas first; the page leaves out those that lie in another."""
    found = sorted(patterns(connection), key=lambda row: (-row["formulas_found"], row["id"]))
    key = tuple((row["id"], row["found_at"]) for row in found)
    laws = site.once("families", key, lambda: law_objects(found))
    form = form_of(request)
    if form == "json":
        return json_response({"families": laws})
    if form == "csv":
        return csv_response(laws)
    if form == "sql":
        return sql_response("select * from pattern order by formulas_found desc, id")
    if form == "tex":
        return text_response("".join(f"\\[ {row['latex']} \\]\n" for row in laws))
    alone = [row for row in laws if row["within"] is None]
    return page(
        site,
        "families.html",
        title="Infinite families",
        laws=alone[:FAMILIES],
        more=len(alone[FAMILIES:]),
        within=len(laws) - len(alone),
    )


@reading
def clusters(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """Clusters, the largest first."""
    where = standing(connection)
    form = form_of(request)
    if form == "sql":
        query = "select * from clusters where retired_at is null order by canonical desc, members desc, id"
        return sql_response(f"{query} limit {CLUSTERS}")
    rows = cluster_list(connection, CLUSTERS, where=where)
    if form == "csv":
        return csv_response(rows)
    if request.url.path.endswith(".json"):
        return json_response({"clusters": rows, "counted_at": where.counted_at})
    shown = [row | {"formula": _read(row["representative"])} for row in rows]
    return page(site, "clusters.html", title="Clusters", rows=shown, counted_at=where.counted_at)


@reading
def one_cluster(request: Request, site: Site, connection: psycopg.Connection) -> Response:
    """One cluster with its simplest members and its history."""
    text, form = with_ending(request.path_params["number"], ("json",))
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise FilterError("the number of a cluster is a positive integer, such as /clusters/1")
    where = standing(connection)
    row = cluster(connection, int(text), where)
    if row is None:
        raise NotFound(f"there is no cluster {text}; /clusters lists those that there are")
    members = cluster_formulas(connection, row["id"], MEMBERS)
    events = cluster_events(connection, row["id"])
    if form == "json":
        return json_response(row | {"formulas": members, "events": events, "counted_at": where.counted_at})
    shown = [member | {"value": _read(member["formula"])} for member in members]
    title = f"Cluster {row['id']}"
    return page(
        site,
        "cluster.html",
        title=title,
        row=row,
        members=shown,
        events=events,
        most=MEMBERS,
        counted_at=where.counted_at,
    )


def _read(text: str | None) -> PCF | None:
    """The formula of a text of the catalogue; None where it is of another kind."""
    return parse_formula(text) if text and text.startswith("PCF(") else None
