"""Integer relations: what is planted is found, what is not there is excluded, chance is refused."""

from __future__ import annotations

import doctest
from fractions import Fraction
from itertools import product

import pytest
from flint import arb, ctx, fmpz_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations import lattices, relation, search, text
from indexer.mathematics.relations.radicals import algebraic_text
from indexer.mathematics.relations.relation import moebius_value, rational_relation, real_root, verify
from indexer.mathematics.relations.search import (
    accurate_digits,
    algebraic,
    beyond_chance,
    digit_sum,
    linear,
    moebius,
    normal_moebius,
    rational,
    residual_digits,
)
from indexer.mathematics.relations.text import linear_text, moebius_text, quadratic_text

BITS = bits_for(130)
small = st.integers(-10_000, 10_000)


def pi_at(bits: int) -> arb:
    with ctx.workprec(bits):
        return arb.pi()


def log2_at(bits: int) -> arb:
    with ctx.workprec(bits):
        return arb(2).log()


def with_radius(value: arb, digits: int) -> arb:
    """A ball around `value` that knows `digits` decimal places."""
    with ctx.workprec(BITS):
        return arb(value.mid(), arb(10) ** -digits)


@pytest.mark.parametrize("module", [search, relation, text])
def test_examples_in_docstrings(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@settings(deadline=None, max_examples=150)
@given(st.tuples(small, small, small, small).filter(lambda c: c[0] * c[3] != c[1] * c[2]))
def test_a_planted_moebius_relation_is_found_and_normalised(planted: tuple[int, int, int, int]) -> None:
    with ctx.workprec(BITS):
        limit = moebius_value(planted, arb.pi())
    found = moebius(with_radius(limit, 100), pi_at(BITS))
    assert found.outcome == "found"
    assert found.coefficients == normal_moebius(planted)


@settings(deadline=None, max_examples=100)
@given(small, st.integers(1, 10_000))
def test_a_rational_ball_shows_its_fraction(p: int, q: int) -> None:
    with ctx.workprec(BITS):
        ball = with_radius(arb(p) / q, 60)
    assert rational(ball) == Fraction(p, q)


def test_a_fraction_longer_than_half_the_digits_is_refused() -> None:
    with ctx.workprec(BITS):
        ball = with_radius(arb(123_456_789) / 987_654_323, 30)
    assert rational(ball) is None


def test_pi_is_neither_rational_nor_quadratic() -> None:
    ball = with_radius(pi_at(BITS), 100)
    assert rational(ball) is None
    found = algebraic(ball, 2)
    assert found.outcome == "excluded"
    assert found.bound > 10**30


def test_zero_is_rational_to_absolute_digits() -> None:
    assert rational(arb(0, 1e-40)) == 0


def test_a_radicand_is_squarefree_however_large_its_square() -> None:
    with ctx.workprec(BITS):
        assert quadratic_text((-3 * 10_007**2, 0, 1), arb(3 * 10_007**2).sqrt()) == "10007*sqrt(3)"


@settings(deadline=None, max_examples=60)
@given(st.integers(-300, 300), st.integers(-300, 300), st.integers(1, 300), st.booleans())
def test_a_quadratic_number_gets_its_irreducible_polynomial_and_text(x: int, y: int, z: int, upper: bool) -> None:
    discriminant = y * y - 4 * x * z
    if discriminant <= 0 or int(discriminant**0.5 + 0.5) ** 2 == discriminant:
        return
    with ctx.workprec(BITS):
        side = arb(discriminant).sqrt()
        root = ((side if upper else -side) - y) / (2 * z)
    found = algebraic(with_radius(root, 90), 2)
    assert found.coefficients is not None
    assert Fraction(found.coefficients[0] * z) == found.coefficients[2] * x
    again = real_root(found.coefficients, root, 200)
    assert residual_digits(again, root) is not None
    text = quadratic_text(found.coefficients, root)
    assert abs(eval(text.replace("sqrt", "pow2"), {"pow2": lambda v: v**0.5}) - float(root.mid())) < 1e-6 * max(
        1, abs(float(root.mid()))
    )


def test_degree_four_is_found_on_demand() -> None:
    with ctx.workprec(BITS):
        value = arb(2).sqrt() + arb(3).sqrt()
    found = algebraic(with_radius(value, 100), 4)
    assert found.coefficients == (1, 0, -10, 0, 1)
    assert algebraic(with_radius(value, 100), 2).outcome == "excluded"


def test_the_bound_of_an_exclusion_is_true_by_exhaustion() -> None:
    """At 10 digits the bound is small enough to try every relation below it."""
    limit, constant = with_radius(log2_at(BITS), 10), pi_at(BITS)
    found = moebius(limit, constant, 10)
    assert found.outcome in ("excluded", "too_few_digits")
    bound = min(found.bound, 6)
    values = (1.0, float(constant.mid()), -float(limit.mid()), -float(constant.mid()) * float(limit.mid()))
    for row in product(range(-bound, bound + 1), repeat=4):
        if any(row):
            assert abs(sum(x * v for x, v in zip(row, values, strict=True))) > 1e-9 or bound == 0


def test_the_bound_does_not_rely_on_a_reduced_basis() -> None:
    """The Gram-Schmidt bound of any basis stays below the shortest vector."""
    unreduced = fmpz_mat(2, 2, [10**6, 0, 999_999, 1])
    assert lattices.exact_bound(unreduced, 1) <= lattices.exact_bound(unreduced.lll(), 1) <= 1


@pytest.mark.parametrize("size", ["1e-9", "1", "1e9"])
@pytest.mark.parametrize("of_constant", ["1e-7", "1", "1e7"])
def test_the_bound_in_double_precision_is_the_exact_one(size: str, of_constant: str) -> None:
    with ctx.workprec(BITS):
        limit, constant = arb(size) * arb(3).exp(), arb(of_constant) * arb.pi()
    found = []
    quick = lattices.bound
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "bound", lambda *given: found.append((quick(*given), given)) or found[-1][0])
        attempt = moebius(limit, constant, 60)
    ((bound, (basis, _, _, error)),) = found
    assert attempt.bound == bound
    assert bound == pytest.approx(lattices.exact_bound(basis, error), rel=1e-5)


@pytest.mark.parametrize("limit", ["3.7e-8", "0.41", "2.9", "5.3e7"])
@pytest.mark.parametrize("constant", ["-2.2e-6", "-0.77", "1.9", "8.8e5"])
def test_relations_of_large_and_small_numbers_are_found(limit: str, constant: str) -> None:
    with ctx.workprec(BITS):
        c = arb(constant) * arb.pi()
        planted = (-17, 5, 3, 11)
        found = moebius(moebius_value(planted, c), c, 60)
    assert found.coefficients == normal_moebius(planted)


@pytest.mark.parametrize("digits", [300, 310, 600])
def test_numbers_beyond_double_precision_are_searched_too(digits: int) -> None:
    with ctx.workprec(3_000):
        constant, planted = arb.pi(), (10**30 + 1, 7, 10**25, -(10**20))
        assert moebius(moebius_value(planted, constant), constant, digits).coefficients == normal_moebius(planted)
        nothing = moebius(arb(2).log(), constant, digits)
    assert nothing.outcome == "excluded"
    assert nothing.bound > 10 ** (digits // 4 - 3)


def test_a_relation_of_small_numbers_beside_a_large_one_has_fewer_digits_behind_it() -> None:
    """Beside 10^7, at 20 digits, pi is known to 13 digits only: 355/113 and the like are within chance."""
    with ctx.workprec(BITS):
        found = moebius(arb(3).log() * 10**7, arb.pi(), 20)
    assert found.outcome == "excluded"


def test_a_relation_beyond_chance_needs_more_digits() -> None:
    planted = (12_345_678_901, 98_765_432_109, 77_777_777_778, -50_000_000_001)
    with ctx.workprec(BITS):
        limit = moebius_value(planted, arb.pi())
    first = moebius(with_radius(limit, 120), pi_at(BITS), 60)
    assert first.outcome == "too_few_digits"
    assert first.digits_needed is not None
    assert moebius(with_radius(limit, 120), pi_at(BITS), first.digits_needed).coefficients == normal_moebius(planted)


def test_a_ball_without_the_digits_says_how_many_are_needed() -> None:
    found = moebius(with_radius(log2_at(BITS), 20), pi_at(BITS), 60)
    assert found.outcome == "too_few_digits"
    assert found.digits_needed is not None
    assert found.digits_needed > 60


@pytest.mark.parametrize("limit", ["3/7", "pi"])
def test_relations_that_bind_one_number_only_are_degenerate(limit: str) -> None:
    with ctx.workprec(BITS):
        rational_number, transcendental = arb(3) / 7, arb.pi()
    first, second = (rational_number, transcendental) if limit == "3/7" else (transcendental, rational_number)
    assert moebius(first, second).outcome == "degenerate"


def test_linear_relation_of_several_constants() -> None:
    with ctx.workprec(BITS):
        values = [2 * arb.pi() - 3 * arb(2).log() + 5, arb.pi(), arb(2).log(), arb(1)]
    assert linear(values, 80).coefficients in ((1, -2, 3, -5), (-1, 2, -3, 5))


def test_digits_are_counted_over_all_coefficients() -> None:
    assert digit_sum((4, 0, 0, -10)) == 3
    assert beyond_chance((4, 0, 0, 1), 5)
    assert not beyond_chance((4, 0, 0, 1), 4)
    assert accurate_digits(arb(1, 1e-30)) in (29, 30)


@pytest.mark.parametrize(
    ("coefficients", "term", "text"),
    [
        ((4, 0, 0, 1), "pi", "4/pi"),
        ((0, 1, 1, 0), "pi", "pi"),
        ((0, -1, 4, 0), "pi", "-pi/4"),
        ((1, 2, 3, -1), "pi", "(1 + 2*pi)/(3 - pi)"),
        ((-1, -1, 1, -1), "e", "(1 + e)/(e - 1)"),
        ((4, 0, 0, 1), "sqrt(5)*tanh(sqrt(5))", "4/(sqrt(5)*tanh(sqrt(5)))"),
        ((0, 3, 1, 0), "1 + sqrt(2)", "3*(1 + sqrt(2))"),
    ],
)
def test_moebius_text_is_readable(coefficients: tuple[int, ...], term: str, text: str) -> None:
    assert moebius_text(coefficients, term) == text


def test_beside_a_huge_number_few_digits_tell_of_no_polynomial() -> None:
    with ctx.workprec(1500):
        huge = arb(10) ** 40 * arb(2).sqrt()
    found = algebraic(huge, 2, 60)
    assert (found.outcome, found.coefficients) == ("too_few_digits", None)
    assert algebraic(huge, 2, 350).coefficients == (-2 * 10**80, 0, 1)


def test_texts_of_algebraic_and_linear_relations() -> None:
    assert algebraic_text((-2, 0, 0, 1), arb("1.26")) == "2^(1/3)"
    assert algebraic_text((-1, 2), arb("0.5")) == "1/2"
    assert linear_text((1, -2, 3, -5), ("pi", "log(2)", "1")) == "2*pi - 3*log(2) + 5"


def test_verification_asks_both_sides_for_further_digits() -> None:
    asked: list[int] = []

    def left(bits: int) -> arb:
        asked.append(bits)
        return pi_at(bits + 32)

    assert verify(left, lambda bits: pi_at(bits + 32), 100) is not None
    assert min(asked) >= bits_for(100)


def test_verification_refuses_a_disagreement_of_either_sign() -> None:
    for sign in (1, -1):
        with ctx.workprec(500):
            shifted = arb.pi() + sign * arb(10) ** -80
        assert verify(lambda bits: pi_at(bits), lambda bits, value=shifted: value, 100) is None  # type: ignore[misc]


def test_verification_refuses_a_wide_ball() -> None:
    assert verify(pi_at, lambda bits: with_radius(pi_at(500), 50), 100) is None


def test_json_writes_large_integers_as_strings() -> None:
    relation = rational_relation(
        Fraction(2**60, 3), digits_used=60, digits_verified=110, proof="closed_form", method="exact"
    )
    assert relation.to_json()["polynomial"] == [str(-(2**60)), 3]
    assert relation.to_json()["expression"] == f"{2**60}/3"
