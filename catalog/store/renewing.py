"""Relations and closed forms of earlier versions: what stands there, and the texts and proofs of today in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg

from catalog.database.blocks import Blocks
from catalog.store.rows import Row, change, rows, value
from catalog.version import __version__

SQL = Blocks(__file__)


@dataclass(frozen=True, slots=True)
class Renewed:
    """Text and proof of a relation, by its number, as they are today."""

    id: int
    expression: str
    proof: str


def is_renewed(connection: psycopg.Connection, schema: str) -> bool:
    """Say whether all relations were brought to the texts and proofs of a schema, and nobody was stopped at it."""
    return bool(value(connection, SQL["renewed_schema"]) == schema)


def all_renewed(connection: psycopg.Connection, schema: str) -> None:
    """Keep that all relations have the texts and proofs of a schema."""
    change(connection, SQL["set_renewed_schema"], schema=schema)


def relations_to_renew(
    connection: psycopg.Connection, count: int, chosen: Sequence[int] | None = None
) -> Iterator[list[Row]]:
    """Yield the relations of all formulas, or of those chosen by number, `count` at a time.

    A row has id, a, b, kind, coefficients, expression, proof, constant, term, and paths: field, direction
    and start of trajectories that the formula represents, None where it does none.
    """
    return _blocks(connection, "relations_to_renew", count, chosen)


def closed_forms_to_renew(
    connection: psycopg.Connection, count: int, chosen: Sequence[int] | None = None
) -> Iterator[list[Row]]:
    """Yield the formulas that have a closed form in the same way: id, a, b and closed_form."""
    return _blocks(connection, "closed_forms_to_renew", count, chosen)


def renew_relations(connection: psycopg.Connection, renewed: Sequence[Renewed]) -> None:
    """Write texts and proofs of relations; rejections of them follow."""
    ids, expressions = [row.id for row in renewed], [row.expression for row in renewed]
    with connection.transaction():
        change(connection, SQL["renew_rejections"], ids=ids, expressions=expressions)
        proofs = [row.proof for row in renewed]
        change(
            connection,
            SQL["renew_relations"],
            ids=ids,
            expressions=expressions,
            proofs=proofs,
            code_version=__version__,
        )


def renew_closed_forms(connection: psycopg.Connection, texts: dict[int, str]) -> None:
    """Write the texts of closed forms, by the numbers of their formulas."""
    change(connection, SQL["renew_closed_forms"], ids=list(texts), closed_forms=list(texts.values()))


def renew_outcomes(connection: psycopg.Connection, chosen: Sequence[int] | None = None) -> int:
    """Tell searches of formulas with a closed form apart from those of riddles; returns how many were others."""
    return change(connection, SQL["renew_outcomes"], chosen=None if chosen is None else list(chosen))


def _blocks(connection: psycopg.Connection, name: str, count: int, chosen: Sequence[int] | None) -> Iterator[list[Row]]:
    after = 0
    numbers = None if chosen is None else list(chosen)
    while found := rows(connection, SQL[name], after=after, count=count, chosen=numbers):
        yield found
        after = found[-1]["id"]
