"""The board of constant a = A and b = (n + r)(n + s), integers A >= 1 and r, s >= 0: which constant each square has.

The sorts of squares are parity of A + r - s and, where odd, whether |r - s| is below A. Catalogue members say which
constant a sort has; it is then checked square by square, by the exact normal form of its constant, and by a verified
relation of the limit with the constant where its coefficients are not too large to be found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from catalog.constants.evaluation import evaluate
from catalog.errors import FormularyError
from catalog.formulas.pcf import PCF
from indexer.laws.curves import LEAST_MEMBERS
from indexer.laws.lines import DIGITS, GROWTH, normal_form_of
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.closed_forms.families import MAX_RELATION_DIGITS, search_relation
from indexer.mathematics.closed_forms.normal_form import constant_text
from indexer.mathematics.numbers.squares import integer_root

TEMPLATE = "a = A; b = (n + r)*(n + s)"
RATIONAL = "1"
"""The constant of a sort of squares whose limits are rational."""

SORTS = {
    "even": "A + r - s even",
    "below": "A + r - s odd, |r - s| < A",
    "above": "A + r - s odd, |r - s| > A",
}
LATEX_SORTS = {
    "even": r"A + r - s \text{ even}",
    "below": r"A + r - s \text{ odd},\ |r - s| < A",
    "above": r"A + r - s \text{ odd},\ |r - s| > A",
}
LATEX = {"pi": r"\pi", "log(2)": r"\ln 2"}

GRID = 5
"""Every square with A, r, s up to this is checked."""

RANDOM_SQUARES = {50: 60, 10**6: 20}
"""Random squares beyond: bound of the parameters, and how many."""

Square = tuple[int, int, int]


@dataclass(frozen=True)
class Board:
    """One sort of squares, its constant, and how it was checked; `relations` of the values have a verified relation."""

    sort: str
    constant: str
    formulas_found: int
    values_checked: int
    relations: int
    largest_checked: int
    theorem: str

    @property
    def condition(self) -> str:
        """Which squares these are."""
        return f"A >= 1, r, s >= 0, {SORTS[self.sort]}"

    def latex(self) -> str:
        """Return the law in LaTeX."""
        left = r"\mathrm{PCF}\left(A,\ (n + r)(n + s)\right)"
        if self.constant == RATIONAL:
            right = r"\in \mathbb{Q}"
        else:
            right = rf"\in \mathrm{{PGL}}_2(\mathbb{{Q}})\cdot {LATEX.get(self.constant, self.constant)}"
        return rf"{left} {right}, \quad {LATEX_SORTS[self.sort]}"


def square_of(formula: PCF) -> Square | None:
    """Return (A, r, s) with r <= s of a formula on the board, None for others."""
    if formula.deg_a != 0 or formula.deg_b != 2 or formula.a[0] < 1 or formula.b[2] != 1:
        return None
    product, total, _ = formula.b
    difference = integer_root(total * total - 4 * product)
    if difference is None:
        return None
    r, s = (total - difference) // 2, (total + difference) // 2
    return (formula.a[0], r, s) if r >= 0 else None


def formula_at(square: Square) -> PCF:
    """Return the formula of a square."""
    A, r, s = square
    return PCF((A,), (r * s, r + s, 1))


def sort_of(square: Square) -> str:
    """Return the sort of a square, a key of SORTS."""
    A, r, s = square
    if (A + r - s) % 2 == 0:
        return "even"
    return "below" if abs(r - s) < A else "above"


def constant_of(square: Square) -> str | None:
    """Return the constant behind a square by its exact normal form: a name, or RATIONAL."""
    found = normal_form_of(formula_at(square))
    if found is None:
        return None
    if found.kind == "algebraic":
        return RATIONAL if found.arguments[0].p == 1 else None
    return constant_text(found)


def boards(formulas: Iterable[PCF], seed: int = 1) -> Iterator[Board]:
    """Yield the sorts of squares that have one constant each, as members suggest and all checks confirm."""
    found: dict[str, list[Square]] = defaultdict(list)
    for square in filter(None, map(square_of, formulas)):
        found[sort_of(square)].append(square)
    for sort in SORTS:
        members = found[sort]
        constants = {constant_of(square) for square in members}
        if len(members) >= LEAST_MEMBERS and len(constants) == 1 and (constant := constants.pop()) is not None:
            board = _check(sort, constant, len(members), seed)
            if board is not None:
                yield board


def squares(sort: str, seed: int) -> list[Square]:
    """Return the squares of a sort that are checked."""
    grid = [(A, r, s) for A in range(1, GRID + 1) for r in range(GRID + 1) for s in range(r, GRID + 1)]
    random = Random(seed)
    for bound, count in RANDOM_SQUARES.items():
        for _ in range(count):
            r, s = sorted((random.randrange(bound), random.randrange(bound)))
            grid.append((random.randrange(1, bound), r, s))
    return [square for square in grid if sort_of(square) == sort]


def _check(sort: str, constant: str, count: int, seed: int) -> Board | None:
    chosen = squares(sort, seed)
    if not all(constant_of(square) == constant for square in chosen):
        return None
    relations = 0
    for square in chosen:
        if constant != RATIONAL and DIGITS + GROWTH * sum(square) <= MAX_RELATION_DIGITS:
            if not related(square, constant):
                return None
            relations += 1
    form = closed_form(formula_at(chosen[0]))
    assert form is not None
    return Board(sort, constant, count, len(chosen), relations, max(map(max, chosen)), form.theorem)


def related(square: Square, constant: str) -> bool:
    """Return whether a verified relation ties the limit of a square to a constant."""
    form = closed_form(formula_at(square))
    if form is None or form.exact is not None:
        return False
    digits = DIGITS + GROWTH * sum(square)
    try:
        return search_relation(form.evaluate, lambda bits: evaluate(constant, bits), digits) is not None
    except (FormularyError, ArithmeticError):
        return False
