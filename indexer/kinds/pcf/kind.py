"""The kind of polynomial continued fractions: what the indexer asks of a kind, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress

from flint import arb

from catalog.formulas.pcf import PCF, parse_formula
from indexer.kinds.evaluation import Evaluation
from indexer.kinds.pcf.evaluate import evaluate, evaluate_all, mirrored
from indexer.kinds.pcf.vector import vectors_of
from indexer.kinds.vectors import Vector
from indexer.mathematics.closed_forms.closed_form import ClosedForm, closed_form
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.families import Moebius, family_relation
from indexer.mathematics.closed_forms.multiple_angles import algebraic_polynomial
from indexer.mathematics.closed_forms.proposals import proposals
from indexer.mathematics.continued_fractions.asymptotics import Classification, classify
from indexer.mathematics.continued_fractions.limit import DEFAULT_DIGITS, Limit, limit
from indexer.mathematics.equivalence.buckets import buckets
from indexer.mathematics.equivalence.decision import NONE, Decision, have_limits, relate
from indexer.mathematics.proofs.certificate import Certificate
from indexer.mathematics.proofs.classical import is_classical
from indexer.mathematics.proofs.dihedral import RootCertificate, dihedral_root
from indexer.mathematics.proofs.exact_limits import rational_by_equivalence
from indexer.mathematics.proofs.links import LinkCertificate, prove_link
from indexer.mathematics.proofs.low_degree import prove_low_degree
from indexer.mathematics.proofs.proving import prove, prove_sum, prove_through


class PCFKind:
    """Polynomial continued fractions, as a `Kind`."""

    name = "pcf"

    def parse(self, text: str) -> PCF:
        """Return the formula of PCF(a, b)."""
        return parse_formula(text)

    def classify(self, formula: PCF) -> Classification:
        """Return what the coefficients decide."""
        return classify(formula)

    def evaluate(self, formula: PCF, digits: int = DEFAULT_DIGITS) -> Evaluation:
        """Return what `pcf.evaluate` says."""
        return evaluate(formula, digits)

    def evaluate_all(self, formulas: Sequence[PCF], digits: int = DEFAULT_DIGITS) -> list[Evaluation]:
        """Return the same for many formulas, classified at once."""
        return evaluate_all(formulas, digits)

    def limit(self, formula: PCF, digits: int = DEFAULT_DIGITS) -> Limit | None:
        """Return the limit of the convergents."""
        return limit(formula, digits, exactly=rational_by_equivalence)

    def closed_form(self, formula: PCF) -> ClosedForm | None:
        """Return the limit as a ratio of hypergeometric functions."""
        return closed_form(formula)

    def algebraic(self, formula: PCF) -> tuple[int, ...] | None:
        """Return the polynomial of a limit whose angle is divided by an integer."""
        return algebraic_polynomial(formula)

    def prove_algebraic(self, formula: PCF) -> RootCertificate | None:
        """Return the certificate of such a limit."""
        return dihedral_root(formula)

    def derive(self, formula: PCF) -> Certificate | None:
        """Return the certificate of a named limit of low degree, of a sum with a name, or of a classical fraction."""
        return prove_low_degree(formula) or prove_sum(formula) or (prove(formula) if is_classical(formula) else None)

    def prove(self, formula: PCF) -> Certificate | None:
        """Return the certificate that `proofs.proving` finds."""
        return prove(formula)

    def prove_link(self, first: PCF, second: PCF) -> LinkCertificate | None:
        """Return the certificate of the map that contiguity gives."""
        return prove_link(first, second)

    def prove_through(self, formula: PCF, member: PCF) -> Certificate | None:
        """Return the certificate of the equivalence and of the member."""
        return prove_through(formula, member)

    def relate(self, first: PCF, second: PCF, limits: Mapping[PCF, arb] = NONE) -> Decision:
        """Return what `equivalence.decision` decides."""
        return relate(first, second, limits)

    def buckets(self, formulas: Sequence[PCF]) -> list[bytes | None]:
        """Return the buckets of those that converge without terminating."""
        compared = list(compress(formulas, have_limits(formulas)))
        found = dict(zip(compared, buckets(compared), strict=True))
        return [found.get(formula) for formula in formulas]

    def mirror(self, evaluation: Evaluation) -> Evaluation:
        """Return the evaluation of (-a, b)."""
        return mirrored(evaluation)

    def proposals(self, formula: PCF) -> Iterator[tuple[str, str]]:
        """Yield the constants that the coefficients lead to."""
        theory = "closed form" if equation(formula) else "first-order or Bessel solution"
        for expression in proposals(formula):
            yield expression, theory

    def is_entire(self, formula: PCF) -> bool:
        """Return whether 2 deg a > deg b."""
        return 2 * formula.deg_a > formula.deg_b

    def has_family(self, formula: PCF) -> bool:
        """Return whether a hypergeometric equation stands behind it."""
        return equation(formula) is not None

    def family_relation(self, first: PCF, second: PCF) -> Moebius | None:
        """Return the Moebius map between two limits."""
        return family_relation(first, second)

    def vectors(self, formulas: Sequence[PCF]) -> Vector:
        """Return the neighbour vectors; a mirror has that of its formula."""
        return vectors_of(formulas)
