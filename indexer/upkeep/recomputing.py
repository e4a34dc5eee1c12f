"""Known formulas evaluated anew by the evaluator of today: what changed, and which relations still hold.

What an earlier version excluded for them is withdrawn, and they are searched again: what is said to be excluded is
what the searches of today exclude.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any

import psycopg

from catalog.formulas.pcf import PCF
from catalog.progress import Tell, silent
from catalog.store.constants import own_constants
from catalog.store.relations import Failure, record_verification, stored_relations
from catalog.store.replacing import (
    Standing,
    dependent_relations,
    replace_formulas,
    settle_relation,
    standing,
    withdraw_exclusions,
)
from catalog.version import __version__
from indexer.identification.library import prepared_library
from indexer.pipeline.batch import Batch
from indexer.pipeline.compute import compute, failed
from indexer.upkeep.identifying import search_anew
from indexer.upkeep.verifying import verify_all
from indexer.workers.pool import in_order

BLOCK = 500
"""Formulas of a transaction."""


@dataclass(frozen=True, slots=True)
class Change:
    """A formula of which something changed: what stood there, and what stands there now."""

    formula: str
    what: str
    before: str | int | None
    after: str | int | None

    def to_json(self) -> dict[str, Any]:
        """The object that --json writes."""
        return {"formula": self.formula, "changed": self.what, "before": self.before, "after": self.after}


@dataclass
class Recomputed:
    """What a recomputation came to.

    `doubted` are relations that no longer hold; `searched` formulas were searched again, of which `named` have a
    constant now.
    """

    formulas: int = 0
    changes: list[Change] = field(default_factory=list)
    verified: int = 0
    doubted: list[str] = field(default_factory=list)
    searched: int = 0
    named: int = 0


def recompute(
    connection: psycopg.Connection,
    ids: Sequence[int],
    *,
    workers: int | None = None,
    dry: bool = False,
    tell: Tell = silent,
) -> Recomputed:
    """Evaluate formulas anew, a block a transaction, and verify what depends on them; `dry` writes nothing."""
    result = Recomputed()
    for first in range(0, len(ids), BLOCK):
        known = standing(connection, ids[first : first + BLOCK])
        if not known:  # recurrences, which stay as they are
            continue
        done = Batch.joined(list(in_order(_evaluate, [row.formula for row in known], _failed, workers=workers)))
        for row, before in enumerate(known):
            result.changes.extend(_changes(before, {name: column[row] for name, column in done.rows.columns.items()}))
        if not dry:
            replace_formulas(connection, done.rows)
            _verify(connection, [row.id for row in known], workers, result)
            _search(connection, [row.id for row in known], result)
        result.formulas += len(known)
        tell("evaluating anew", result.formulas, len(ids))
    return result


def _verify(connection: psycopg.Connection, ids: list[int], workers: int | None, result: Recomputed) -> None:
    numbers = dependent_relations(connection, ids)
    relations = list(stored_relations(connection, chosen=numbers))
    held: list[int] = []
    failures: list[Failure] = []
    for verified in verify_all(relations, workers):
        relation = verified.relation
        holds = verified.reason is None
        settle_relation(connection, relation.id, verified.digits if holds else None, __version__)
        result.verified += holds
        if holds:
            held.append(relation.id)
        else:
            failures.append(Failure(relation.id, verified.reason or "", verified.digits))
            result.doubted.append(f"{relation.formula} = {relation.expression}: {verified.reason}")
    record_verification(connection, held, failures, __version__)


def _search(connection: psycopg.Connection, ids: list[int], result: Recomputed) -> None:
    """Search the formulas again for which something was excluded."""
    with connection.transaction():
        withdrawn = withdraw_exclusions(connection, ids)
    if withdrawn:
        library = prepared_library(own_constants(connection))
        done = search_anew(connection, library, withdrawn)
        result.searched += done.searched
        result.named += done.named


def _evaluate(formulas: Sequence[PCF]) -> list[Batch]:
    """Evaluate formulas; runs in workers. Return one batch for all of them."""
    return [Batch.of([compute(formula) for formula in formulas])]


def _failed(formula: PCF, reason: str) -> Batch:
    return Batch.of([failed(formula, reason)])


def _changes(before: Standing, after: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what differs between what stood there and the columns of today."""
    for what in ("status", "convergence_class", "limit_digits"):
        old, new = getattr(before, what), after.get(what)
        if old != new:
            yield Change(str(before.formula), what, old, new)
    old_value, new_value = before.limit_value, after.get("limit_value")
    if old_value and isinstance(new_value, str) and not _agree(old_value, new_value):
        yield Change(str(before.formula), "limit_value", old_value, new_value)


def _agree(a: str, b: str) -> bool:
    """Whether two decimals agree in the digits that both have, up to the rounding of the shorter one."""

    if "inf" in (a.lstrip("-"), b.lstrip("-")):
        return a == b
    with localcontext() as context:
        context.prec = max(len(a), len(b)) + 10
        x, y = Decimal(a), Decimal(b)
        place = max(int(x.as_tuple().exponent), int(y.as_tuple().exponent))
        return abs(x - y) <= Decimal(1).scaleb(place)
