"""Algebraic limits, an angle being divided by an integer: their certificates, and what the checker refuses."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx, fmpq, fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.constants.evaluation import evaluate
from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.closed_forms.equation import equation
from indexer.mathematics.closed_forms.multiple_angles import algebraic_limit, algebraic_polynomial
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.proofs.arithmetic import Refused
from indexer.mathematics.proofs.checker import check
from indexer.mathematics.proofs.dihedral import dihedral_limit, dihedral_root
from indexer.mathematics.proofs.proving import prove

BITS = 200


def family(A: int, k: int, m: int, sign: int) -> PCF:
    """PCF(A (2n + 1), k^2 (m^2 n^2 - 1)), or with -k^2."""
    return PCF((A, 2 * A), (-sign * k * k, 0, sign * k * k * m * m))


def ball(formula: PCF) -> arb:
    found = limit(formula, 50)
    assert found is not None and found.ball is not None
    return found.ball


def holds(document: Any) -> bool:
    """Whether what a certificate says agrees with the limit, evaluated on its own."""
    relation, formula = document["relation"], document["formula"]
    x, y, z, w = (int(c) for c in relation["coefficients"])
    with ctx.workprec(BITS):
        if "other" in relation:
            low, high = (Fraction(end) for end in relation["other"]["between"])
            roots = [r.real for r, _ in fmpz_poly(relation["other"]["root"]).complex_roots() if r.imag == 0]
            values = [r for r in roots if fmpq(*low.as_integer_ratio()) < r < fmpq(*high.as_integer_ratio())]
        else:
            values = [evaluate(relation["constant"], BITS)]
        known = ball(PCF(tuple(formula["a"]), tuple(formula["b"])))
        return any((known * (z + w * c) - (x + y * c)).contains(0) for c in values)


@given(
    A=st.integers(1, 30),
    k=st.integers(1, 30),
    m=st.integers(3, 24),
    sign=st.sampled_from([1, -1]),
    steps=st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
def test_every_limit_of_the_family_has_a_certificate(A: int, k: int, m: int, sign: int, steps: int) -> None:
    formula = family(A, k, m, sign).shift(steps)
    found = equation(formula)
    angle = None if found is None else algebraic_limit(found)
    if angle is None:
        return
    if len(angle.polynomial) > 3:
        root, polynomial = dihedral_root(formula), algebraic_polynomial(formula)
        assert root is not None and polynomial is not None
        assert root.proves(polynomial)
        assert not root.proves((*polynomial[:-1], polynomial[-1] + 1))
        document = root.to_json()
    else:
        certificate = dihedral_limit(formula)
        assert certificate is not None
        document = certificate.to_json()
    assert check(json.loads(json.dumps(document)))
    assert holds(document)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("PCF(12n + 6, 1089n^2 - 121)", "22"),
        ("PCF(20n + 10, 243n^2 - 27)", "15"),
        ("PCF(-20n - 10, 243n^2 - 27)", "-15"),
        ("PCF(140n^2 + 210n + 70, 3888n^4 + 3888n^3 - 432n^2 - 432n)", "84"),
        (
            "PCF(280n^3 + 460n^2 - 340n - 520, 47628n^6 + 13608n^5 - 117720n^4 - 114480n^3 - 33588n^2 - 2808n)",
            "inf",
        ),
    ],
)
def test_a_rational_limit_without_a_rational_tail_is_proved(text: str, expression: str) -> None:
    found = prove(parse_formula(text))
    assert found is not None and found.expression == expression
    assert check(json.loads(json.dumps(found.to_json())))


def test_a_changed_certificate_is_refused_or_says_what_is_true() -> None:
    choose, refused = random.Random(9), 0
    documents = [
        found.to_json()
        for formula, make in [
            (family(6, 11, 3, 1), dihedral_limit),
            (family(1, 1, 3, 1), dihedral_root),
            (family(2, 3, 5, 1), dihedral_root),
            (family(9, 1, 7, -1), dihedral_root),
        ]
        if (found := make(formula)) is not None
    ]
    assert len(documents) == 4
    for _ in range(600):
        text = json.dumps(choose.choice(documents))
        match = choose.choice(list(re.finditer(r"-?\d+", text[text.index("relation") :])))
        start = text.index("relation") + match.start()
        value = int(match[0]) + choose.choice([-3, -1, 1, 2, 1000])
        changed = json.loads(text[:start] + str(value) + text[start + len(match[0]) :])
        try:
            check(changed)
        except Refused:
            refused += 1
            continue
        assert holds(changed), changed
    assert refused > 400


def test_another_branch_of_the_angle_is_refused() -> None:
    """Of the roots of the polynomial of degree three only one is the tangent of a third of the angle."""
    found = dihedral_root(PCF((1, 2), (-1, 0, 9)))
    assert found is not None
    document = found.to_json()
    roots = fmpz_poly(list(found.polynomial)).complex_roots()
    for root in (r.real for r, _ in roots if r.imag == 0 and r.real > 0):
        middle = Fraction(int((root * 2**30).floor().unique_fmpz()), 2**30)
        if found.between[0] < middle < found.between[1]:
            continue
        changed = json.loads(json.dumps(document))
        bounds = [str(middle - Fraction(1, 2**20)), str(middle + Fraction(1, 2**20))]
        for place in (changed["relation"]["other"], changed["steps"][-2]["second"]):
            place["between"] = bounds
        with pytest.raises(Refused, match="other roots may lie between the bounds"):
            check(changed)
