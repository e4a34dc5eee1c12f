"""What was found out about formulas that are new, straight into its tables by COPY; `findings` says what goes here.

A formula that is new has no relation and no exclusion yet, so there is nothing to merge with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import psycopg

from catalog.database.blocks import block
from catalog.database.copying import copy_into, floats, integers, numeric_arrays, numerics, texts

if TYPE_CHECKING:
    from catalog.store.storing_findings import ExclusionRow, GuessRow, RelationRow


def constant_ids(cursor: psycopg.Cursor, names: Collection[str]) -> dict[str, int]:
    """The numbers of those constants that the catalogue holds, by name."""
    if not names:
        return {}
    return dict(cursor.execute("select name, id from constant where name = any (%s)", [sorted(names)]).fetchall())


def copy_relations(
    cursor: psycopg.Cursor,
    rows: Sequence[RelationRow],
    numbers: Sequence[int],
    constants: Mapping[str, int],
    code_version: str,
) -> list[int]:
    """Store relations, no two of them the same, with their terms; returns their numbers.

    `numbers` are those of the formulas of the batch, `constants` those of the constants by name.
    """
    if not rows:
        return []
    ids: list[int] = (cursor.execute(block("new_relation_ids"), {"count": len(rows)}).fetchone() or ([],))[0]
    columns = {
        "id": integers(ids, ">i8"),
        "formula_id": integers([numbers[row.row] for row in rows], ">i8"),
        "kind": texts([row.kind for row in rows]),
        "constant_id": integers([None if row.constant is None else constants[row.constant] for row in rows], ">i8"),
        "coefficients": numeric_arrays([row.coefficients for row in rows]),
        "expression": texts([row.expression for row in rows]),
        "method": texts([row.method for row in rows]),
        "proof": texts([row.proof for row in rows]),
        "theorem": texts([row.theorem for row in rows]),
        "digits_used": integers([row.digits_used for row in rows]),
        "digits_verified": integers([row.digits_verified for row in rows]),
        "code_version": texts([code_version] * len(rows)),
    }
    copy_into(cursor, "relation", columns)
    _copy_terms(cursor, rows, ids, constants)
    return ids


def _copy_terms(
    cursor: psycopg.Cursor, rows: Sequence[RelationRow], ids: Sequence[int], constants: Mapping[str, int]
) -> None:
    placed = [
        (number, place, term)
        for number, row in zip(ids, rows, strict=True)
        for place, term in enumerate(row.all_terms(), 1)
    ]
    terms = [term for _, _, term in placed]
    columns = {
        "relation_id": integers([number for number, _, _ in placed], ">i8"),
        "term_number": integers([place for _, place, _ in placed], ">i2"),
        "coefficient": numerics([term.coefficient for term in terms]),
        "limit_exponent": integers([term.limit_exponent for term in terms], ">i2"),
        "constant_id": integers([None if term.constant is None else constants[term.constant] for term in terms], ">i8"),
        "constant_exponent": integers([term.constant_exponent for term in terms], ">i2"),
    }
    copy_into(cursor, "relation_term", columns)


def copy_guesses(
    cursor: psycopg.Cursor,
    rows: Sequence[GuessRow],
    numbers: Sequence[int],
    relation_ids: Sequence[int],
    constants: Mapping[str, int],
    code_version: str,
) -> None:
    """Store guesses; a neighbour that is gone by now is left out, and so is a constant that is not there."""
    there = _present(cursor, {row.neighbour_id for row in rows if row.neighbour_id is not None})
    columns = {
        "formula_id": integers([numbers[row.row] for row in rows], ">i8"),
        "place": integers([row.place for row in rows], ">i2"),
        "constant_id": integers([constants.get(row.constant or "") for row in rows], ">i8"),
        "proposer": texts([row.proposer for row in rows]),
        "neighbour_id": integers([row.neighbour_id if row.neighbour_id in there else None for row in rows], ">i8"),
        "distance": floats(np.array([row.distance for row in rows], np.float64)),
        "outcome": texts([row.outcome for row in rows]),
        "digits_used": integers([row.digits_used for row in rows]),
        "digits_needed": integers([row.digits_needed for row in rows]),
        "relation_id": integers([None if row.relation is None else relation_ids[row.relation] for row in rows], ">i8"),
        "code_version": texts([code_version] * len(rows)),
    }
    copy_into(cursor, "guess", columns)


def _present(cursor: psycopg.Cursor, numbers: Collection[int]) -> set[int]:
    """Those of the formulas that are in the catalogue."""
    if not numbers:
        return set()
    found = cursor.execute("select id from formula where id = any (%s::bigint[])", [sorted(numbers)])
    return {row[0] for row in found}


def copy_exclusions(
    cursor: psycopg.Cursor, rows: Sequence[ExclusionRow], numbers: Sequence[int], code_version: str
) -> None:
    """Store exclusions, no two of them of the same search."""
    columns = {
        "formula_id": integers([numbers[row.row] for row in rows], ">i8"),
        "library_version": texts([row.library_version for row in rows]),
        "kind": texts([row.kind for row in rows]),
        "coefficient_digits": integers([row.coefficient_digits for row in rows], ">i2"),
        "digits_used": integers([row.digits_used for row in rows]),
        "outcome": texts([row.outcome for row in rows]),
        "constants_tried": integers([row.constants_tried for row in rows]),
        "digits_needed": integers([row.digits_needed for row in rows]),
        "code_version": texts([code_version] * len(rows)),
    }
    copy_into(cursor, "exclusion", columns)
