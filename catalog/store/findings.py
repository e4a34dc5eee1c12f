"""What was found out about the formulas of a batch, as values: relations, guesses, exclusions, sources, trajectories.

`storing_findings` writes them; relations as they are read back are in `relations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


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
        """Return the terms that are not zero."""
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


@dataclass(frozen=True)
class FieldRow:
    """A matrix field; the columns are those of table `field`, `matrices` as JSON text, None for one of the program."""

    name: str
    rank: int
    axes: tuple[str, ...]
    definition: str
    matrices: str | None = None


@dataclass(frozen=True)
class RecurrenceLimitRow:
    """A limit of a recurrence; the columns are those of table `recurrence_limit`."""

    place: int
    limit_value: str
    limit_digits: int
    bound_kind: str
    expression: str | None = None
    proof: str | None = None
    delta: float | None = None
    delta_depth: int | None = None


@dataclass(frozen=True)
class RecurrenceRow:
    """A recurrence of order 3 or more: a formula whose `definition` is its text, and its limits.

    The columns are those of table `formula`; `first` is its first limit in double precision, of which `error_log10` is
    that of the error and `relation` what is known, `gamma` the coefficient of n in the logarithm of the error.
    """

    definition: str
    key: bytes
    complexity: int
    evaluator_version: int
    status: str
    status_reason: str | None = None
    limits: tuple[RecurrenceLimitRow, ...] = ()
    first: float | None = None
    error_log10: float | None = None
    gamma: float | None = None
    metrics_reason: str | None = None
    evaluation_error: str | None = None
    relation: RelationRow | None = None


@dataclass(frozen=True)
class TrajectoryRow:
    """A trajectory, and the formula number `row` of the batch that it represents, None where it has none.

    `known_key` is the key of a formula of the catalogue that it represents instead.
    The columns are those of tables `trajectory` and `representation`; `equivalence` is JSON text. One of rank 3 or more
    represents its `recurrence`.
    """

    row: int | None
    field: FieldRow
    direction: tuple[int, ...]
    start: tuple[str, ...]
    residues: tuple[str, ...]
    status: str
    status_reason: str | None = None
    space_rank: int | None = None
    degree: int | None = None
    rate: float | None = None
    delta_limit: float | None = None
    map: tuple[int, int, int, int] | None = None
    equivalence: str | None = None
    recurrence: RecurrenceRow | None = None
    known_key: bytes | None = None


@dataclass
class Findings:
    """What was found out about the formulas of one batch, by one version of the program."""

    code_version: str
    relations: list[RelationRow] = field(default_factory=list)
    guesses: list[GuessRow] = field(default_factory=list)
    exclusions: list[ExclusionRow] = field(default_factory=list)
    sources: list[SourceRow] = field(default_factory=list)
    trajectories: list[TrajectoryRow] = field(default_factory=list)
