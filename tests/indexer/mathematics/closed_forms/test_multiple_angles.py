"""PCF(A (2n + 1), k^2 (m^2 n^2 - 1)) = k cot(atan(m k/A)/m), algebraic of degree m at most."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.formulas.pcf import PCF, parse_formula
from indexer.identification.identify import identify
from indexer.mathematics.closed_forms.closed_form import closed_form
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.families import family_key
from indexer.mathematics.closed_forms.multiple_angles import algebraic_limit
from indexer.mathematics.continued_fractions.limit import limit

BITS = 256


@given(
    A=st.integers(1, 9),
    k=st.integers(1, 6),
    m=st.integers(2, 9),
    sign=st.sampled_from([1, -1]),
    steps=st.integers(0, 3),
)
@settings(max_examples=80, deadline=None)
def test_the_limit_is_a_root_of_the_polynomial(A: int, k: int, m: int, sign: int, steps: int) -> None:
    formula = PCF((A, 2 * A), (-sign * k * k, 0, sign * k * k * m * m)).shift(steps)
    found, form = equation(formula), closed_form(formula)
    assume(found is not None and found.kind == "gauss" and form is not None and not form.infinite)
    assert found is not None and form is not None
    angle = algebraic_limit(found)
    assert angle is not None and len(angle.polynomial) <= m + 1
    other = limit(formula, 60)
    assert other is not None and other.ball is not None
    with flint.ctx.workprec(BITS):
        assert flint.fmpz_poly(list(angle.polynomial))(other.ball / found.factor).contains(0)
        assert (angle.ball * found.factor).overlaps(other.ball)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PCF(12n + 6, 1089n^2 - 121)", 22),
        ("PCF(20n + 10, 243n^2 - 27)", 15),
        ("PCF(140n^2 + 210n + 70, 3888n^4 + 3888n^3 - 432n^2 - 432n)", 84),
    ],
)
def test_rational_limits_without_a_rational_tail_are_exact(text: str, value: int) -> None:
    formula = parse_formula(text)
    form = closed_form(formula)
    assert form is not None and form.rational == Fraction(value)
    assert family_key(formula) == family_key(formula.shift()) == "rational"
    found = limit(formula, 50)
    assert found is not None and found.exact == value


def test_a_limit_of_degree_three_gets_its_polynomial() -> None:
    (relation,) = identify(PCF((1, 2), (-1, 0, 9))).relations
    assert (relation.kind, relation.polynomial) == ("algebraic", (1, -9, -3, 3))
    assert relation.proof == "theorem"
    form = closed_form(PCF((1, 2), (-1, 0, 9)))
    assert form is not None and "atan(3)" in form.text
