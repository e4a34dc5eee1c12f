"""Infinite families of two parameters: planes of formulas, linear in integers k and m, of one constant in k and m.

Two lines of one kind of constant that meet (`lines`) suggest a plane. The normal forms of its constants give the
constant as a function of k and m, which is then checked on a grid, at random points up to 50, where a relation is found
and verified too, and at random points up to 10^6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

from flint import fmpq_mat, fmpz_mat

from catalog.constants.expressions import parse_expression, to_latex
from catalog.formulas.pcf import PCF
from indexer.laws.curves import Padded, latex, moved, template, unpadded
from indexer.laws.lines import (
    DIGITS,
    GROWTH,
    Law,
    argument_value,
    at,
    constant_kind,
    constant_text,
    normal_form_of,
    relation_of,
)
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.numbers.rational_functions import PlaneFunction, fit_plane

FITTED = range(2, 8)
"""Parameters whose arguments are fitted."""

GRID = 12
"""All parameters up to this are checked."""

RANDOM_POINTS = {50: 40, 10**6: 20}
"""Random points beyond: bound of the parameters, and how many."""

RELATIONS = 8
"""Random points, of those up to 50, at which a relation is found and verified."""

MEETING = 4
"""Parameters of two lines, from 0 on, at which they may meet."""

Point = tuple[int, int]


@dataclass(frozen=True)
class Plane:
    """Formulas base + k first + m second."""

    base: Padded
    first: Padded
    second: Padded

    def at(self, k: int, m: int) -> PCF | None:
        """Return the formula at (k, m), None where a or b vanishes."""
        return unpadded(moved(moved(self.base, self.first, k), self.second, m))

    @property
    def template(self) -> str:
        """As a template of a space, such as a = k*n; b = m."""
        return template((("", self.base), ("m", self.second), ("k", self.first)))


@dataclass(frozen=True)
class PlaneLaw:
    """An infinite family of two parameters: of which constant, and how it was checked."""

    plane: Plane
    constant: str
    formulas_found: int
    values_checked: int
    relations: int
    largest_checked: int
    theorem: str

    expression = None

    @property
    def condition(self) -> str:
        """For which parameters it holds."""
        return "k >= 1, m >= 1"

    def latex(self) -> str:
        """Return the law in LaTeX."""
        right = to_latex(parse_expression(self.constant, ("k", "m")))
        left = latex(self.plane.template)
        return rf"{left} \in \mathrm{{PGL}}_2(\mathbb{{Q}})\cdot {right}, \quad k, m \ge 1"


def planes(found: Sequence[Law], seed: int = 1) -> Iterator[PlaneLaw]:
    """Yield the planes that families of one parameter suggest and that stand every check, each once, by short steps."""
    seen: set[object] = set()
    for one, other in sorted(product(found, found), key=_steps):
        plane = through(one, other)
        key = None if plane is None else plane_key(plane)
        if plane is None or key is None or key in seen:
            continue
        law = check(plane, one.formulas_found + other.formulas_found - 1, seed)
        if law is not None:
            seen.add(key)
            yield law


def _steps(pair: tuple[Law, Law]) -> int:
    return sum(abs(x) for law in pair for x in (*law.curve.step, *law.curve.step, *law.curve.base))


def through(one: Law, other: Law) -> Plane | None:
    """Return the plane of two lines that meet; its parameters are 1 where they do."""
    first, second = one.curve, other.curve
    if any(first.bend) or any(second.bend) or first.step >= second.step:
        return None
    for k, m in product(range(MEETING), repeat=2):
        if moved(first.base, first.step, k) == moved(second.base, second.step, m):
            return Plane(moved(moved(first.base, first.step, k - 1), second.step, -1), first.step, second.step)
    return None


def plane_key(plane: Plane) -> object | None:
    """Return what is the same for all descriptions of one plane; None where both steps are parallel."""
    reduced, rank = fmpq_mat(fmpz_mat([list(plane.first), list(plane.second)])).rref()
    if rank < 2:
        return None
    rows = [[Fraction(int(x.p), int(x.q)) for x in row] for row in reduced.tolist()]
    base = [Fraction(x) for x in plane.base]
    for row in rows:
        times = base[next(i for i, x in enumerate(row) if x)]
        base = [x - times * y for x, y in zip(base, row, strict=True)]
    return tuple(map(tuple, rows)), tuple(base)


def check(plane: Plane, count: int, seed: int = 1) -> PlaneLaw | None:
    """Return the law of a plane, if it stands at every point checked."""
    forms = {point: normal_form_of(plane.at(*point)) for point in product(FITTED, FITTED)}
    kinds = {None if form is None else constant_kind(form) for form in forms.values()}
    kind = kinds.pop()
    if kinds or kind is None:
        return None
    values = {point: argument_value(kind, form) for point, form in forms.items() if form is not None}
    function = fit_plane(values)
    if function is None or not function.needs_both:
        return None
    example = next(form for form in forms.values() if form is not None)
    constant = constant_text(kind, str(function), example)
    random = Random(seed)
    chosen = [(k, m) for k in range(1, GRID + 1) for m in range(1, GRID + 1)]
    small = [_random(random, 50) for _ in range(RANDOM_POINTS[50])]
    chosen += small + [_random(random, 10**6) for _ in range(RANDOM_POINTS[10**6])]
    if not all(_meets(plane, kind, function, point) for point in chosen):
        return None
    tested = small[:RELATIONS]
    if any(relation_of(plane.at(*p), at(constant, *p), DIGITS + GROWTH * sum(p)) is None for p in tested):
        return None
    form = closed_form(_formula(plane, chosen[0]))
    if form is None:
        return None
    return PlaneLaw(plane, constant, count, len(chosen), len(tested), max(map(max, chosen)), form.theorem)


def _random(random: Random, bound: int) -> Point:
    return random.randrange(1, bound + 1), random.randrange(1, bound + 1)


def _formula(plane: Plane, point: Point) -> PCF:
    formula = plane.at(*point)
    assert formula is not None
    return formula


def _meets(plane: Plane, kind: object, function: PlaneFunction, point: Point) -> bool:
    form = normal_form_of(plane.at(*point))
    found = None if form is None else constant_kind(form)
    if form is None or found is None or found != kind:
        return False
    value: Fraction | None = function.at(*point)
    return argument_value(found, form) == value
