"""Formulas found for a wish: each held against the constant here, by digits of mpmath and by folds of steps."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from catalog.constants.evaluation import to_mpmath
from catalog.errors import ExpressionError, NotFound
from catalog.formulas.pcf import PCF
from indexer.design.designs import Design, begun_early, designed
from indexer.design.gauss import gauss_fraction
from indexer.design.origins import Origin, origins
from indexer.design.search import Search
from indexer.design.targets import read_target
from indexer.design.wishes import Wish, read_wish
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.equivalence.decision import relate
from indexer.sources.matrix_fields.known import field_of
from indexer.sources.matrix_fields.trajectories import trajectory

SECONDS = 120.0


def search(constant: str, wish: Wish, count: int = 1) -> list[Design]:
    under_way = Search(read_target(constant), wish, SECONDS, count)
    under_way.run()
    return designed(under_way)


def evaluated(formula: PCF, depth: int) -> mpmath.mpf:
    value = mpmath.mpf(formula.a_at(depth))
    for n in range(depth, 0, -1):
        value = formula.a_at(n - 1) + formula.b_at(n) / value
    return value


def agrees(design: Design, constant: str) -> bool:
    """Say whether 40 digits of the limit, by backward recurrence, are the map of the constant."""
    with mpmath.workdps(2000):
        value = evaluated(design.formula, 200)
        x, y, z, w = design.moebius
        c = to_mpmath(constant, 1000)
        return bool(abs((x + y * c) / (z + w * c) - value) < abs(value) * mpmath.mpf(10) ** -40)


@pytest.mark.parametrize(
    ("constant", "delta"),
    [("zeta(3)", ">=0.0805"), ("zeta(2)", ">=0.0921"), ("log(2)", ">=0.3"), ("catalan", ">=-0.48"), ("pi", ">=-0.2")],
)
def test_a_delta_is_found_and_the_formula_holds(constant: str, delta: str) -> None:
    (found,) = search(constant, read_wish(delta, None, None))
    assert found.candidate.delta_limit is not None
    assert found.candidate.delta_limit >= float(delta.removeprefix(">="))
    assert agrees(found, constant)


def test_a_rate_gives_the_simplest_formula() -> None:
    (found,) = search("log(2)", read_wish(None, ">=1.5", None))
    assert str(found.formula) == "PCF(6n + 3, -n^2)"
    assert found.proof == "theorem" and found.candidate.digits_a_step == pytest.approx(1.5311, abs=1e-4)


def test_a_large_rate_is_reached_by_multiples_of_fast_directions() -> None:
    (found,) = search("log(2)", read_wish(None, ">=15", None))
    assert (found.candidate.digits_a_step or 0) >= 15 and agrees(found, "log(2)")


def test_gauss_fractions_are_found_beside_trajectories() -> None:
    found = search("pi", read_wish(">=-0.21", None, "<=1"))
    assert [str(one.formula) for one in found] == ["PCF(2n + 1, n^2)"]
    assert found[0].moebius == (4, 0, 0, 1)


@pytest.mark.parametrize("name", ["2F1(-1)", "2F1(1/9)", "2F1(-3)"])
def test_two_steps_of_gauss_fraction_are_one_of_its_trajectory(name: str) -> None:
    start = (Fraction(1), Fraction(1, 2), Fraction(3, 2))
    gauss = gauss_fraction(Origin(field_of(name), start, None))
    walked = trajectory(field_of(name), (1, 1, 2), start).contraction
    assert gauss is not None and walked is not None
    equivalence = relate(gauss, walked.formula).equivalence
    assert equivalence is not None and equivalence.folds == (2, 1)


@pytest.mark.parametrize(
    ("constant", "field"),
    [
        ("log(3/2)", "2F1(-1/2)"),
        ("atan(1/2)", "2F1(-1/4)"),
        ("e", "1F1(1)"),
        ("tan(1)", "0F1(-1/4)"),
        ("pi*sqrt(3)", "2F1(1/4)"),
        ("zeta(2)", "3F2(1)"),
    ],
)
def test_constants_are_found_in_their_fields(constant: str, field: str) -> None:
    assert field in {origin.field.name for origin in origins(read_target(constant))}


@pytest.mark.parametrize("constant", ["gamma", "zeta(5)"])
def test_constants_without_a_field_have_no_origin(constant: str) -> None:
    assert not list(origins(read_target(constant)))


@pytest.mark.parametrize(("text", "error"), [("foo", NotFound), ("7/3", ExpressionError), ("log(", ExpressionError)])
def test_what_is_no_irrational_constant_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_target(text)


def test_a_formula_begun_early_keeps_its_limit() -> None:
    late = PCF((117, 231, 153, 34), (-1, -6, -15, -20, -15, -6, -1))
    early, (p, q, r, s) = begun_early(late)
    assert str(early) == "PCF(34n^3 + 51n^2 + 27n + 5, -n^6)"
    first, second = limit(late, 60), limit(early, 60)
    assert first is not None and second is not None and first.ball is not None and second.ball is not None
    assert ((p * first.ball + q) / (r * first.ball + s)).overlaps(second.ball)


def test_time_ends_a_search_and_keeps_what_it_has() -> None:
    under_way = Search(read_target("log(2)"), Wish(), 0.5, 3)
    under_way.run()
    assert under_way.found and all(agrees(one, "log(2)") for one in designed(under_way))


@pytest.mark.parametrize("constant", ["log(123457/123456)", "atan(1/239)"])
def test_extreme_arguments_are_solved_for(constant: str) -> None:
    (found,) = search(constant, read_wish(None, ">=4", "<=1"))
    assert agrees(found, constant)


class Clock:
    """Seconds that only pass when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_when_the_time_is_over_nothing_is_estimated_and_one_formula_is_given() -> None:
    clock = Clock()
    under_way = Search(read_target("catalan"), read_wish(None, None, "<=6"), 100.0, 5, clock=clock)
    weighed = 40

    def pass_time(phase: str, done: int | None = None, total: int | None = None) -> None:
        if under_way.weighed >= weighed:
            clock.now = 200.0

    under_way.tell = pass_time
    under_way.run()
    assert under_way.weighed == weighed and len(under_way.found) > 1
    designs = designed(under_way)
    assert len(designs) == 1 and designs[0].candidate.delta_limit is None
    clock.now = 0.0
    assert under_way.ranked()[-1].delta_limit is None  # as it was asked for too late


def test_what_was_wished_for_orders_the_formulas() -> None:
    rates = [one.fastest() for one in search("log(2)", read_wish(None, ">=1.5", None), count=4)]
    assert len(rates) == 4 and rates == sorted(rates, reverse=True)
    slow = [one.fastest() for one in search("log(2)", read_wish(None, "<=1", None), count=3)]
    assert slow == sorted(slow)
