"""What was found out about formulas: relations, guesses, exclusions, sources; stored in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import psycopg
from numpy.typing import NDArray

from catalog.database.blocks import block
from catalog.store.new_findings import constant_ids, copy_exclusions, copy_guesses, copy_relations
from catalog.vocabulary import PROOFS


@dataclass(frozen=True)
class Term:
    """One term of a relation: coefficient * L^limit_exponent * constant^... * other^..., their sum is zero."""

    coefficient: int
    limit_exponent: int = 0
    constant: str | None = None
    constant_exponent: int = 0
    other_key: bytes | None = None
    """Key of another formula, for relations between two limits."""
    other_exponent: int = 0


@dataclass(frozen=True)
class RelationRow:
    """A relation of formula number `row` of the batch; the columns are those of table `relation`.

    Without `terms` they follow from the coefficients: x + y c - z L - w c L for `moebius` (`formula`: c is the limit
    of `other_key`), x + y L + z L^2 + ... for `rational`, `quadratic` and `algebraic`; `linear` needs them given.
    """

    row: int
    kind: str
    coefficients: Sequence[int]
    expression: str
    method: str
    proof: str
    digits_used: int
    digits_verified: int | None = None
    constant: str | None = None
    theorem: str | None = None
    other_key: bytes | None = None
    terms: Sequence[Term] | None = None

    @property
    def alone(self) -> bool:
        """Whether no other formula is part of it."""
        return self.other_key is None and all(term.other_key is None for term in self.terms or ())

    def all_terms(self) -> list[Term]:
        """The terms that are not zero."""
        if self.terms is not None:
            return list(self.terms)
        if self.kind in ("rational", "quadratic", "algebraic"):
            return [Term(c, power) for power, c in enumerate(self.coefficients) if c]
        if self.kind not in ("moebius", "formula"):
            raise ValueError(f"a {self.kind} relation needs its terms")
        x, y, z, w = self.coefficients
        terms = []
        for coefficient, power, there in ((x, 0, 0), (y, 0, 1), (-z, 1, 0), (-w, 1, 1)):
            if coefficient and self.kind == "moebius":
                name = self.constant if there else None
                terms.append(Term(coefficient, power, constant=name, constant_exponent=there))
            elif coefficient:
                key = self.other_key if there else None
                terms.append(Term(coefficient, power, other_key=key, other_exponent=there))
        return terms


@dataclass(frozen=True)
class GuessRow:
    """A guess for formula number `row` of the batch; the columns are those of table `guess`."""

    row: int
    place: int
    proposer: str
    outcome: str
    constant: str | None = None
    neighbour_id: int | None = None
    distance: float | None = None
    digits_used: int | None = None
    digits_needed: int | None = None
    relation: int | None = None
    """Index into the relations of the same findings, where the outcome is `found`."""


@dataclass(frozen=True)
class ExclusionRow:
    """A search without result for formula number `row` of the batch; the columns are those of `exclusion`."""

    row: int
    library_version: str
    kind: str
    coefficient_digits: int
    digits_used: int
    outcome: str
    constants_tried: int
    digits_needed: int | None = None


@dataclass(frozen=True)
class SourceRow:
    """A publication of formula number `row` of the batch; the columns are those of table `source`."""

    row: int
    paper: str
    equation: str = ""
    author: str | None = None
    link: str | None = None
    stated_limit: str | None = None


@dataclass
class Findings:
    """What was found out about the formulas of one batch, by one version of the program."""

    code_version: str
    relations: list[RelationRow] = field(default_factory=list)
    guesses: list[GuessRow] = field(default_factory=list)
    exclusions: list[ExclusionRow] = field(default_factory=list)
    sources: list[SourceRow] = field(default_factory=list)


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
        copy_guesses(cursor, guesses, numbers, relation_ids, constants, findings.code_version)
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
        cursor.execute(block("insert_sources"), parameters)
    return relation_ids


def _constants(cursor: psycopg.Cursor, relations: list[RelationRow], guesses: list[GuessRow]) -> dict[str, int]:
    """Numbers of the constants by name; raises ValueError where one of a relation is not there."""
    needed = {term.constant for row in relations for term in row.all_terms()} | {row.constant for row in relations}
    named = needed.union(row.constant for row in guesses)
    known = constant_ids(cursor, {name for name in named if name is not None})
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
        zip(copied, copy_relations(cursor, list(copied.values()), numbers, constants, code_version), strict=True)
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
    cursor.execute(block("insert_relations"), parameters)
    found = [int(row[0]) for row in cursor.execute(block("relation_ids"), parameters)]
    terms = [
        (number, place, term)
        for number, row in zip(found, rows, strict=True)
        for place, term in enumerate(row.all_terms(), 1)
    ]
    cursor.execute(
        block("insert_relation_terms"),
        {
            "relation_ids": [number for number, _, _ in terms],
            "term_numbers": [place for _, place, _ in terms],
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
        copy_exclusions(cursor, copied, numbers, findings.code_version)
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
    cursor.execute(block("insert_exclusions"), parameters)
