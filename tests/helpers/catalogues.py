"""Databases to test against: made, copied, filled, and read whole."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from catalog.exchange.export import KINDS
from catalog.formulas.pcf import PCF
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute
from indexer.pipeline.storing import store

_numbers = itertools.count(1)


def new_database(server_url: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    maintenance = make_conninfo(server_url, dbname="postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")  # type: ignore[arg-type]
    yield server_url.replace("/formulary?", f"/{name}?")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        _drop(connection, name)


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a database with whoever is connected; autovacuum, which only the superuser may end, is waited for."""
    for tries_left in range(100, -1, -1):
        try:
            connection.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]
            return
        except psycopg.errors.InsufficientPrivilege:
            if not tries_left:
                raise
            time.sleep(0.1)


def add_formulas(connection: psycopg.Connection, formulas: list[PCF]) -> list[int]:
    """Evaluate, identify and store formulas; returns their numbers in the catalogue."""
    batch = Batch.of([compute(formula, identified=True, budget=0) for formula in formulas])
    return store(connection, batch).ids.tolist()  # type: ignore[no-any-return]


CONTENT = {
    "listing": """
        select formula_text(a, b), constant.name, facet, listing.complexity, listing.delta, growth
        from listing join formula on formula.id = formula_id left join constant on constant.id = constant_id""",
    "relations": """
        select formula_text(a, b), relation.kind, constant.name, coefficients, relation.expression, method, proof,
            theorem, digits_used, digits_verified, code_version, found_at
        from relation join formula on formula.id = formula_id left join constant on constant.id = constant_id""",
    "terms": """
        select formula_text(a, b), relation.expression, term_number, coefficient, limit_exponent, constant.name,
            constant_exponent, other_exponent
        from relation_term join relation on relation.id = relation_id join formula on formula.id = formula_id
        left join constant on constant.id = relation_term.constant_id""",
    "guesses": """
        select formula_text(a, b), place, constant.name, proposer, outcome, guess.digits_used, digits_needed,
            guess.code_version, guessed_at, relation.expression
        from guess join formula on formula.id = guess.formula_id left join constant on constant.id = guess.constant_id
        left join relation on relation.id = guess.relation_id""",
    "exclusions": """
        select formula_text(a, b), library_version, exclusion.kind, coefficient_digits, digits_used, outcome,
            constants_tried, digits_needed, code_version, sought_at
        from exclusion join formula on formula.id = formula_id""",
    "sources": """
        select formula_text(a, b), paper, equation, author, link, stated_limit
        from source join formula on formula.id = formula_id""",
    "notes": """
        select formula_text(a, b), note_text, author, written_at
        from note join formula on formula.id = formula_id""",
    "rejections": """
        select formula_text(a, b), rejection.kind, expression, reason, author, rejected_at
        from rejection join formula on formula.id = formula_id""",
    "vectors": """
        select formula_text(a, b), vector_version, vector
        from formula_vector join formula on formula.id = formula_id""",
    "constants": "select name, expression, value_text from constant where library_version is null",
}


FORMULA = """
    select formula.key, formula.kind, formula.a, formula.b, formula.is_canonical, canonical.key, {columns}
    from formula left join formula as canonical on canonical.id = formula.canonical_id
"""


STORED = {name for name, kind in KINDS.items() if kind in ("text", "integer", "float", "boolean")} - {
    "formula", "deg_a", "deg_b", "a0", "a1", "a2", "b0", "b1", "b2", "constant", "relation", "proof"
}  # fmt: skip


def content(url: str) -> dict[str, list[Any]]:
    """Everything but numbers of rows."""
    columns = ", ".join(f"formula.{name}" for name in KINDS if name in STORED)
    with psycopg.connect(url) as connection:
        found = {name: sorted(map(repr, connection.execute(query))) for name, query in CONTENT.items()}  # type: ignore[arg-type]
        found["formulas"] = sorted(map(repr, connection.execute(FORMULA.format(columns=columns))))  # type: ignore[arg-type]
    return found


def cluster_of(connection: psycopg.Connection, formula: PCF) -> int | None:
    """Return the number of the cluster that a formula of the current clustering is in, None where it is unplaced."""
    row = connection.execute(
        "select cluster_id from cluster_member join clustering on clustering.id = clustering_id and state = 'current'"
        " join formula on formula.id = formula_id where key = %s",
        [formula.key],
    ).fetchone()
    assert row is not None
    return None if row[0] is None else int(row[0])
