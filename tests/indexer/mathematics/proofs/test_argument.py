"""The words of a proof say what its steps say: the text of a map, read back, is the map."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.constants.expressions import parse_expression
from catalog.formulas.pcf import parse_formula
from indexer.mathematics.proofs.argument import Notation, argument
from indexer.mathematics.proofs.arithmetic import Quadratic, number
from indexer.mathematics.proofs.proving import prove

AT = Fraction(17, 5)
"""Where maps are compared; no pole of those that are tested."""


def value_of(exact: Quadratic) -> arb:
    root = arb(exact.d).sqrt() if exact.q else arb(0)
    return arb(exact.p.numerator) / exact.p.denominator + root * exact.q.numerator / exact.q.denominator


def read(text: str) -> arb:
    return evaluate(parse_expression(text, ("c",)).substitute({"c": AT}), 200)


entry = st.one_of(
    st.integers(-9, 9),
    st.fractions(-5, 5, max_denominator=7).map(str),
    st.tuples(st.integers(-3, 3), st.fractions(-2, 2, max_denominator=4).map(str), st.sampled_from([2, 3, 5])).map(
        list
    ),
)


@given(st.lists(entry, min_size=4, max_size=4))
def test_the_text_of_a_map_is_the_map(entries: list[object]) -> None:
    x, y, z, w = (value_of(number(each)) for each in entries)
    at = arb(AT.numerator) / AT.denominator
    below = z + w * at
    if 0 in below or 0 in x * w - y * z:
        return
    text = Notation(latex=False).map(entries, "c")
    assert read(text).overlaps((x + y * at) / below), (entries, text)


@pytest.mark.parametrize("text", ["PCF(2n+1, n^2)", "PCF(6n+3, -n^2)", "PCF(1, n)", "PCF(n+20, n)", "PCF(4n-2, -1)"])
def test_no_function_that_is_1_stands_in_a_proof(text: str) -> None:
    certificate = prove(parse_formula(text))
    assert certificate is not None
    for sentence in argument(certificate):
        assert not any(f"{name}(0, " in sentence for name in ("1F1", "2F1", "U")), sentence
