"""Stored theorems proved again: a certificate is made of what is stored, and the checker must accept it.

Rows in, outcomes out; the functions here run in worker processes and know no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from catalog.store.relations import StoredTheorem
from indexer.identification.theorems import link_is_theorem, proof_of
from indexer.mathematics.relations.relation import Kind, Relation
from indexer.sources.matrix_fields.constants import walks_along
from indexer.workers.pool import in_order

BATCH = 32
"""Theorems a worker takes at a time."""

NO_CERTIFICATE = "no certificate of this relation is found"


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a theorem: `reason` is None where the checker accepts its certificate."""

    theorem: StoredTheorem
    reason: str | None = None

    def to_json(self) -> dict[str, object]:
        """The object of the JSON contract."""
        return {
            "formula": str(self.theorem.formula),
            "relation": self.theorem.id,
            "expression": self.theorem.expression,
            "holds": self.reason is None,
            "reason": self.reason,
        }


def check_all(theorems: Iterable[StoredTheorem], workers: int | None = None) -> Iterator[Checked]:
    """Prove theorems in their order, in worker processes where there are many."""
    return in_order(_check_batch, theorems, Checked, workers=workers, batch=BATCH)


def _check_batch(theorems: Sequence[StoredTheorem]) -> list[Checked]:
    return [check_stored(theorem) for theorem in theorems]


def check_stored(theorem: StoredTheorem) -> Checked:
    """Make the certificate of a theorem and check it; an error is a reason, never raised."""
    try:
        return Checked(theorem, None if _holds(theorem) else NO_CERTIFICATE)
    except Exception as error:
        return Checked(theorem, str(error))


def _holds(theorem: StoredTheorem) -> bool:
    if theorem.kind == "formula":
        return theorem.other is not None and link_is_theorem(theorem.formula, theorem.other, theorem.coefficients)
    stated = partial(Relation, cast("Kind", theorem.kind), theorem.expression, 0, 0, "theorem", "")
    relation = (
        stated((theorem.constant or "",), (theorem.term or "",), theorem.coefficients)
        if theorem.kind == "moebius"
        else stated(polynomial=theorem.coefficients)
    )
    return proof_of(theorem.formula, relation, theorem.members, walks_along(theorem.paths)) is not None
