"""What a catalogue begins with: the library of constants, well-known formulas with their source, the first space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from flint import arb

from catalog.constants import evaluation, expressions
from catalog.constants.library import library
from catalog.errors import ExpressionError, SpaceError
from catalog.store.constants import ConstantRow, last_likelihood, missing_constants, store_constants
from catalog.store.findings import SourceRow
from catalog.store.ingest import Ingested, ingest
from catalog.store.leases import CHUNK_RANKS, add_space
from indexer.identification.library import Terms, library_terms
from indexer.mathematics.numbers.decimals import bits_for, round_ball
from indexer.pipeline.compute import compute, library_version
from indexer.pipeline.rows import Record, batch, constants_of, record
from indexer.sources.registry import QUADRATIC_5
from indexer.sources.seeds import seeds
from indexer.sources.space import Space

VALUE_DIGITS = 60
"""Significant digits of a constant's value in the catalogue."""

DERIVED = "derived"
"""Group of constants that theory has named for a formula and the library does not hold."""

MAX_CHUNKS = 10_000_000
"""Chunks of a space at most: a gigabyte of rows."""


@dataclass(frozen=True)
class Seeded:
    """What `seed` brought into the catalogue."""

    constants: int
    formulas: int
    space: bool


def seed(connection: psycopg.Connection) -> Seeded:
    """Library, well-known formulas and the quadratic box; what is there already stays. Safe to repeat."""
    return Seeded(seed_constants(connection), seed_formulas(connection), add(connection, QUADRATIC_5))


def add(connection: psycopg.Connection, space: Space, priority: int = 0) -> bool:
    """Add a space with its chunks; False where its name is known. Raises SpaceError where there are too many."""
    if space.size > MAX_CHUNKS * CHUNK_RANKS:
        raise SpaceError(
            f"the space {space.name} has {space.size:,} ranks, more than the {MAX_CHUNKS * CHUNK_RANKS:,} that are"
            " handed out in chunks; give its parameters smaller ranges, and the rest as further spaces"
        )
    return add_space(connection, space.name, space.template, space.size, chunk_size=CHUNK_RANKS, priority=priority)


def seed_constants(connection: psycopg.Connection) -> int:
    """Store the library; returns how many constants were new or changed."""
    version = library_version()
    return store_constants(
        connection,
        [
            ConstantRow(
                name=constant.name,
                expression=constant.expression,
                likelihood=place,
                latex=constant.latex,
                constant_group=constant.group,
                reference=constant.source,
                oeis=constant.oeis,
                equivalents=constant.equivalents,
                library_version=version,
                **_value(constant.expression),
            )
            for place, constant in enumerate(library(), 1)
        ],
    )


def name_constants(connection: psycopg.Connection, terms: Mapping[str, str]) -> int:
    """Make sure that constants are in the catalogue, by name with their expression; returns how many were new."""
    missing = missing_constants(connection, terms)
    if not missing:
        return 0
    first = last_likelihood(connection) + 1
    return store_constants(
        connection,
        [
            ConstantRow(
                name=name,
                expression=terms[name],
                likelihood=first + place,
                latex=expressions.to_latex(terms[name]),
                constant_group=DERIVED,
                **_value(terms[name]),
            )
            for place, name in enumerate(missing)
        ],
    )


def _value(expression: str) -> dict[str, Any]:
    """The value of a constant in decimal and in double precision, where it can be had."""
    try:
        ball: arb = evaluation.evaluate(expression, bits_for(VALUE_DIGITS) + 16)
    except ExpressionError:
        return {}
    return {"value_text": round_ball(ball, VALUE_DIGITS)[0], "value_float8": float(ball)}


def seed_formulas(connection: psycopg.Connection) -> int:
    """Evaluate, identify and store the well-known formulas that are missing; returns how many were new."""
    from catalog.store.formulas import ids_by_key

    wanted = seeds()
    known = ids_by_key(connection, [item.formula.key for item in wanted])
    missing = [item for item in wanted if item.formula.key not in known]
    records = [record(compute(item.formula, identified=True)) for item in missing]
    sources = [SourceRow(row, item.work, item.equation, item.author) for row, item in enumerate(missing)]
    return int(store(connection, records, sources).new.sum())


def store(
    connection: psycopg.Connection,
    records: list[Record],
    sources: list[SourceRow] | None = None,
    terms: Terms | None = None,
) -> Ingested:
    """Store records that belong to no chunk, with the constants they need and where they were published."""
    name_constants(connection, constants_of(records))
    rows, findings = batch(records, (library_terms() if terms is None else terms).version)
    findings.sources.extend(sources or ())
    return ingest(connection, rows, findings)
