"""The constant of a formula that stands for a cluster: sought among the given ones, and stored."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from catalog.constants.evaluation import evaluate
from catalog.errors import FormularyError
from catalog.formulas.pcf import PCF
from catalog.store.clusters import NamedMember
from catalog.store.constants import constant_number
from catalog.store.findings import Findings, RelationRow
from catalog.store.storing_findings import store_findings
from catalog.version import __version__
from indexer.clusters.labels import evaluator
from indexer.identification.library import PreparedLibrary, scaled_constant
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.relation import FURTHER_DIGITS, moebius_image, verify
from indexer.mathematics.relations.screening import SCREENED_BOUND, exclusion_bounds
from indexer.mathematics.relations.search import DIGITS, moebius_scaled, scale
from indexer.mathematics.relations.writing import value_text
from indexer.pipeline.storing import add_copies

METHOD = "cluster"
"""Who found the relation, in table `relation`."""


def relation_with(formula: PCF, library: Iterable[tuple[str, str]]) -> RelationRow | None:
    """Return the verified relation of a formula's limit with the first of these constants that has one."""
    limit = evaluator(formula)
    try:
        own = scale(limit(bits_for(DIGITS) + 32), DIGITS)
    except (FormularyError, ArithmeticError, ValueError):
        return None
    known = [(name, term, value) for name, term in library if (value := scaled_constant(term, DIGITS)) is not None]
    if not known:
        return None
    bounds = exclusion_bounds([(own, value) for *_, value in known])
    for (name, term, value), bound in zip(known, bounds.tolist(), strict=True):
        if bound >= SCREENED_BOUND:
            continue
        found = moebius_scaled(own, value, DIGITS).coefficients
        digits = None if found is None else _agreed(formula, found, term)
        if found is not None and digits is not None:
            text = value_text(found, term)
            return RelationRow(0, "moebius", found, text, METHOD, "verified", DIGITS, digits, name)
    return None


def _agreed(formula: PCF, coefficients: tuple[int, ...], term: str) -> int | None:
    """Return the digits to which both sides agree, each evaluated anew; None for fewer than are asked for."""
    limit = evaluator(formula)
    try:
        return verify(
            limit,
            lambda bits: moebius_image(coefficients, lambda more: evaluate(term, more), bits),
            DIGITS + FURTHER_DIGITS,
        )
    except (FormularyError, ArithmeticError, ValueError):
        return None


def name_formula(
    connection: psycopg.Connection, number: int, formula: PCF, library: PreparedLibrary
) -> NamedMember | None:
    """Test a formula of the catalogue against constants; store and return what is found, for its mirrors too."""
    relation = relation_with(formula, library)
    if relation is None or relation.constant is None:
        return None
    findings = Findings(__version__, [relation])
    with connection.transaction(), connection.cursor() as cursor:
        ids = [number, *add_copies(cursor, number, formula, relation, findings)]
        stored = store_findings(cursor, findings, ids)
    return NamedMember(relation.constant, constant_number(connection, relation.constant), stored[0])
