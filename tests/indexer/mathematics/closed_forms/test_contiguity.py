from __future__ import annotations

import flint
import pytest
from gmpy2 import mpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer.mathematics.closed_forms.contiguity import Matrix, Name, Number, Quotient, contiguity
from indexer.mathematics.closed_forms.transformations import TRANSFORMATIONS
from indexer.mathematics.numbers.surds import Surd
from tests.indexer.mathematics.closed_forms.test_identities import ball, value

PARAMETERS: dict[Name, int] = {"hyp0f1": 1, "hyp1f1": 2, "hyp2f1": 3, "hypu": 2}
BITS = 400

moves = st.lists(st.integers(-4, 4), min_size=3, max_size=3)


def image(matrix: Matrix, number: flint.acb) -> flint.acb:
    p, q, r, s = map(ball, matrix)
    return (p * number + q) / (r * number + s)


def agree(left: flint.acb, right: flint.acb) -> bool:
    return bool(abs(left - right) < flint.arb(10) ** -60 * (1 + abs(left)))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Quotient, Quotient]:
    """Two quotients of one function at one argument, whose parameters differ by integers."""
    name: Name = draw(st.sampled_from(sorted(PARAMETERS)))
    count = PARAMETERS[name]
    size = mpq(draw(st.integers(1, 12)), draw(st.sampled_from([13, 17])))
    z = size if name == "hypu" or draw(st.booleans()) else -size
    base: list[Number] = [mpq(draw(st.integers(-15, 15)), 7) + mpq(1, 11 + i) for i in range(count)]
    if draw(st.booleans()):
        base = [Surd(number, mpq(i + 1, 3), 2) for i, number in enumerate(base)]  # type: ignore[arg-type]
    sides = [tuple(p + k for p, k in zip(base, draw(moves), strict=False)) for _ in range(4)]
    return Quotient(name, sides[0], sides[1], z), Quotient(name, sides[2], sides[3], z)


@given(pairs())
@settings(max_examples=150, deadline=None)
def test_a_quotient_is_the_exact_map_of_another(pair: tuple[Quotient, Quotient]) -> None:
    first, second = pair
    assume(first.above != first.below and second.above != second.below)
    matrix = contiguity(first, second)
    with flint.ctx.workprec(BITS):
        assert agree(value(first), image(matrix, value(second)))


def test_a_vanishing_upper_parameter_needs_no_special_case() -> None:
    """1/1F1(1; 6; 3) from 1/1F1(1; 2; 3), as PCF(n + 2, 3n) needs it."""
    first, second = (Quotient("hyp1f1", (mpq(0), mpq(c - 1)), (mpq(1), mpq(c)), mpq(3)) for c in (6, 2))
    with flint.ctx.workprec(BITS):
        assert agree(value(first), image(contiguity(first, second), value(second)))


def test_a_step_that_does_not_exist_is_refused() -> None:
    first, second = (Quotient("hyp0f1", (mpq(c),), (mpq(c + 1),), mpq(1)) for c in (-2, 3))
    with pytest.raises(ZeroDivisionError):
        contiguity(first, second)


@pytest.mark.parametrize(
    ("name", "quotient"),
    [
        ("kummer", Quotient("hyp1f1", (mpq(1, 3), mpq(2, 5)), (mpq(4, 3), mpq(7, 5)), mpq(3, 2))),
        ("kummer", Quotient("hypu", (mpq(1, 3), mpq(2, 5)), (mpq(4, 3), mpq(12, 5)), mpq(3, 2))),
        ("euler", Quotient("hyp2f1", (mpq(1, 3), mpq(2, 5), mpq(1, 7)), (mpq(4, 3), mpq(2, 5), mpq(8, 7)), mpq(-3, 2))),
        ("pfaff", Quotient("hyp2f1", (mpq(1, 3), mpq(2, 5), mpq(1, 7)), (mpq(4, 3), mpq(7, 5), mpq(8, 7)), mpq(1, 3))),
        (
            "exchange",
            Quotient("hyp2f1", (mpq(1, 3), mpq(2, 5), mpq(1, 7)), (mpq(4, 3), mpq(7, 5), mpq(1, 7)), mpq(1, 3)),
        ),
        ("bessel", Quotient("hyp1f1", (mpq(1, 3), mpq(2, 3)), (mpq(4, 3), mpq(8, 3)), mpq(-3, 2))),
        (
            "quadratic",
            Quotient("hyp2f1", (mpq(1, 3), mpq(2, 5), mpq(13, 15)), (mpq(4, 3), mpq(7, 5), mpq(28, 15)), mpq(1, 3)),
        ),
        (
            "quadratic",
            Quotient(
                "hyp2f1",
                (mpq(1, 3), mpq(2, 5), mpq(13, 15)),
                (mpq(4, 3), mpq(7, 5), mpq(28, 15)),
                Surd(mpq(1, 2), mpq(-1, 3), 2),
            ),
        ),
    ],
    ids=str,
)
def test_a_transformation_keeps_the_value(name: str, quotient: Quotient) -> None:
    changed, factor = TRANSFORMATIONS[name](quotient)
    with flint.ctx.workprec(BITS):
        assert agree(value(quotient), ball(factor) * value(changed))
