"""The limit of a formula as an exact Moebius map of a constant with a name, step by step.

A derivation is a chain of maps from the formula to the constant: the formula is rewritten (mirrored, deflated, started
elsewhere), becomes a quotient of two hypergeometric functions (Pincherle's theorem), whose parameters are moved by
contiguity and transformations to those of an identity of the table. `steps.py` has the steps, the functions here choose
them: which identity leads on is decided by the parameters mod 1, as in `normal_form.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import ceil, floor

from gmpy2 import mpq

from catalog.formulas.pcf import PCF
from indexer.mathematics.closed_forms.contiguity import Number, Quotient
from indexer.mathematics.closed_forms.equation import Equation, equation
from indexer.mathematics.closed_forms.exact import exact_field
from indexer.mathematics.closed_forms.identities import identities, plain
from indexer.mathematics.closed_forms.normal_form import HALF, least_pair
from indexer.mathematics.closed_forms.reductions import reduced
from indexer.mathematics.closed_forms.steps import Chain, Derivation
from indexer.mathematics.numbers.squares import rational_root
from indexer.mathematics.numbers.surds import Surd

MAX_BITS = 3_000
"""Length of the longest coefficient that is derived, in bits: about 900 decimal digits."""

MAX_SHIFTS = 400
"""Farthest start, in steps from that of the formula, from which a derivation goes on."""

EQUIANHARMONIC = (mpq(1, 4), mpq(1, 3), mpq(5, 6))
"""Argument and parameters mod 1 of 2F1(1, al; g; x) at a third of a period of y^2 = x^3 - 1."""

MAX_MOVES = 600
"""Largest move of a parameter by contiguity."""


def derivation(formula: PCF) -> Derivation | None:
    """Return the chain from a formula to a constant with a name.

    None as for `any_derivation`, and where the limit is rational, quadratic or infinite (`exact.py`).
    """
    found = equation(formula)
    return None if found is None or exact_field(found) is not None else any_derivation(formula)


@lru_cache(maxsize=1024)
def any_derivation(formula: PCF) -> Derivation | None:
    """Return the chain from a formula to a constant with a name, which may be an algebraic number.

    None where the formula has no closed form, where its constant has no simpler name, and where it lies beyond
    `MAX_SHIFTS`, `MAX_MOVES` and `MAX_BITS`.
    """
    found = equation(formula)
    if found is None or found.kind not in _DERIVED:
        return None
    chain = Chain(formula)
    chain.rewritten(found)
    try:
        done = _DERIVED[found.kind](chain, found)
    except (ZeroDivisionError, Unreached):
        return None
    derived = chain.finished() if done else None
    return derived if derived is not None and derived.bits <= MAX_BITS else None


class Unreached(ArithmeticError):
    """a derivation would be too long, or takes a parameter that it cannot move."""


def _named(chain: Chain, key: str, **values: Number) -> bool:
    """End a chain by an identity of the table: move to its parameters, then name the constant."""
    identity, quotient = identities()[key], chain.quotient
    if not identity.holds(values):
        return False
    base = identity.quotient(values)
    _check_moves(quotient, base)
    chain.moved_to(base)
    chain.named(identity, values)
    for link, variables in reduced(key, values):
        chain.named(identities()[link], variables)
    return True


def _check_moves(first: Quotient, second: Quotient) -> None:
    for p, q in zip(first.below, second.below, strict=True):
        move = plain(p - q)
        if abs(move) > MAX_MOVES:
            raise Unreached


def _start(chain: Chain, shift: Number) -> None:
    """Start the formula `shift` steps later, or earlier where it is negative."""
    if abs(shift) > MAX_SHIFTS:
        raise Unreached
    chain.shifted(int(shift))


# ------------------------------------------------------------------ Bessel functions


def _bessel(chain: Chain, s: Equation) -> bool:
    g, z = s.lower.p, s.argument.p
    order = _in_unit(g - 1)
    _start(chain, order - (g - 1))
    chain.represented()
    return _bessel_value(chain, order, z)


def _bessel_value(chain: Chain, order: mpq, z: mpq) -> bool:
    """Name a quotient of 0F1(; order + integer; z), where 0 < order <= 1."""
    if order == HALF:
        root = rational_root(abs(4 * z))
        if z < 0:
            return _named(chain, "tangent", q=-4 * z)
        if root is None:
            return _named(chain, "hyperbolic-tangent", q=4 * z)
        return _named(chain, "hyperbolic-exponential", t=2 * root)
    if order == 1 and abs(z) == 1:
        return _named(chain, "bessel-i" if z > 0 else "bessel-j")
    return _named(chain, "bessel-ratio", s=order, z=z)


# ------------------------------------------------------------------ Kummer's functions


def _kummer(chain: Chain, s: Equation) -> bool:
    al, g, z = s.upper[0].p, s.lower.p, s.argument.p
    if al.denominator == 1:
        _start(chain, 1 - al)
        chain.represented()
        return _incomplete_gamma(chain, z, g)
    if (g - al).denominator == 1:
        _start_regular(chain, g)
        chain.represented()
        chain.transformed("kummer")
        return _incomplete_gamma(chain, -z, g)
    if (2 * al - g).denominator != 1:
        return False
    order = _in_unit(al + HALF)
    _start_regular(chain, g, wish=order + HALF - al)
    chain.represented()
    a = order - HALF
    _move(chain, (a, 2 * a), (a + 1, 2 * a + 2))
    chain.transformed("bessel")
    return _bessel_value(chain, order, z * z / 16)


def _incomplete_gamma(chain: Chain, z: mpq, g: mpq) -> bool:
    """Name a quotient of 1F1(integer; g + integer; z)."""
    if g.denominator == 1:
        return _named(chain, "exponential", z=z) if z > 0 else _named(chain, "exponential-negative", z=-z)
    if g.denominator == 2:
        return _named(chain, "error-function", z=z) if z > 0 else _named(chain, "dawson", z=-z)
    return _named(chain, "incomplete-gamma", c=_in_unit(g) + 1, z=z)


def _start_regular(chain: Chain, g: mpq, wish: Number = 0) -> None:
    """Start where the lower parameter g, if it is an integer, is 2 or more, as near to the wish as that allows."""
    _start(chain, max(wish, 2 - g) if g.denominator == 1 else wish)


def _move(chain: Chain, above: tuple[Number, ...], below: tuple[Number, ...]) -> None:
    base = Quotient(chain.quotient.function, above, below, chain.quotient.argument)
    _check_moves(chain.quotient, base)
    chain.moved_to(base)


# ------------------------------------------------------------------ Tricomi's functions


def _parabolic(chain: Chain, s: Equation) -> bool:
    r, w = 2 * s.upper[0].p, s.argument.p
    if r.denominator == 1:
        _start(chain, -r)
        chain.represented()
        return _named(chain, "mills", x=w)
    if r.denominator == 2:
        _start(chain, HALF - r)
        chain.represented()
        return _named(chain, "bessel-k", n=mpq(1, 4), y=w / 2)
    return False


def _tricomi(chain: Chain, s: Equation) -> bool:
    al, c, kappa = s.upper[0], s.lower, s.argument.p
    if not al.rational:
        return False
    first, second = al.p, (al - c).p + 1
    if first.denominator == 1 or second.denominator == 1:
        integer = min(p for p in (first, second) if p.denominator == 1)
        _start(chain, 1 - integer)
        chain.represented()
        if integer != first:
            chain.transformed("kummer")
        return _upper_gamma(chain, plain(chain.quotient.below[1]), kappa)
    if (first + second).denominator != 1:
        return False
    nu = (first - HALF) % 1
    n = min(nu, 1 - nu)
    _start(chain, 0)
    chain.represented()
    if nu == n and n:
        chain.transformed("kummer")  # to 1/2 - n mod 1
    return _named(chain, "bessel-k", n=n, y=kappa / 2)


def _upper_gamma(chain: Chain, c: mpq, kappa: mpq) -> bool:
    """Name a quotient of U(integer, c + integer, kappa)."""
    if c.denominator == 1:
        return _named(chain, "exponential-integral", x=kappa)
    if c.denominator == 2:
        return _named(chain, "mills", x=kappa)
    return _named(chain, "upper-gamma", c=_in_unit(c) + 1, x=kappa)


# ------------------------------------------------------------------ Gauss's functions


def _gauss(chain: Chain, s: Equation) -> bool:
    al, be, g, x = *s.upper, s.lower, s.argument
    if not g.rational:
        return False
    integers = [p.p for p in (al, be) if p.integer]
    if integers:
        _start(chain, 1 - min(integers))
    else:
        _start_regular(chain, g.p, wish=_best_start(al, be, halved=not x.rational))
    chain.represented()
    if not x.rational:
        chain.transformed("quadratic")
    return _gauss_value(chain)


def _best_start(al: Surd, be: Surd, *, halved: bool) -> mpq:
    """Return the start that brings the smaller parameter to (0, 1], or the one before or after it.

    A quadratic transformation halves the parameters: of two starts that is taken where the angle is smaller.
    """
    start = mpq(-floor(min(al.p, be.p)))
    if not (halved and al.rational):
        return start
    return min((start, start + 1), key=lambda k: abs((be.p + k + 1) / 2 - round((be.p + k + 1) / 2)))


def _gauss_value(chain: Chain, halved: bool = False) -> bool:
    """Name a quotient of 2F1 with rational lower parameter and argument, in the order of `normal_form.gauss_form`."""
    (al, be, g), x = chain.quotient.below, chain.quotient.argument
    if _circular_parameters(al, be, g):
        return _circular(chain)
    if isinstance(al, Surd):
        return False
    if al.denominator != 1 and be.denominator != 1:
        chain.transformed("euler")
        al, be = g - al, g - be
    if al.denominator == 1 and be.denominator != 1:
        chain.transformed("exchange")
        al, be = be, al
    even = (2 * g - al - be).denominator == 1
    if be.denominator == 1:
        return _reducible(chain)
    even_after, bailey_after = (g + al - be).denominator == 1, (g - al + be).denominator == 1
    if (-1 < x < 0 and not even and even_after) or (x == -1 and (even_after or bailey_after)):
        chain.transformed("pfaff")
        return _gauss_value_beyond(chain, halved)
    return _gauss_value_beyond(chain, halved)


def _gauss_value_beyond(chain: Chain, halved: bool) -> bool:
    """Name a quotient of 2F1 by theorems at x = 1/2, or after a quadratic transformation."""
    (al, be, g), x = chain.quotient.below, chain.quotient.argument
    even = (2 * g - al - be).denominator == 1
    if x == HALF and even:
        return _gauss_second(chain)
    if x == HALF and (al + be).denominator == 1:
        if al % 1 > HALF:
            chain.transformed("exchange")
            al = be
        return _named(chain, "bailey", a=al % 1, c=_in_unit(g))
    if halved or not even or x > HALF:
        return False
    a, b = al + (2 * g - al - be - 1) % 2, be
    _move(chain, (a - 1, b - 1, (a + b - 1) / 2), (a, b, (a + b + 1) / 2))
    chain.transformed("quadratic")
    return _gauss_value(chain, halved=True)


def _reducible(chain: Chain) -> bool:
    """Name a quotient of 2F1(al, integer; g; x)."""
    (al, _, g), x = chain.quotient.below, chain.quotient.argument
    if g.denominator == 1 and al.denominator == 1:
        return _named(chain, "logarithm", u=1 - x) if x < 0 else _named(chain, "logarithm-inverse", u=1 / (1 - x))
    if g.denominator > 2 and al.denominator != 1 and (x < 0 or (g - al).denominator == 1):
        chain.transformed("pfaff")
        x, al = x / (x - 1), g - al
    if x == HALF and g.denominator > 2 and (2 * g - al).denominator == 1:
        return _gauss_second(chain)
    chain.transformed("exchange")
    if (x, al % 1, g % 1) == EQUIANHARMONIC:
        return _named(chain, "equianharmonic-third")
    if x == EQUIANHARMONIC[0] and (al % 1, g % 1) == (mpq(2, 3), mpq(1, 6)):
        chain.transformed("pfaff")
        return _named(chain, "minus-one-third", a=mpq(-1, 3))
    if g.denominator == 1:
        return _named(chain, "power", a=al % 1, u=1 - x)
    if g.denominator == 2 and al.denominator == 2:
        return _named(chain, "arctangent", q=-x) if x < 0 else _named(chain, "artanh", p=x)
    if g.denominator == 2 and al.denominator == 1:
        return _named(chain, "arcsine", q=x / (1 - x)) if x > 0 else _named(chain, "arsinh", p=x / (x - 1))
    return _named(chain, "incomplete-beta", a=_in_unit(al), c=_in_unit(g) + 1, x=x)


def _gauss_second(chain: Chain) -> bool:
    """Name a quotient of 2F1(al, be; g; 1/2) where 2 g - al - be is an integer."""
    al, be, g = chain.quotient.below
    a, b = least_pair(al + (2 * g - al - be - 1) % 2, be)
    if (a - al).denominator != 1:
        chain.transformed("exchange")
    return _named(chain, "gauss-second", a=a, b=b)


def _circular_parameters(al: Number, be: Number, g: Number) -> bool:
    """Return whether al + be is an integer, g half of an odd one, and neither al nor g - al an integer."""
    total = plain(al + be)
    if g.denominator != 2 or isinstance(total, Surd) or total.denominator != 1:
        return False
    return isinstance(al, Surd) or al.denominator > 2


def _circular(chain: Chain) -> bool:
    """Name a quotient of 2F1(m - a, a; 1/2 + k; x), a trigonometric function of a multiple of an angle."""
    (_, be, _), x = chain.quotient.below, chain.quotient.argument
    if isinstance(be, Surd):
        square, half, negative = be.q * be.q * be.d, be.p.denominator == 2, be.q < 0
    else:  # an angle divided by an integer
        square, half, negative = min(be % 1, -be % 1) ** 2, False, be % 1 > HALF
    if negative:
        chain.transformed("exchange")
    odd, imaginary = ("odd-" if half else ""), ("-imaginary" if square < 0 else "")
    values = {"v" if square < 0 else "s": abs(square)}
    if x > 0:
        return _named(chain, f"{odd}multiple-angle{imaginary}", q=x / (1 - x), **values)
    return _named(chain, f"{odd}multiple-area{imaginary}", p=x / (x - 1), **values)


def _in_unit(number: mpq) -> mpq:
    """Return the number in (0, 1] that differs from the given one by an integer."""
    return number - ceil(number) + 1


_DERIVED: dict[str, Callable[[Chain, Equation], bool]] = {
    "bessel": _bessel,
    "kummer": _kummer,
    "parabolic": _parabolic,
    "tricomi": _tricomi,
    "gauss": _gauss,
}
