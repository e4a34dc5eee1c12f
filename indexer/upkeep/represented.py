"""What a record of an export says a formula represents: trajectories and fractions, walked and contracted anew here.

Of a trajectory only field, direction, start and the estimate of delta are taken from the record; the rest follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import psycopg
from flint import ctx

from catalog.constants.evaluation import evaluate_known
from catalog.errors import FormulaError, RecordError
from catalog.exchange.export import Record
from catalog.formulas.interlaced import Moebius
from catalog.formulas.notations import read_rule
from catalog.formulas.pcf import PCF
from catalog.formulas.recurrence import Recurrence
from catalog.store.findings import TrajectoryRow
from indexer.kinds.kind import kind_of
from indexer.mathematics.equivalence.decision import relate
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.proofs.certificate import composed
from indexer.mathematics.relations.relation import moebius_value
from indexer.mathematics.relations.search import residual_digits
from indexer.pipeline.trajectories import by_equivalence, trajectory_row
from indexer.sources.matrix_fields.field import Field
from indexer.sources.matrix_fields.higher_rank import recurrence_of
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.own import definition_text
from indexer.sources.matrix_fields.trajectories import Trajectory, trajectory
from indexer.upkeep.interlacing import add_fraction

COMPARED_DIGITS = 40
"""Digits to which a fraction must agree with the number that it is said to be of."""


def walks_of(record: Record) -> list[Trajectory]:
    """Return the trajectories of a record; raises RecordError where one cannot be walked."""
    return [_walk(given, f"trajectories[{place}]") for place, given in enumerate(record["trajectories"])]


def trajectories_of(record: Record, formula: PCF | Recurrence, row: int) -> Iterator[TrajectoryRow]:
    """Yield the trajectories of a record as they are stored for its formula, number `row` of a batch.

    Raises RecordError where the formula is neither one's continued fraction or recurrence nor equivalent to it.
    """
    for given, walked in zip(record["trajectories"], walks_of(record), strict=True):
        own = trajectory_row(walked, row, delta_limit=given["delta_limit"])
        if isinstance(formula, Recurrence):
            if walked.status != "recurrence" or recurrence_of(walked.matrix) != formula:
                raise RecordError(f"the recurrence along {given['direction']} in {given['field'][:40]} is another")
        elif walked.contraction is None:
            raise RecordError(f"there is no continued fraction along {given['direction']} in {given['field'][:40]}")
        elif walked.contraction.formula != formula:
            found = relate(formula, walked.contraction.formula).equivalence
            if found is None:
                raise RecordError(
                    f"the fraction along {given['direction']} in {given['field'][:40]} is another formula"
                )
            own = by_equivalence(own, walked, row, found, formula)
        yield own


def add_fractions(connection: psycopg.Connection, formula: PCF, record: Record) -> None:
    """Store the fractions of a record beside its formula; raises RecordError for one that is not contracted to it."""
    for place, given in enumerate(record["interlaced"]):
        where = f"interlaced[{place}]"
        try:
            fraction = read_rule(given["fraction"])
            contraction, of_contraction = fraction.contracted()
        except FormulaError as error:
            raise RecordError(f"{where} cannot be read: {error}") from error
        to_value: Moebius | None = of_contraction
        if contraction != formula:
            found = relate(contraction, formula).equivalence
            to_value = None if found is None else composed(of_contraction, found.map)
        if to_value is None:
            raise RecordError(f"{where} is no fraction of {formula}")
        value = given["value"]
        if value is not None and not _is_value(formula, to_value, value):
            raise RecordError(f"{where}.value is {value[:40]}, but the fraction is another number")
        add_fraction(connection, formula, fraction, to_value, value=value, guessed_from=given["guessed_from"])


def _walk(given: dict[str, Any], where: str) -> Trajectory:
    try:
        start = [Fraction(coordinate) for coordinate in given["start"]]
        return trajectory(_field(given), [int(step) for step in given["direction"]], start)
    except FormulaError as error:
        raise RecordError(f"{where} cannot be walked: {error}") from error
    except (ValueError, ZeroDivisionError):
        raise RecordError(f"{where}.start is no list of rationals such as 1/2") from None


def _field(given: dict[str, Any]) -> Field:
    matrices = given["matrices"]
    return field_of(given["field"] if matrices is None else definition_text(given["field"], matrices))


def _is_value(formula: PCF, to_value: Moebius, value: str) -> bool:
    """Say whether the map of a limit is a number."""
    bits = bits_for(COMPARED_DIGITS) + 64
    found = kind_of(formula).limit(formula, COMPARED_DIGITS)
    if found is None or found.ball is None:
        return False
    with ctx.workprec(bits):
        return residual_digits(moebius_value(to_value, found.ball), evaluate_known(value, bits)) is not None
