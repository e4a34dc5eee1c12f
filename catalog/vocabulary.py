"""The words of the catalogue's columns, each written once: what the tables allow, and what programs compare with.

A type and the tuple of its words stand together. The order of a tuple is that of the documentation and of the counts;
where it means more, the tuple says so.
"""

from __future__ import annotations

from typing import Literal, get_args

Status = Literal["terminates", "converges", "converges_to_infinity", "diverges", "undetermined"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""What becomes of the convergents of a formula."""

ConvergenceClass = Literal["super_exponential", "exponential", "sub_exponential", "polynomial", "logarithmic"]
CONVERGENCE_CLASSES: tuple[ConvergenceClass, ...] = get_args(ConvergenceClass)
"""How the error of the convergents falls, the fastest first."""

BoundKind = Literal["ball", "agreement", "imported"]
BOUND_KINDS: tuple[BoundKind, ...] = get_args(BoundKind)
"""What stands behind a limit: an enclosure, two depths that agree, which is no proof, or a file that nobody checked."""

FactorialReduction = Literal["yes", "no", "undetermined"]
FACTORIAL_REDUCTIONS: tuple[FactorialReduction, ...] = get_args(FactorialReduction)
"""Whether the common divisors of p_n and q_n take all growth of order n log n out of q_n."""

RelationKind = Literal["rational", "quadratic", "algebraic", "moebius", "linear", "formula"]
RELATION_KINDS: tuple[RelationKind, ...] = get_args(RelationKind)
"""Forms of a relation of a limit with integers, with named constants, or with the limit of another formula."""

Proof = Literal["imported", "numerical", "verified", "closed_form", "theorem"]
PROOFS: tuple[Proof, ...] = get_args(Proof)
"""What stands behind a relation, the weakest first; `imported` is what a file says and nobody has evaluated, a theorem
has a certificate that the checker accepts."""

CHECKED_PROOFS = PROOFS[2:]
"""Proofs that are more than the digits a relation was found with."""

Outcome = Literal["found", "excluded", "budget", "too_few_digits", "closed_form"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""What came of a guess or of a search: no relation within the bounds, given up, too few digits to tell, or a closed
form by a theorem that has no shorter name."""

UNSUCCESSFUL_OUTCOMES = OUTCOMES[1:]
"""Outcomes of a search that found nothing."""

ChunkState = Literal["open", "leased", "done", "failed"]
CHUNK_STATES: tuple[ChunkState, ...] = get_args(ChunkState)
"""What becomes of a chunk of ranks."""

ClusteringState = Literal["building", "current", "retired"]
CLUSTERING_STATES: tuple[ClusteringState, ...] = get_args(ClusteringState)
"""What becomes of a clustering."""

ClusterEvent = Literal["created", "labelled", "relabelled", "split", "merged", "retired"]
CLUSTER_EVENTS: tuple[ClusterEvent, ...] = get_args(ClusterEvent)
"""What happens to a cluster."""

TrajectoryStatus = Literal["converges", "diverges", "singular", "no_pcf", "recurrence"]
TRAJECTORY_STATUSES: tuple[TrajectoryStatus, ...] = get_args(TrajectoryStatus)
"""What the matrices of a trajectory give: a continued fraction that converges or diverges, a product that is singular,
no continued fraction as an entry vanishes, or a recurrence of order 3 or more."""

FORMULA_KINDS = {
    "pcf": "Polynomial continued fraction a(0) + b(1)/(a(1) + b(2)/(a(2) + ...))",
    "recurrence": "Linear recurrence v(n + 1) = v(n) M(n) of order 3 or more, by the polynomial matrix M(n)",
}
"""Kinds of formulas with what they mean: the rows of table `formula_kind`, which `formulary init` enters."""

METRICS = {
    "delta": "Irrationality measure shown by the reduced convergents at n = 1000; NULL: see metrics_reason",
    "delta_unreduced": "The same without dividing by the gcd of p_n and q_n; NULL: see metrics_reason",
    "delta_predicted": "Limit of delta that follows from the growth exponents; NULL: see metrics_reason",
    "convergence_eta": "Coefficient of n log n in log|L - p_n/q_n|; NULL: not convergent or not known",
    "convergence_gamma": "Coefficient of n in log|L - p_n/q_n|; NULL: not convergent or not known",
    "convergence_beta": "Coefficient of log n in log|L - p_n/q_n|; NULL: not convergent or not known",
    "convergence_sqrt": "Coefficient of sqrt(n) in log|L - p_n/q_n|; NULL: not convergent or not known",
    "q_eta": "Coefficient of n log n in log|q_n|; NULL: not known",
    "q_gamma": "Coefficient of n in log|q_n|; NULL: not known",
    "q_reduced_eta": "Coefficient of n log n in log|q_n / gcd(p_n, q_n)|; NULL: not known",
    "q_reduced_gamma": "Coefficient of n in log|q_n / gcd(p_n, q_n)|; NULL: not known",
    "gcd_eta": "Coefficient of n log n in log gcd(p_n, q_n); NULL: not known",
    "gcd_gamma": "Coefficient of n in log gcd(p_n, q_n); NULL: not known",
}
"""The columns of metrics, in the order of the JSON contract, with their comments."""
