"""Findings into the catalogue, in the caller's transaction: what was found out about formulas, known or new.

A formula that is new has no relation and no exclusion yet, so there is nothing to merge with: its findings go straight
into their tables by COPY. Those of known formulas go by arrays and are merged with what is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.database.blocks import Blocks
from catalog.database.copying import copy_into, floats, integers, numeric_arrays, numerics, texts
from catalog.store.findings import ExclusionRow, Findings, GuessRow, RelationRow
from catalog.vocabulary import PROOFS

SQL = Blocks(__file__)


def store_findings(
    cursor: psycopg.Cursor,
    findings: Findings,
    ids: NDArray[np.int64] | Sequence[int],
    fresh: NDArray[np.bool_] | None = None,
) -> list[int]:
    """Store findings in the current transaction; returns the numbers of the relations, in their order.

    `ids` are the formulas that the rows refer to. `fresh` says which of them this transaction brought: guesses are
    stored for those only, and nothing is merged with theirs; without it guesses are stored for all. Raises ValueError
    for a constant or formula that the catalogue does not hold.
    """
    numbers = [int(number) for number in ids]
    new = [False] * len(numbers) if fresh is None else fresh.tolist()
    guesses = [row for row in findings.guesses if fresh is None or new[row.row]]
    constants = _constants(cursor, findings.relations, guesses)
    relation_ids = _store_relations(cursor, findings, numbers, new, constants)
    if guesses:
        _copy_guesses(cursor, guesses, numbers, relation_ids, constants, findings.code_version)
    _store_exclusions(cursor, findings, numbers, new)
    if findings.sources:
        sources = findings.sources
        parameters = {
            "formula_ids": [numbers[row.row] for row in sources],
            "papers": [row.paper for row in sources],
            "equations": [row.equation for row in sources],
            "authors": [row.author for row in sources],
            "links": [row.link for row in sources],
            "stated_limits": [row.stated_limit for row in sources],
        }
        cursor.execute(SQL["insert_sources"], parameters)
    return relation_ids


def next_guess_place(cursor: psycopg.Cursor, formula_id: int) -> int:
    """Return the place of a further guess for a formula: one more than that of its last."""
    row = cursor.execute(SQL["next_guess_place"], {"id": formula_id}).fetchone()
    assert row is not None
    return int(row[0])


def _constants(cursor: psycopg.Cursor, relations: list[RelationRow], guesses: list[GuessRow]) -> dict[str, int]:
    """Return the numbers of the constants by name; raises ValueError where one of a relation is not there."""
    needed = {term.constant for row in relations for term in row.all_terms()} | {row.constant for row in relations}
    named = needed.union(row.constant for row in guesses)
    known = _constant_ids(cursor, {name for name in named if name is not None})
    if missing := sorted(name for name in needed if name is not None and name not in known):
        raise ValueError(f"the catalogue has no constant {missing[0]}")
    return known


def _store_relations(
    cursor: psycopg.Cursor, findings: Findings, numbers: list[int], new: list[bool], constants: dict[str, int]
) -> list[int]:
    # The same relation found in two ways is one: only the strongest proof goes to the database.
    best: dict[tuple[int, str, str], RelationRow] = {}
    for row in findings.relations:
        identity = (numbers[row.row], row.kind, row.expression)
        if identity not in best or PROOFS.index(row.proof) > PROOFS.index(best[identity].proof):
            best[identity] = row
    copied = {identity: row for identity, row in best.items() if new[row.row] and row.alone}
    merged = {identity: row for identity, row in best.items() if identity not in copied}
    code_version = findings.code_version
    found = dict(
        zip(copied, _copy_relations(cursor, list(copied.values()), numbers, constants, code_version), strict=True)
    )
    found |= zip(merged, _merge_relations(cursor, list(merged.values()), numbers, code_version), strict=True)
    return [found[numbers[row.row], row.kind, row.expression] for row in findings.relations]


def _merge_relations(
    cursor: psycopg.Cursor, rows: list[RelationRow], numbers: list[int], code_version: str
) -> list[int]:
    """Store relations where some may be known; returns their numbers."""
    if not rows:
        return []
    parameters = {
        "formula_ids": [numbers[row.row] for row in rows],
        "kinds": [row.kind for row in rows],
        "constants": [row.constant for row in rows],
        "coefficients": ["{" + ",".join(map(str, row.coefficients)) + "}" for row in rows],
        "expressions": [row.expression for row in rows],
        "methods": [row.method for row in rows],
        "proofs": [row.proof for row in rows],
        "theorems": [row.theorem for row in rows],
        "digits_used": [row.digits_used for row in rows],
        "digits_verified": [row.digits_verified for row in rows],
        "code_version": code_version,
    }
    cursor.execute(SQL["insert_relations"], parameters)
    found = [int(row[0]) for row in cursor.execute(SQL["relation_ids"], parameters)]
    terms = [
        (number, position, term)
        for number, row in zip(found, rows, strict=True)
        for position, term in enumerate(row.all_terms(), 1)
    ]
    cursor.execute(
        SQL["insert_relation_terms"],
        {
            "relation_ids": [number for number, _, _ in terms],
            "term_numbers": [position for _, position, _ in terms],
            "coefficients": [str(term.coefficient) for _, _, term in terms],
            "limit_exponents": [term.limit_exponent for _, _, term in terms],
            "constants": [term.constant for _, _, term in terms],
            "constant_exponents": [term.constant_exponent for _, _, term in terms],
            "other_keys": [term.other_key for _, _, term in terms],
            "other_exponents": [term.other_exponent for _, _, term in terms],
        },
    )
    return found


def _store_exclusions(cursor: psycopg.Cursor, findings: Findings, numbers: list[int], new: list[bool]) -> None:
    # The same search done twice is one.
    searches = {
        (row.row, row.library_version, row.kind, row.coefficient_digits, row.digits_used): row
        for row in findings.exclusions
    }
    if copied := [row for row in searches.values() if new[row.row]]:
        _copy_exclusions(cursor, copied, numbers, findings.code_version)
    rows = [row for row in searches.values() if not new[row.row]]
    if not rows:
        return
    parameters = {
        "formula_ids": [numbers[row.row] for row in rows],
        "library_versions": [row.library_version for row in rows],
        "kinds": [row.kind for row in rows],
        "coefficient_digits": [row.coefficient_digits for row in rows],
        "digits_used": [row.digits_used for row in rows],
        "outcomes": [row.outcome for row in rows],
        "constants_tried": [row.constants_tried for row in rows],
        "digits_needed": [row.digits_needed for row in rows],
        "code_version": findings.code_version,
    }
    cursor.execute(SQL["insert_exclusions"], parameters)


# Findings of new formulas, by COPY


def _constant_ids(cursor: psycopg.Cursor, names: Collection[str]) -> dict[str, int]:
    """Return the numbers of those constants that the catalogue holds, by name."""
    if not names:
        return {}
    return dict(cursor.execute("select name, id from constant where name = any (%s)", [sorted(names)]).fetchall())


def _copy_relations(
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
    ids: list[int] = (cursor.execute(SQL["new_relation_ids"], {"count": len(rows)}).fetchone() or ([],))[0]
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
        (number, position, term)
        for number, row in zip(ids, rows, strict=True)
        for position, term in enumerate(row.all_terms(), 1)
    ]
    terms = [term for _, _, term in placed]
    columns = {
        "relation_id": integers([number for number, _, _ in placed], ">i8"),
        "term_number": integers([position for _, position, _ in placed], ">i2"),
        "coefficient": numerics([term.coefficient for term in terms]),
        "limit_exponent": integers([term.limit_exponent for term in terms], ">i2"),
        "constant_id": integers([None if term.constant is None else constants[term.constant] for term in terms], ">i8"),
        "constant_exponent": integers([term.constant_exponent for term in terms], ">i2"),
    }
    copy_into(cursor, "relation_term", columns)


def _copy_guesses(
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
    """Return those of the formulas that are in the catalogue."""
    if not numbers:
        return set()
    found = cursor.execute("select id from formula where id = any (%s::bigint[])", [sorted(numbers)])
    return {row[0] for row in found}


def _copy_exclusions(
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
