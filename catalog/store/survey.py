"""What the survey of a catalogue reads, at one moment: its spaces, theorems, families, and what remains unnamed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.store.laws import patterns
from catalog.store.progress import Yield, counts, yields
from catalog.store.rows import Row, rows

SQL = Blocks(__file__)


@dataclass(frozen=True)
class Named:
    """A canonical formula whose best relation names a constant, and where it, or an equivalent one, was published."""

    id: int
    formula: PCF
    constant: str
    latex: str
    group: str | None
    """Group of the constant in the library."""
    likelihood: int
    """Place of the constant in the order of likelihood."""
    expression: str
    proof: str
    digits_verified: int | None
    convergence_class: str
    delta: float | None
    convergence_eta: float | None
    convergence_gamma: float | None
    complexity: int
    family: str | None
    class_id: int
    """Number of the formula that represents its class of equivalent formulas, or its own."""
    is_compared: bool
    """Whether its class was sought already."""
    paper: str | None
    """The publication, None where the catalogue holds none."""
    equation: str | None
    author: str | None
    said: str | None
    """The formula that is published there."""


@dataclass(frozen=True)
class Survey:
    """All that the page of the survey is made of."""

    made_at: datetime
    counts: list[Row]
    """status, convergence_class, formulas, canonical."""
    spaces: list[Row]
    """The view `progress`."""
    yields: dict[str, Yield]
    """What each space gave in all its chunks, by name."""
    named: list[Named]
    """The simplest first."""
    laws: list[Row]
    """Rows of the table `pattern`."""
    riddles: list[Row]
    """formula, convergence_class, limit_value, delta, bound_kind; constants and digits of what is excluded."""


def read_survey(connection: psycopg.Connection, riddles: int) -> Survey:
    """Read all of it as it is at one moment; the connection must be idle, and is left so."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        return Survey(
            made_at=datetime.now(UTC),
            counts=counts(connection),
            spaces=rows(connection, b"select * from progress"),
            yields={found.space: found for found in yields(connection, None)},
            named=[_named(row) for row in rows(connection, SQL["survey_theorems"])],
            laws=patterns(connection),
            riddles=[_with_formula(row) for row in rows(connection, SQL["survey_riddles"], count=riddles)],
        )


def _named(row: Row) -> Named:
    formula = PCF.from_row(row.pop("a"), row.pop("b"))
    return Named(formula=formula, **row)


def _with_formula(row: Row) -> Row:
    return row | {"formula": PCF.from_row(row["a"], row["b"])}
