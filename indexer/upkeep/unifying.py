"""Which stored formulas lie in which matrix field: sought by trajectories, stored as representations, counted.

What is found is stored at once, so that a search that is stopped goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import psycopg

from catalog.errors import FormulaError
from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from catalog.store.fields import fields, store_trajectories, unplaced, walked_paths
from catalog.version import __version__
from indexer.mathematics.equivalence.decision import relate
from indexer.mathematics.equivalence.invariants import bucket_key
from indexer.mathematics.proofs.certificate import composed
from indexer.pipeline.trajectories import by_equivalence, stored_field, trajectory_row
from indexer.sources.matrix_fields.known import NAMED, field_of
from indexer.sources.matrix_fields.membership import MAX_FOLDS, Place, Sought, fields_of, places
from indexer.sources.matrix_fields.trajectories import trajectory

PAGE = 2_000
"""Formulas that are looked at together."""

ROUNDS = (("2F1(-1)", 1), ("3F2(1)", 1), ("2F1(-1)", 4), ("3F2(1)", 3))
"""Fields, and the largest component of directions in them, in which every formula is sought."""

OF_SHAPE = 1
"""Largest component of directions in a field whose argument is read off a formula."""

MAX_OF_SHAPE = 200
"""Most such fields for one page of formulas."""

MAX_CLASSED = 2_000
"""Most formulas without a field that are compared with each other."""


@dataclass
class Unified:
    """How many formulas were looked at, those that were placed (number and place), and those that were not."""

    looked_at: int = 0
    placed: list[tuple[int, PCF, Place]] = field(default_factory=list)
    outside: dict[int, PCF] = field(default_factory=dict)

    @property
    def by_field(self) -> dict[str, int]:
        """How many were placed in each field, the most first."""
        return dict(Counter(place.walked.field.name for _, _, place in self.placed).most_common())


def unify(
    connection: psycopg.Connection, *, source: str | None = None, only: str | None = None, tell: Tell = silent
) -> Unified:
    """Place the formulas that converge and lie in no field yet; of `source` only those of such publications.

    `only` is the text of one field in which they are sought.
    """
    if only is not None and (chosen := field_of(only)).rank != 2:
        raise FormulaError(f"the field {chosen.name} has rank {chosen.rank}: it has no continued fractions")
    done, after = Unified(), 0
    while page := unplaced(connection, source, after, PAGE):
        after = page[-1]["id"]
        formulas = {int(row["id"]): PCF.from_row(row["a"], row["b"]) for row in page}
        done.looked_at += len(formulas)
        sought = Sought({number: formula.canonical()[0] for number, formula in formulas.items()})
        left = set(sought.formulas)
        for place in _places(connection, sought, only, tell):
            _store(connection, formulas[place.formula], place)
            done.placed.append((place.formula, formulas[place.formula], place))
            left.discard(place.formula)
        done.outside |= {number: formulas[number] for number in sorted(left)}
    return done


def _places(connection: psycopg.Connection, sought: Sought, only: str | None, tell: Tell) -> Iterator[Place]:
    if only is not None:
        chosen = field_of(only)
        yield from _walked_already(connection, sought, chosen.name, tell)
        for largest in (1, 3):
            yield from places(sought, chosen, largest, tell)
        return
    yield from _walked_already(connection, sought, None, tell)
    own = [stored_field(row) for row in fields(connection) if row["matrices"] is not None and row["rank"] == 2]
    for chosen in (*NAMED.values(), *own):
        yield from places(sought, chosen, 1, tell)
    for name, largest in ROUNDS:
        yield from places(sought, field_of(name), largest, tell)
    counted = Counter(name for formula in sought.formulas.values() for name in fields_of(formula))
    for name, _ in counted.most_common(MAX_OF_SHAPE):
        yield from places(sought, field_of(name), OF_SHAPE, tell)


def _walked_already(connection: psycopg.Connection, sought: Sought, name: str | None, tell: Tell) -> Iterator[Place]:
    """Yield places in trajectories that the catalogue holds."""
    known = {row["name"]: row for row in fields(connection)}
    paths = walked_paths(connection, name)
    for done, row in enumerate(paths):
        if not sought.formulas:
            return
        tell("trajectories that are stored", done, len(paths))
        chosen = stored_field(known[row["field"]])
        yield from sought.places(trajectory(chosen, row["direction"], [Fraction(s) for s in row["start"]]))


def _store(connection: psycopg.Connection, stored: PCF, place: Place) -> None:
    """Store the trajectory of a formula, whose canonical formula it is, or is equivalent to."""
    canonical, factor = stored.canonical()
    row = trajectory_row(place.walked, 0)
    assert row.map is not None
    if place.equivalence is not None:
        row = by_equivalence(row, place.walked, 0, place.equivalence, canonical)
    row = replace(row, map=composed((0, factor, 1, 0), row.map or ()))
    with connection.transaction(), connection.cursor() as cursor:
        store_trajectories(cursor, [row], [place.formula], __version__)


def classes(formulas: dict[int, PCF], tell: Tell = silent) -> list[list[int]]:
    """Return formulas by number in classes of equivalent ones, folds of several steps included, the largest first.

    Beyond `MAX_CLASSED` formulas the others are classes of their own.
    """
    found: list[list[int]] = []
    buckets: dict[str, list[list[int]]] = {}
    for done, (number, formula) in enumerate(formulas.items()):
        tell("formulas without a field", done, len(formulas))
        canonical = formula.canonical()[0]
        keys = [bucket_key(canonical, k) for k in range(1, MAX_FOLDS + 1)] if done < MAX_CLASSED else []
        near = {id(group): group for key in keys for group in buckets.get(key, ())}.values()
        own = next((group for group in near if _related(formulas[group[0]], canonical)), None)
        if own is None:
            own = []
            found.append(own)
            for key in keys:
                buckets.setdefault(key, []).append(own)
        own.append(number)
    return sorted(found, key=lambda group: (-len(group), group[0]))


def _related(first: PCF, second: PCF) -> bool:
    return bool(relate(first.canonical()[0], second).equivalent)
