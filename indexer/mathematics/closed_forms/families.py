"""Families: a key that index shifts, mirrors, inflations and deflations leave alone, and the relation of two members.

A shift of a parameter by an integer is a contiguity move, so the limits of a family are tied by Moebius maps with
integer coefficients. The key holds what such moves keep: the argument of the hypergeometric function and its
parameters mod 1. Rational and quadratic limits come first, as `rational` and `quadratic:d`: their field is all that
moves keep, and within it all of them are related.
"""

from __future__ import annotations

from collections.abc import Callable

import flint
from gmpy2 import mpq

from catalog.errors import EvaluationError
from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.closed_form import ClosedForm, closed_form
from indexer.mathematics.closed_forms.equation import Equation, equation, roots_of
from indexer.mathematics.closed_forms.exact import exact_field
from indexer.mathematics.closed_forms.links import exact_link
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.numbers.surds import Surd
from indexer.mathematics.relations.relation import moebius_image, verify
from indexer.mathematics.relations.search import moebius, normal_moebius

Moebius = tuple[int, int, int, int]

RELATION_DIGITS = 80
"""Decimal digits of the first search for a relation; each further search doubles them."""

MAX_RELATION_DIGITS = 1280
"""Decimal digits at which the search for a relation is given up."""

VERIFIED_BEYOND = 40
"""Further decimal digits to which both sides of a relation are evaluated anew."""


def family_key(pcf: PCF) -> str | None:
    """Return the family of a formula as a stable printable string, such as `kummer(1/4; 1/2; 0)`.

    The key is the same for a formula, its mirror, its inflations and deflations (also by polynomials), and its index
    shifts as long as neither terminates; a terminating formula is `rational`. None where the formula diverges or
    does not deflate to deg a <= 1 and deg b <= 2. Never raises.
    """
    found = equation(pcf)
    if found is None:
        return "rational" if _terminates(pcf) else None
    field = exact_field(found)
    if field is not None:
        return "rational" if field == 1 else f"quadratic:{field}"
    return f"{found.kind}({'; '.join(_INVARIANTS[found.kind](found))})"


_WORDS = {
    "parabolic": "ratios of parabolic cylinder functions",
    "bessel": "ratios of Bessel functions",
    "kummer": "ratios of Kummer's function 1F1",
    "gauss": "ratios of Gauss's function 2F1",
    "tricomi": "ratios of Tricomi's function U",
}


def family_words(key: str) -> str:
    """Return what the limits of a family are, in words.

    >>> family_words("kummer(1/4; 1/2; 0)"), family_words("quadratic:5")
    ("ratios of Kummer's function 1F1", 'numbers of the field Q(sqrt(5))')
    """
    if key.startswith("quadratic:"):
        return f"numbers of the field Q(sqrt({key.partition(':')[2]}))"
    return "rational numbers" if key == "rational" else _WORDS.get(key.partition("(")[0], "limits of one kind")


def _terminates(pcf: PCF) -> bool:
    """Return whether b has an integer root n >= 1, for deg a <= 1 and deg b <= 2."""
    return pcf.deg_a <= 1 and pcf.deg_b <= 2 and any(r.integer and r.p > 0 for r in roots_of(pcf.b))


def _mod_one(number: mpq) -> mpq:
    return number % 1


def _parabolic(s: Equation) -> tuple[str, ...]:
    (A0,), (B0, B1) = s.formula.a, s.formula.b
    return str(mpq(A0 * A0, B1)), str(_mod_one(mpq(B0, B1)))


def _bessel(s: Equation) -> tuple[str, ...]:
    return str(s.argument.p), str(_mod_one(s.lower.p))


def _kummer(s: Equation) -> tuple[str, ...]:
    A0, A1 = s.formula.a
    return str(s.argument.p), str(_mod_one(mpq(A0, A1))), str(_mod_one(s.upper[0].p))


def _gauss(s: Equation) -> tuple[str, ...]:
    """With D = A1^2 + 4 B2 = s^2: the exponents m +- N/(2s) mod 1; else `sqrt` of sign(N) N^2/D, and m mod 1."""
    (A0, A1), (_, B1, B2) = (*s.formula.a, 0)[:2], s.formula.b
    m, N = mpq(B2 + B1, 2 * B2), 2 * A0 - A1 - mpq(A1 * B1, B2)
    ratio = str(mpq(A1 * A1, B2))
    if s.scale.rational:
        half = N / (2 * s.scale.p)
        return ratio, f"{_mod_one(m + half)}, {_mod_one(m - half)}", _roots(s)
    signed = N * abs(N) / (A1 * A1 + 4 * B2)
    return ratio, f"sqrt {signed}, {_mod_one(m)}", _roots(s)


def _tricomi(s: Equation) -> tuple[str, ...]:
    return str(s.argument.p), _roots(s)


def _roots(s: Equation) -> str:
    """Return the roots of b mod 1 in order, or `sqrt` of their squared difference and their mean mod 1."""
    roots = roots_of(s.formula.b)
    if roots[0].rational:
        first, second = sorted(_mod_one(r.p) for r in roots)
        return f"{first}, {second}"
    difference = 4 * roots[0].q ** 2 * roots[0].d
    return f"sqrt {difference}, {_mod_one(roots[0].p)}"


_INVARIANTS = {
    "parabolic": _parabolic,
    "bessel": _bessel,
    "kummer": _kummer,
    "gauss": _gauss,
    "tricomi": _tricomi,
}


def family_relation(first: PCF, second: PCF, digits: int = RELATION_DIGITS) -> Moebius | None:
    """Return (x, y, z, w) with L1 = (x + y L2)/(z + w L2) and x w != y z, or None where none is found.

    Limits that are rational or quadratic are related exactly, members of a family by contiguity. Others by LLL on
    `digits` decimal digits and more as coefficients need them. In both cases the two sides are evaluated with
    `VERIFIED_BEYOND` further digits and agree. Two formulas without a common key may be related too.
    """
    forms = closed_form(first), closed_form(second)
    if forms[0] is None or forms[1] is None:
        return None
    if forms[0].exact is not None or forms[1].exact is not None:
        return _exact_relation(forms[0], forms[1])
    link = exact_link(first, second)
    try:
        if link is not None:
            image = _image(forms[1].evaluate, link.coefficients)
            return None if verify(forms[0].evaluate, image, digits + VERIFIED_BEYOND) is None else link.coefficients
        return search_relation(forms[0].evaluate, forms[1].evaluate, digits)
    except EvaluationError:
        return None


def _exact_relation(first: ClosedForm, second: ClosedForm) -> Moebius | None:
    """Return a relation of two rational numbers (infinity among them) or of two irrationals of one field."""
    L1, L2 = first.exact, second.exact
    if L1 is None or L2 is None:
        return None
    if not isinstance(L1, Surd):
        if not isinstance(L2, Surd):
            return 0, 1, 1, 0
        return _integers(mpq(1), mpq(0), -L2.p, mpq(1)) if L2.rational else None
    if not isinstance(L2, Surd):
        return _integers(mpq(1), L1.p, mpq(0), mpq(1)) if L1.rational else None
    if L1.d != L2.d:
        return None
    slope = mpq(1) if L1.rational else L1.q / L2.q
    return _integers(L1.p - slope * L2.p, slope, mpq(1), mpq(0))


def _integers(*coefficients: mpq) -> Moebius:
    """Return Moebius coefficients without denominators."""
    size = 1
    for c in coefficients:
        size *= c.denominator
    x, y, z, w = normal_moebius([int(c * size) for c in coefficients])
    return x, y, z, w


Evaluator = Callable[[int], flint.arb]
"""A number as a function of the precision in bits."""


def search_relation(first: Evaluator, second: Evaluator, digits: int = RELATION_DIGITS) -> Moebius | None:
    """Return (x, y, z, w) with first = (x + y second)/(z + w second), verified, or None.

    The search starts at `digits` decimal digits and doubles them where a relation may need more.
    """
    while digits <= MAX_RELATION_DIGITS:
        bits = bits_for(digits) + 32
        with flint.ctx.workprec(bits):
            attempt = moebius(first(bits), second(bits), digits)
        if attempt.coefficients is not None:
            x, y, z, w = attempt.coefficients
            if verify(first, _image(second, (x, y, z, w)), digits + VERIFIED_BEYOND) is not None:
                return x, y, z, w
        elif attempt.outcome == "degenerate" or digits > 2 * RELATION_DIGITS:
            return None
        digits *= 2
    return None


def _image(number: Evaluator, coefficients: Moebius) -> Evaluator:
    """Return the Moebius map of a number."""
    return lambda bits: moebius_image(coefficients, number, bits)
