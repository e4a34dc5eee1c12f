"""What the survey of a catalogue reads, at one moment: its spaces, theorems, families, and what remains unnamed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import psycopg

from catalog.database.blocks import Blocks
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent, told
from catalog.store.constants import DERIVED
from catalog.store.fields import Path, paths_of
from catalog.store.laws import patterns
from catalog.store.progress import Yield, counts, yields
from catalog.store.rows import Row, rows
from catalog.vocabulary import CONVERGENCE_CLASSES

SQL = Blocks(__file__)


@dataclass(frozen=True)
class Named:
    """A canonical formula whose best relation names a constant, and where it, or an equivalent one, was published."""

    id: int
    formula: PCF
    constant_id: int
    expression: str
    proof: str
    convergence_class: str
    delta: float | None
    convergence_eta: float | None
    convergence_gamma: float | None
    complexity: int
    paper: str | None
    """The publication, None where the catalogue holds none."""
    equation: str | None
    author: str | None
    said: str | None
    """The formula that is published there."""
    classical: str | None
    """The theorem of which it, or an equivalent formula with its constant, is an instance; None where none is known."""
    paths: tuple[Path, ...] = ()
    """Trajectories that it represents, which may prove it."""


@dataclass(frozen=True)
class Counted:
    """How many canonical formulas have a constant behind their limit, and the theorems among them."""

    formulas: int
    theorems: int
    classes: int
    """Classes of equivalent formulas among the theorems."""
    published: int
    """Classes among these of which the catalogue holds a publication."""
    classical: int
    """Other classes among these that are instances of a classical theorem on continued fractions."""
    alone: int
    """Theorems whose class has not been sought yet, each of which counts for a class."""


@dataclass(frozen=True)
class Surveyed:
    """One constant with its counts and its best formulas."""

    name: str
    latex: str | None
    counted: Counted
    delta: Named | None
    """The formula with the largest delta, None where none has one."""
    speed: Named
    simplicity: Named
    choice: Named | None
    """The theorem to be written out, None where there is none."""


@dataclass(frozen=True)
class Classical:
    """A theorem of the literature on fractions with parameters, and which formulas are instances of it."""

    theorem: str
    holds: Callable[[PCF], bool]


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
    sittings: list[Row]
    """Runs: started_at, seconds, worker_count, chunks, ranks, formulas_new, end_reason, evaluated_by."""
    total: Counted
    """Of all constants together."""
    constants: int
    """How many there are."""
    shown: list[Surveyed]
    """The first of them, those with theorems first, the groups of the library in turn."""
    numbers: dict[str, tuple[int, int]]
    """Formulas whose limit is rational, quadratic, algebraic, and the theorems among them."""
    literature: list[Row]
    """Publications: author, paper, formulas; the first row is all together, with their number as `papers`."""
    laws: list[Row]
    """Rows of the table `pattern`."""
    riddles: list[Row]
    """formula, convergence_class, limit_value, delta, bound_kind; constants and digits of what is excluded."""


def read_survey(
    connection: psycopg.Connection,
    constants: int,
    papers: int,
    riddles: int,
    classical: Classical | None = None,
    tell: Tell = silent,
) -> Survey:
    """Read so many constants, papers and riddles, and the rest, as it is at one moment; the connection must be idle.

    Besides closed forms, which are theirs, `classical` says which theorems are instances of a classical one.

    `tell` hears what is read. The connection is left idle. A catalogue of seven million formulas takes a minute.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        tell("counting formulas")
        counted = counts(connection)
        tell("reading constants")
        instances = [] if classical is None else _instances(connection, classical, tell)
        total, *first = rows(
            connection, _after_known("survey_constants"), instances=instances, count=constants + 1, derived=DERIVED
        )
        numbers = rows(connection, SQL["survey_numbers"])
        tell("reading the best formulas")
        shown = _shown(connection, first, instances, None if classical is None else classical.theorem)
        tell("reading what remains")
        return Survey(
            made_at=datetime.now(UTC),
            counts=counted,
            spaces=rows(connection, b"select * from progress"),
            yields={found.space: found for found in yields(connection, None)},
            sittings=rows(connection, SQL["survey_sittings"]),
            total=_counted(total),
            constants=int(total["constants"]),
            shown=shown,
            numbers={row["kind"]: (row["formulas"], row["theorems"]) for row in numbers},
            literature=rows(connection, SQL["survey_literature"], count=papers + 1),
            laws=patterns(connection),
            riddles=[_with_formula(row) for row in rows(connection, SQL["survey_riddles"], count=riddles)],
        )


def _after_known(block: str) -> bytes:
    return "\n".join((SQL.text("survey_known"), SQL.text(block))).encode()


def _instances(connection: psycopg.Connection, classical: Classical, tell: Tell) -> list[int]:
    """Return the classes of theorems of which one is an instance of a classical theorem, as its shape says."""
    found = rows(connection, _after_known("survey_open"), instances=[])
    read = told(found, tell, "comparing with classical theorems", len(found))
    return sorted({int(row["class_id"]) for row in read if classical.holds(PCF.from_row(row["a"], row["b"]))})


def _shown(
    connection: psycopg.Connection, constants: Sequence[Row], instances: list[int], theorem: str | None
) -> list[Surveyed]:
    ids = [row["id"] for row in constants]
    classes = list(CONVERGENCE_CLASSES)
    found = rows(connection, SQL["survey_best"], constants=ids, classes=classes, instances=instances, theorem=theorem)
    best = {(row["constant_id"], row.pop("best_by")): _named(row) for row in found}
    paths = paths_of(connection, [named.id for (_, by), named in best.items() if by == "choice"])
    best = {key: replace(named, paths=paths.get(named.id, ())) for key, named in best.items()}
    return [
        Surveyed(
            row["name"],
            row["latex"],
            _counted(row),
            delta=best.get((row["id"], "delta")),
            speed=best[row["id"], "speed"],
            simplicity=best[row["id"], "simplicity"],
            choice=best.get((row["id"], "choice")),
        )
        for row in constants
    ]


def _counted(row: Row) -> Counted:
    return Counted(*(int(row[field.name]) for field in fields(Counted)))


def _named(row: Row) -> Named:
    formula = PCF.from_row(row.pop("a"), row.pop("b"))
    return Named(formula=formula, **row)


def _with_formula(row: Row) -> Row:
    return row | {"formula": PCF.from_row(row["a"], row["b"])}
