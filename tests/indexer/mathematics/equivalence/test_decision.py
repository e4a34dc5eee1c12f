from __future__ import annotations

import pytest
from flint import arb, ctx, fmpz_poly
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.continued_fractions.asymptotics import classify
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.equivalence.decision import Equivalence, relate
from indexer.mathematics.equivalence.invariants import CROSSWISE, bucket_key
from indexer.mathematics.equivalence.matrices import determinant, fold, product, shifted
from tests.helpers.equivalences import companion
from tests.helpers.reference import pcf, rows

PAIRS = rows("equivalences.jsonl")
FAMILIES = rows("families.jsonl")


def proportional(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Whether two maps are one."""
    return all(first[i] * second[j] == first[j] * second[i] for i in range(4) for j in range(4))


def satisfies(first: PCF, second: PCF, found: Equivalence) -> bool:
    """Whether the identity of an equivalence holds, U being regular where it is said to be."""
    U, (numerator, denominator) = found.matrix, found.scale
    left = product(fold(first, found.folds[0]), shifted(U))
    right = product(U, fold(second, found.folds[1]))
    regular = all(root < found.regular_from for root, _ in determinant(U).roots()) and found.regular_from >= 1
    return regular and all(x * denominator == numerator * y for x, y in zip(left, right, strict=True))


def maps_limits(first: PCF, second: PCF, found: Equivalence) -> bool:
    """Whether the map takes the second limit to the first, to 60 digits."""
    x, y, z, w = found.map
    one, two = limit(first, 60), limit(second, 60)
    assert one is not None and two is not None
    if one.ball is None or two.ball is None:
        return True
    with ctx.workprec(400):
        return bool((one.ball * (z + w * two.ball) - (x + y * two.ball)).contains(0)) and x * w != y * z


@pytest.mark.parametrize("row", PAIRS, ids=lambda row: row["name"])
def test_known_pairs_are_decided_and_proved(row: dict[str, object]) -> None:
    first, second = pcf(row["first"]), pcf(row["second"])  # type: ignore[arg-type]
    decision = relate(first, second)
    assert decision.equivalent is row["equivalent"]
    assert decision.proved
    if decision.equivalence is None:
        assert decision.reason
        return
    assert list(decision.equivalence.folds) == row["folds"]
    assert satisfies(first, second, decision.equivalence)
    assert proportional(decision.equivalence.map, row["map"])  # type: ignore[arg-type]


def test_members_of_a_family_are_equivalent_with_the_known_map() -> None:
    for row in FAMILIES[::5]:
        first, second = pcf(row), pcf(row["representative"])
        found = relate(first, second).equivalence
        assert found is not None and satisfies(first, second, found)
        assert proportional(found.map, row["relation"])


COEFFICIENTS = st.integers(-4, 4)


def formulas(deg_a: int = 2, deg_b: int = 4) -> st.SearchStrategy[PCF]:
    """Formulas that converge without terminating."""
    a = st.lists(COEFFICIENTS, min_size=1, max_size=deg_a + 1).filter(any)
    b = st.lists(COEFFICIENTS, min_size=1, max_size=deg_b + 1).filter(any)
    every = st.builds(PCF, a.map(tuple), b.map(tuple))
    return every.filter(lambda formula: classify(formula).status == "converges")


def inflated(formula: PCF, h: fmpz_poly) -> PCF:
    """(a h, b h(n) h(n-1))."""
    a, b = (fmpz_poly(list(c)) for c in (formula.a, formula.b))
    a, b = a * h, b * h * h(fmpz_poly([-1, 1]))
    return PCF(tuple(map(int, a.coeffs())), tuple(map(int, b.coeffs())))


@settings(max_examples=60, deadline=None)
@given(formulas(), st.integers(1, 3), st.integers(-3, 3).filter(bool), st.integers(1, 3))
def test_shifts_and_inflations_are_equivalent_with_a_map_that_holds(
    formula: PCF, shift: int, factor: int, root: int
) -> None:
    other = inflated(formula.shift(shift), fmpz_poly([root * factor, factor]))
    decision = relate(formula, other)
    assert decision.equivalence is not None and decision.proved
    assert bucket_key(formula) == bucket_key(other)
    assert satisfies(formula, other, decision.equivalence)
    assert maps_limits(formula, other, decision.equivalence)


@settings(max_examples=60, deadline=None)
@given(formulas(1, 2), formulas(1, 2))
def test_what_is_equivalent_shares_a_bucket_and_holds_both_ways(first: PCF, second: PCF) -> None:
    there, back = relate(first, second), relate(second, first)
    assert there.equivalent is back.equivalent
    if there.equivalence is None or back.equivalence is None:
        return
    j, k = there.equivalence.folds
    assert bucket_key(first, j) == bucket_key(second, k)
    assert maps_limits(first, second, there.equivalence)
    assert maps_limits(second, first, back.equivalence)


def contracted(formula: PCF) -> PCF | None:
    """The even part, whose convergents are every second one of a formula; None where it is no PCF."""
    a, b = (fmpz_poly(list(c)) for c in (formula.a, formula.b))

    def at(p: fmpz_poly, k: int) -> fmpz_poly:
        return p(fmpz_poly([k, 2]))

    # b1 a2/(a1 a2 + b2 - b2 b3 a4/((a3 a4 + b4) a2 + a4 b3 - ...)), cleared of quotients
    top = at(a, 0) * (at(a, -1) * at(a, -2) + at(b, -1)) + at(a, -2) * at(b, 0)
    under = -at(b, -2) * at(b, -1) * at(a, -4) * at(a, 0)
    if not top or not under or any(root >= -8 for p in (at(a, 0), under) for root, _ in p.roots()):
        return None
    return PCF(tuple(map(int, top.coeffs())), tuple(map(int, under.coeffs())))


@settings(max_examples=30, deadline=None)
@given(formulas(1, 2).map(lambda formula: formula.shift(20)))
def test_a_contraction_is_related_by_a_fold(formula: PCF) -> None:
    other = contracted(formula)
    assume(other is not None and classify(formula).status == classify(other).status == "converges")
    assert other is not None
    found = relate(formula, other).equivalence
    assert found is not None
    j, k = found.folds
    assert j == 2 * k or classify(formula).convergence_class in ("polynomial", "logarithmic")
    assert satisfies(formula, other, found)
    assert maps_limits(formula, other, found)


def test_a_formula_is_related_to_itself_by_the_identity() -> None:
    formula = parse_formula("PCF(2n+1, n^2)")
    found = relate(formula, formula).equivalence
    assert found is not None and found.map == (0, 1, 1, 0) and satisfies(formula, formula, found)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PCF(n, n-3)", "PCF(n, n - 3) terminates at n = 3: its limit is a rational number"),
        ("PCF(1, -n^2)", "PCF(1, -n^2) diverges: 2 deg a < deg b with negative partial numerators"),
        ("PCF(1, n^4)", "PCF(1, n^4) diverges: deg b > 2 deg a + 2"),
    ],
)
def test_formulas_without_a_tail_are_not_decided(text: str, reason: str) -> None:
    formula, other = parse_formula(text), parse_formula("PCF(2n+1, n^2)")
    for decision in (relate(formula, other), relate(other, formula), relate(formula, formula)):
        assert decision.equivalent is None and not decision.proved
        assert decision.reason is not None and decision.reason.startswith(reason)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("PCF(2n^2+2n+1, -n^4)", "PCF(2n^2+6n+5, -(n+1)^4)"),  # zeta(2): double root, gap 1
        ("PCF(2n^3+3n^2+3n+1, -n^6)", "PCF((n+1)^3+(n+2)^3, -(n+1)^6)"),  # zeta(3): double root, gap 2
        ("PCF(2n+1, -n^2)", "PCF(2n+3, -(n+1)^2)"),  # the harmonic series: a logarithmic class
        ("PCF(1, n)", "PCF(1, n+1)"),  # half powers
        ("PCF(2n+2, -n^2)", "PCF(2n+4, -(n+1)^2)"),  # double root with half powers
        ("PCF(6, (2n-1)^2)", "PCF(6, (2n+1)^2)"),  # opposite eigenvalues
    ],
)
def test_every_kind_of_double_and_opposite_eigenvalues_is_decided(first: str, second: str) -> None:
    one, two = parse_formula(first), parse_formula(second)
    found = relate(one, two).equivalence
    if classify(one).status == "converges":
        assert found is not None and satisfies(one, two, found) and maps_limits(one, two, found)


def test_balanced_and_double_roots_are_related_by_two_steps_for_one() -> None:
    brouncker, contraction = parse_formula("PCF(2, (2n-1)^2)"), contracted(parse_formula("PCF(2, (2n+39)^2)"))
    assert contraction is not None
    found = relate(brouncker, contraction).equivalence
    assert found is not None and found.folds == (2, 1) and maps_limits(brouncker, contraction, found)


def test_a_difference_of_leading_coefficients_that_is_no_square_is_named() -> None:
    decision = relate(parse_formula("PCF(2n+1, n^2)"), parse_formula("PCF(2n+1, 2n^2)"))
    assert decision.equivalent is False and decision.proved
    assert decision.reason == "the ratios of their eigenvalues differ"


def test_a_basis_that_exchanges_minimal_and_dominant_solutions_relates_no_limits() -> None:
    formula = parse_formula("PCF(1, 4n^2)")
    other = companion(formula, (fmpz_poly([0, -2]), fmpz_poly([]), fmpz_poly([1]), fmpz_poly([1])))
    assert other == parse_formula("PCF(1, 4n^2+4n)")
    decision = relate(formula, other)
    assert decision.equivalent is False and decision.reason == CROSSWISE


ENTRIES = st.lists(st.integers(-2, 2), min_size=1, max_size=2).map(fmpz_poly)


@settings(max_examples=80, deadline=None)
@given(formulas(), st.tuples(ENTRIES, ENTRIES, ENTRIES, ENTRIES))
def test_a_formula_in_any_other_basis_is_found_equivalent(formula: PCF, V: tuple[fmpz_poly, ...]) -> None:
    assume(bool(V[0] * V[3] - V[1] * V[2]))
    other = companion(formula, V)
    assume(other is not None and classify(other).status == "converges")
    assert other is not None
    decision = relate(formula, other)
    assume(decision.reason != CROSSWISE)
    assert decision.equivalence is not None, decision.reason
    assert satisfies(formula, other, decision.equivalence) and maps_limits(formula, other, decision.equivalence)


def test_known_limits_confirm_a_map_or_contradict_it() -> None:
    first = parse_formula("PCF(2n+1, n^2)")
    second = first.shift(1)
    one, two = limit(first, 60), limit(second, 60)
    assert one is not None and one.ball is not None and two is not None and two.ball is not None
    known = {first: one.ball, second: two.ball}
    assert relate(first, second, known) == relate(first, second)
    with ctx.workprec(400):
        wrong = relate(first, second, known | {second: two.ball + arb("1e-20")})
    assert wrong.equivalent is None and wrong.equivalence is None
    assert wrong.reason is not None and wrong.reason.endswith("contradict each other")
