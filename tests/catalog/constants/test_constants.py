"""The library of constants: values against mpmath, names, look-up, and no two members that are one constant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations, groupby

import pytest
from flint import arb, ctx, fmpz_mat
from mpmath.ctx_mp import MPContext

from catalog.constants.evaluation import evaluate, to_mpmath
from catalog.constants.expressions import parse_expression
from catalog.constants.library import ALGEBRAIC, Constant, library, read_library
from catalog.errors import NotFound

LIBRARY = library()
DIGITS, BITS = 60, 200
IN_WORDS = {"lemniscate"}


def moebius(x: arb, y: arb) -> bool:
    """Whether 1, x, y, xy have an integer relation far smaller than chance allows, by LLL at 60 digits."""
    with ctx.workprec(2 * BITS):
        scaled = [int((v * 10**DIGITS).mid().floor().unique_fmpz()) for v in (arb(1), x, y, x * y)]
    rows = [[int(i == j) for j in range(4)] + [value] for i, value in enumerate(scaled)]
    shortest = fmpz_mat(rows).lll().table()[0]
    return sum(len(str(abs(int(c)))) for c in shortest[:4]) < DIGITS / 2


def pairs_that_are_one(constants: Iterable[Constant]) -> list[tuple[str, str]]:
    return [(c.name, d.name) for c, d in combinations(constants, 2) if moebius(c.ball(DIGITS), d.ball(DIGITS))]


def test_the_library_holds_the_well_known_constants() -> None:
    assert 300 <= len(LIBRARY) <= 700
    for name in ("pi", "e", "log(2)", "zeta(3)", "catalan", "pi*sqrt(3)", "tan(1)", "e*e1(1)", "phi", "exp(1/2)"):
        assert LIBRARY[name].name == name
    assert [c.name for c in LIBRARY][:2] == ["pi", "e"]


def test_every_value_agrees_with_mpmath() -> None:
    context = MPContext()
    context.dps = 60
    for constant in LIBRARY:
        ball = constant.ball(40)
        assert ball.rel_accuracy_bits() >= 133
        middle = context.mpf(ball.mid().str(50, radius=False))
        assert abs(middle - to_mpmath(constant.expression, 45)) < abs(middle) * context.mpf(10) ** -38, constant


def test_every_name_is_an_expression_with_the_value() -> None:
    for constant in LIBRARY:
        if constant.name in IN_WORDS:
            continue
        assert str(parse_expression(constant.name)) == constant.name
        assert evaluate(constant.name, 300).overlaps(evaluate(constant.expression, 300)), constant
        assert constant.latex


def test_no_two_members_of_a_group_are_moebius_maps_of_each_other() -> None:
    for _, group in groupby(sorted(LIBRARY, key=lambda c: c.group), key=lambda c: c.group):
        assert pairs_that_are_one(group) == []


@pytest.mark.slow
def test_no_two_members_are_moebius_maps_of_each_other() -> None:
    assert pairs_that_are_one(LIBRARY) == []


def test_equivalents_are_moebius_maps_and_no_members() -> None:
    for constant in LIBRARY:
        for text in constant.equivalents:
            assert moebius(constant.ball(DIGITS), evaluate(text, BITS)), (constant.name, text)
            assert text not in LIBRARY, (constant.name, text)


def test_balls_are_as_accurate_as_asked_and_kept() -> None:
    pi = LIBRARY["pi"]
    for digits in (1, 50, 1000, 5000):
        assert pi.ball(digits).rel_accuracy_bits() >= digits * 3.32
    assert pi.ball(110) is pi.ball(111)
    assert pi.ball(30).contains(pi.ball(3000))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Pi", "pi"),
        ("π", "pi"),
        (" pi ", "pi"),
        ("ln2", "log(2)"),
        ("ln(2)", "log(2)"),
        ("exp(4/2)", "exp(2)"),
        ("sqrt(e)", "exp(1/2)"),
        ("Gompertz", "e*e1(1)"),
        ("exp(1)*e1(1)", "e*e1(1)"),
        ("Catalan", "catalan"),
        ("γ", "euler_gamma"),
        ("hyp0f1(2,1)/hyp0f1(1,1)", "besseli(1, 2)/besseli(0, 2)"),
        ("golden ratio", "phi"),
        ("Apéry's constant", "zeta(3)"),
        ("Euler’s constant", "euler_gamma"),
        ("Euler's number", "e"),
        ("the Erdős–Borwein constant", "erdos_borwein"),
        ("omega constant", "lambertw(1)"),
        ("ζ(3)", "zeta(3)"),
    ],
)
def test_other_spellings_find_the_constant(text: str, name: str) -> None:
    assert LIBRARY[text].name == name


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("katalan", "nearest names are catalan"),
        ("zeta(13)", "nearest names are zeta(3)"),
        ("tanh(1)", "its equivalent exp(2) is there"),
        ("coth(1/2)", "its equivalent e is there"),
        ("qqqqqqqqqq", "list them all with constant list"),
        ("x" * 10_000, "no constant xxx"),
    ],
)
def test_an_unknown_constant_is_refused_with_the_nearest(text: str, hint: str) -> None:
    with pytest.raises(NotFound) as caught:
        LIBRARY[text]
    assert hint in str(caught.value)
    assert len(str(caught.value)) < 250


def test_algebraic_constants_are_no_candidates() -> None:
    assert LIBRARY["phi"].group == ALGEBRAIC
    candidates = {c.name for c in LIBRARY.candidates()}
    assert "pi" in candidates and not {"phi", "sqrt(2)"} & candidates


def test_sequences_are_named_once_and_well_formed() -> None:
    sequences = [c.oeis for c in LIBRARY if c.oeis]
    assert len(set(sequences)) == len(sequences)
    assert all(re.fullmatch(r"A\d{6}", s) for s in sequences)


def test_families_have_the_members_of_their_ranges() -> None:
    text = """
        order = ["late", "early"]
        [[constant]]
        name = "pi"
        group = "early"
        [[family]]
        name = "exp(x)"
        expression = "e^x"
        group = "late"
        parameters = { x = ["-1..2/2", "2"] }
        except = ["exp(1)"]
        equivalents = ["exp(-x)"]
    """
    members = list(read_library(text))
    assert [c.name for c in members] == ["exp(-1/2)", "exp(1/2)", "exp(2)", "pi"]
    assert members[1].expression == "e^(1/2)"
    assert members[2].equivalents == ("exp(-2)",)
