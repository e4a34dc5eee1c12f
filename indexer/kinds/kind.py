"""What the indexer must be able to do with a kind of formula, and who does it: a line in `KINDS` for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import log2
from typing import Protocol

import numpy as np
from flint import arb

from catalog.errors import EvaluationError
from catalog.formulas.pcf import PCF
from indexer.kinds.evaluation import Evaluation
from indexer.kinds.pcf.kind import PCFKind
from indexer.kinds.vectors import DIMENSION, Vector
from indexer.mathematics.closed_forms.closed_form import ClosedForm
from indexer.mathematics.closed_forms.families import Moebius
from indexer.mathematics.continued_fractions.asymptotics import Classification
from indexer.mathematics.continued_fractions.limit import DEFAULT_DIGITS, Limit
from indexer.mathematics.equivalence.decision import NONE, Decision
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.dihedral import RootCertificate
from indexer.mathematics.proofs.links import LinkCertificate

Formula = PCF
"""A formula of any kind: the union of their values."""


class Kind(Protocol):
    """One kind of formula; `name` is what the catalogue calls it."""

    name: str

    def parse(self, text: str) -> Formula:
        """Return the formula of a text; raises FormulaError."""

    def classify(self, formula: Formula) -> Classification:
        """Return status and convergence class as far as they can be told without evaluation."""

    def evaluate(self, formula: Formula, digits: int = DEFAULT_DIGITS) -> Evaluation:
        """Return all that can be said of one formula without a catalogue, its limit to `digits` significant digits."""

    def evaluate_all(self, formulas: Sequence[Formula], digits: int = DEFAULT_DIGITS) -> list[Evaluation]:
        """Return the same for many formulas; one that cannot be evaluated has its error instead of raising it."""

    def limit(self, formula: Formula, digits: int = DEFAULT_DIGITS) -> Limit | None:
        """Return the limit to `digits` significant digits or as many as can be had, None where it diverges."""

    def closed_form(self, formula: Formula) -> ClosedForm | None:
        """Return the limit in closed form, None where theory gives none."""

    def algebraic(self, formula: Formula) -> tuple[int, ...] | None:
        """Return the irreducible polynomial of a limit that theory knows to be algebraic of degree 3 or more."""

    def prove_algebraic(self, formula: Formula) -> RootCertificate | None:
        """Return the certificate that such a limit is a Moebius map of a root, None where there is none."""

    def derive(self, formula: Formula) -> Certificate | None:
        """Return the certificate of the relation that theory reads off the coefficients, None where it has none."""

    def prove(self, formula: Formula) -> Certificate | None:
        """Return a certificate of the formula's relation with a constant, None where no proof is found."""

    def prove_link(self, first: Formula, second: Formula) -> LinkCertificate | None:
        """Return the certificate of the map between the limits of two members of a family, None where there is none."""

    def prove_through(self, formula: Formula, member: Formula) -> Certificate | None:
        """Return the certificate by an equivalence to a formula that is proved, None where there is none."""

    def relate(self, first: Formula, second: Formula, limits: Mapping[Formula, arb] = NONE) -> Decision:
        """Return whether two formulas are equivalent, with the proof of it, or why nothing was decided.

        `limits` are enclosures of those that are known, which confirm what was decided.
        """

    def buckets(self, formulas: Sequence[Formula]) -> list[bytes | None]:
        """Return what equivalent formulas have in common, None for a formula that is compared with none."""

    def mirror(self, evaluation: Evaluation) -> Evaluation:
        """Return the evaluation of the formula's mirror, whose limit is -L: derived, not computed."""

    def proposals(self, formula: Formula) -> Iterator[tuple[str, str]]:
        """Yield the constants that theory proposes for the limit, the likeliest first, and by which theory."""

    def is_entire(self, formula: Formula) -> bool:
        """Return whether it converges faster than any power, as the series of entire functions do."""

    def has_family(self, formula: Formula) -> bool:
        """Return whether it belongs to a family whose members may be tied by long relations."""

    def family_relation(self, first: Formula, second: Formula) -> Moebius | None:
        """Return (x, y, z, w) with L1 = (x + y L2)/(z + w L2), verified, or None where none is found."""

    def vectors(self, formulas: Sequence[Formula]) -> Vector:
        """Return the neighbour vectors of formulas, shape (n, DIMENSION), float32."""


KINDS: Mapping[type[Formula], Kind] = {PCF: PCFKind()}
"""The kinds of formulas, by the class of their values."""


def kind_of(formula: Formula) -> Kind:
    """Return the kind of a formula."""
    return KINDS[type(formula)]


def limit_of(formula: Formula) -> Callable[[int], arb]:
    """Return the limit of a formula as a function of bits; it raises EvaluationError where it is not known."""

    def value(bits: int) -> arb:
        found = kind_of(formula).limit(formula, int(bits / log2(10)) + 2)
        if found is None or found.ball is None:
            raise EvaluationError(f"the limit of {formula} is not known to {bits} bits")
        return found.ball

    return value


def evaluate_all(formulas: Sequence[Formula], digits: int = DEFAULT_DIGITS) -> list[Evaluation]:
    """Return the evaluations of formulas of any kinds, in their order; an error is part of one, never raised."""
    done: dict[int, Evaluation] = {}
    for kind, rows in _by_kind(formulas):
        done |= zip(rows, kind.evaluate_all([formulas[row] for row in rows], digits), strict=True)
    return [done[row] for row in range(len(formulas))]


def vectors_of(formulas: Sequence[Formula]) -> Vector:
    """Return the neighbour vectors of formulas of any kinds, shape (n, DIMENSION), float32."""
    vectors = np.empty((len(formulas), DIMENSION), dtype=np.float32)
    for kind, rows in _by_kind(formulas):
        vectors[rows] = kind.vectors([formulas[row] for row in rows])
    return vectors


def _by_kind(formulas: Sequence[Formula]) -> list[tuple[Kind, list[int]]]:
    """Return the rows of the formulas of each kind."""
    rows: dict[type[Formula], list[int]] = {}
    for row, formula in enumerate(formulas):
        rows.setdefault(type(formula), []).append(row)
    return [(KINDS[values], found) for values, found in rows.items()]
