"""Expressions that a limit may be a Moebius map of, derived from the coefficients of its formula by theory alone.

A formula's shape (`shapes.py`) gives the parameters of its hypergeometric function. Where these are special, by the
classical reductions cited below, the function is elementary, a ratio of Bessel functions, an incomplete Gamma
function or a quotient of Gamma functions; integer shifts of the parameters do not change the constant. Formulas
beyond shapes are asked for a first-order solution (`telescoping.py`). Each candidate is a guess: `guess.py` tests it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from math import isqrt, lcm

from catalog.expressions import parse_expression
from catalog.formula import PCF
from indexer.shapes import Shape, shape
from indexer.surds import Surd, square_part
from indexer.telescoping import first_order_solutions

MAX_CANDIDATES = 16
"""Candidates proposed for one formula at most."""

HALF = Fraction(1, 2)


def candidates(formula: PCF) -> list[str]:
    """Expressions in order of likelihood, without repetition; empty where theory proposes nothing."""
    return list(islice(dict.fromkeys(map(canonical, _proposals(formula))), MAX_CANDIDATES))


@lru_cache(maxsize=4096)
def canonical(expression: str) -> str:
    """An expression with its rational parts reduced, as members of the library print."""
    return str(parse_expression(expression).substitute({})).replace("exp(1)", "e")


def _proposals(formula: PCF) -> Iterator[str]:
    found = shape(formula)
    if found is None:
        yield from _first_order(formula)
        yield from _transformed_bessel(formula)
    elif found.kind in _SHAPES:
        yield from _SHAPES[found.kind](found)


def _fraction_part(x: Fraction) -> Fraction:
    return x - (x.numerator // x.denominator)


def _is_integer(x: Surd | Fraction) -> bool:
    return x.integer if isinstance(x, Surd) else x.denominator == 1


def _root(x: Fraction) -> Fraction | None:
    """The square root of a rational number where it is rational."""
    if x < 0:
        return None
    above, below = isqrt(x.numerator), isqrt(x.denominator)
    return Fraction(above, below) if (above * above, below * below) == (x.numerator, x.denominator) else None


def _root_text(x: Fraction) -> str:
    """The square root of a nonnegative rational number as an expression."""
    root = _root(x)
    return f"sqrt({x})" if root is None else str(root)


def _times(x: Fraction, text: str) -> str:
    """sqrt(x)*text, the root left out where it is rational."""
    return text if _root(x) is not None else f"sqrt({_square_class(x)})*{text}"


def _square_class(x: Fraction) -> int:
    return square_part(int(x.numerator * x.denominator))[1]


def _exp(x: Fraction) -> str:
    """The exponential of a rational number or its reciprocal."""
    return f"exp({abs(x)})"


def _log(x: Fraction) -> str:
    """The logarithm of a rational number x > 0 up to a rational factor: log(9/4) is log(3/2) doubled."""
    x = max(x, 1 / x)
    while (root := _root(x)) is not None and x != 1:
        x = root
    return f"log({x})"


def _complementary(w: Fraction) -> str:
    """sqrt(pi w) exp(w) erfc(sqrt(w)) up to a rational factor (Mills' ratio)."""
    return _times(w, f"sqrt(pi)*exp({w})*erfc({_root_text(w)})")


def _bessel_ratio(order: Fraction, z: Fraction) -> Iterator[str]:
    """0F1(;s+1;z)/0F1(;s;z) for s = order mod 1; tanh and tan at half integers (DLMF 10.39.1, 10.16.1)."""
    s = _fraction_part(order)
    if s == HALF:
        root = _root(4 * abs(z))
        argument = _root_text(4 * abs(z))
        if z > 0:
            yield _exp(2 * root) if root is not None else f"sqrt({4 * z})*tanh({argument})"
        else:
            yield f"tan({argument})" if root is not None else f"sqrt({-4 * z})*tan({argument})"
    elif s == 0:
        yield f"hyp0f1(2, {z})/hyp0f1(1, {z})"
    else:
        yield f"hyp0f1({s + 1}, {z})/hyp0f1({s}, {z})"


def _bessel(found: Shape) -> Iterator[str]:
    yield from _bessel_ratio(found.lower.p, found.argument.p)


def _kummer(found: Shape) -> Iterator[str]:
    """Incomplete Gamma functions (DLMF 13.6.5), exp, and Bessel functions where g = 2 al (DLMF 13.6.9)."""
    (al,), g, z = (p.p for p in found.upper), found.lower.p, found.argument.p
    if _is_integer(g) and _is_integer(al):
        yield _exp(z)
    elif _is_integer(al) or _is_integer(g - al):
        yield f"hyp1f1(1, {1 + _fraction_part(g)}, {z if _is_integer(al) else -z})"
    if _is_integer(2 * al - g):
        yield from _bessel_ratio(al + HALF, z * z / 16)


def _parabolic(found: Shape) -> Iterator[str]:
    """Mills' ratio (DLMF 12.7.5) and Bessel functions of order 1/4 (DLMF 12.7.10)."""
    r, w = 2 * found.upper[0].p, found.argument.p
    if _is_integer(r) and w:
        yield _complementary(w)
    elif _is_integer(r):
        yield f"sqrt(pi*{_square_class(found.scale.q**2 * found.scale.d + found.scale.p**2)}/2)"
    elif _is_integer(2 * r) and w:
        yield f"besselk(3/4, {w / 2})/besselk(1/4, {w / 2})"


def _tricomi(found: Shape) -> Iterator[str]:
    """Incomplete Gamma functions (DLMF 13.6.6), their exponential integral, and Bessel K (DLMF 13.6.10)."""
    (al,), c, kappa = found.upper, found.lower, found.argument.p
    if not (al.rational and c.rational):
        return
    if al.integer or _is_integer(al.p - c.p):
        s = _fraction_part(c.p if al.integer else -c.p)
        if s == 0:
            yield f"exp({kappa})*e1({kappa})"
        elif s == HALF:
            yield _complementary(kappa)
        else:
            yield f"hypu(1, {1 + s}, {kappa})"
    elif _is_integer(2 * al.p - c.p):
        s = _fraction_part(al.p + HALF)
        yield f"besselk({s + 1}, {kappa / 2})/besselk({s}, {kappa / 2})"


def _gauss(found: Shape) -> Iterator[str]:
    """Logarithms, arctangents and powers; then the special points of DLMF 15.4."""
    al, be = found.upper
    A1, B2 = (found.formula.a[1] if found.formula.deg_a else 0), found.formula.b[2]
    if found.formula.deg_b == 2 and A1 * A1 + 4 * B2 > 0:
        yield from _legendre(found, A1, B2)
        yield from _circular(found, A1, B2)
        if A1 == 0:
            yield from _half_argument(al, be, found.lower, Fraction(B2))
    yield from _first_order(found.formula)


def _legendre(found: Shape, A1: int, B2: int) -> Iterator[str]:
    """The logarithm of the eigenvalue ratio, for integers al, be, g and irrational eigenvalues (DLMF 14.5.7)."""
    if not all(p.integer for p in (*found.upper, found.lower)):
        return
    D = Fraction(A1 * A1 + 4 * B2)
    if A1 and _root(D) is None:
        yield _times(D, _surd_log(min(A1 * A1 / D, D / (A1 * A1))))


def _circular(found: Shape, A1: int, B2: int) -> Iterator[str]:
    """F(a, 1-a; 1/2 + m; sin^2) = trigonometric functions of (2a-1) phi (DLMF 15.4.12 to 15.4.18).

    Here phi = arctan(2 sqrt(B2)/A1) and a = p + delta with 2p an integer, delta^2 = discriminant of b / (2 B2)^2.
    """
    al, be, g = *found.upper, found.lower
    if not (g.rational and _is_integer(g.p - HALF) and _is_integer((al + be).p)):
        return
    square = Fraction(found.formula.b[1] ** 2 - 4 * B2 * found.formula.b[0], 4 * B2 * B2)
    logarithmic = square == 0 or _is_integer(al)
    if B2 < 0:
        if logarithmic:
            yield from _arctangent(Fraction(4 * B2, A1 * A1))
        return
    angle = "pi/4" if A1 * A1 == 4 * B2 else f"atan({_root_text(Fraction(4 * B2, A1 * A1))})" if A1 else "pi/2"
    if logarithmic:
        yield from _arctangent(Fraction(4 * B2, A1 * A1)) if A1 else (_times(Fraction(B2), "pi"),)
    elif square > 0:
        yield _times(B2 * square, f"tan({_root_text(square)}*{angle})")
    else:
        yield _times(-B2 * square, f"tanh({_root_text(-square)}*{angle})")


def _half_argument(al: Surd, be: Surd, g: Surd, B2: Fraction) -> Iterator[str]:
    """Quotients of Gamma functions at x = 1/2: Bailey's and Gauss's second theorem (DLMF 15.4.28, 15.4.30)."""
    if al.d < 0:
        return
    one, half = Surd.of(1), HALF
    texts = []
    if _is_integer((al + be).p) and (al.rational or g.rational or al.d == g.d):
        above, below = ((g + al) * half, (g + one - al) * half), ((g + one + al) * half, (g + 2 - al) * half)
        texts.append(_gamma_quotient(above, below))
    if g.rational and _is_integer(g.p - ((al + be).p + 1) / 2):
        texts.append(_gamma_quotient(((al + one) * half, (be + one) * half), (al * half, be * half)))
    yield from (_times(B2, text) for text in texts if text)


def periods(formula: PCF) -> Iterator[str]:
    """Gamma quotients for exponents in sixths or fourths, which incomplete Beta functions take at torsion points.

    They are periods of the curves with complex multiplication by sqrt(-3) and i (Chowla and Selberg 1967).
    """
    found = shape(formula)
    if found is None or found.kind != "gauss" or not all(p.rational for p in (*found.upper, found.lower)):
        return
    denominator = lcm(*(int(p.p.denominator) for p in (*found.upper, found.lower)))
    if denominator in (3, 6):
        for two, root, power in product(("", "2^(1/3)*", "2^(2/3)*"), ("", "sqrt(3)*"), ("pi", "pi^2")):
            yield f"{two}{root}gamma(1/3)^3/{power}"
    elif denominator == 4:
        for root, power in product(("sqrt(2)*", ""), ("pi^(3/2)", "sqrt(pi)")):
            yield f"{root}gamma(1/4)^2/{power}"


def _gamma_quotient(above: tuple[Surd, ...], below: tuple[Surd, ...]) -> str:
    """A quotient of Gamma functions up to a rational factor (DLMF 5.5.1), empty where that is all."""
    powers: Counter[str] = Counter()
    for sign, arguments in ((1, above), (-1, below)):
        for p in arguments:
            reduced = p if not p.rational else Surd.of(_fraction_part(p.p))
            if reduced.p or not reduced.rational:
                powers[f"gamma({reduced.text()})"] += sign
    if not any(k for text, k in powers.items() if text != "gamma(1/2)"):
        return {0: "", 1: "sqrt(pi)"}.get(abs(powers["gamma(1/2)"]), "pi")
    top = [_power(text, k) for text, k in sorted(powers.items()) if k > 0]
    bottom = [_power(text, -k) for text, k in sorted(powers.items()) if k < 0]
    if not bottom:
        return "*".join(top)
    return f"{'*'.join(top) or '1'}/({'*'.join(bottom)})"


def _power(text: str, k: int) -> str:
    return text if k == 1 else f"{text}^{k}"


def _first_order(formula: PCF) -> Iterator[str]:
    """The constants of sums 2F1(1, b; c; x) and 1F2(1; c, d; x) with an elementary or Bessel value."""
    for solution in first_order_solutions(formula):
        parameters = solution.sum_parameters
        if parameters is None:
            continue
        upper, lower, x = parameters
        if (len(upper), len(lower)) == (1, 1) and x < 1:
            yield from _incomplete_beta(_fraction_part(upper[0]), _fraction_part(lower[0]), x)
        elif (len(upper), len(lower)) == (0, 1):
            yield _exp(x) if _is_integer(lower[0]) else f"hyp1f1(1, {1 + _fraction_part(lower[0])}, {x})"
        elif (len(upper), len(lower)) == (0, 2):
            first, second = sorted(lower, key=lambda c: (not _is_integer(c), c))
            if _is_integer(first):
                yield from _bessel_values(second - first + 1, x)


def _transformed_bessel(formula: PCF) -> Iterator[str]:
    """The Bessel ratios that a formula of degrees (2, 2) can have by a rational change of its solutions.

    Against w_n = (n + g) w_{n-1} + z w_{n-2} the leading terms of the two solutions give z = B2/A2^2, the next ones 2g
    modulo 1; and the change multiplies b by d(n)/d(n-1), so that its roots differ by an integer.
    """
    if (formula.deg_a, formula.deg_b) != (2, 2):
        return
    (_, A1, A2), (B0, B1, B2) = formula.a, formula.b
    difference = _root(Fraction(B1 * B1 - 4 * B2 * B0, B2 * B2))
    if difference and _is_integer(difference):
        g = Fraction(A1, A2) - Fraction(B1, 2 * B2)
        yield from _bessel_ratio(g, Fraction(B2, A2 * A2))
        yield from _bessel_ratio(g + HALF, Fraction(B2, A2 * A2))


def _incomplete_beta(b: Fraction, c: Fraction, x: Fraction) -> Iterator[str]:
    """The constant of 2F1(1, b; c; x) modulo integers in b, c (DLMF 15.4.1 to 15.4.6, 8.17.7)."""
    if b == c == 0:
        yield _log(1 - x)
    elif c == 0:
        yield f"({1 - x})^({b})"
    elif b == 0 and c == HALF:
        yield from _arctangent(x / (1 - x))
    elif b == c == HALF:
        yield from _arctangent(-x)
    elif b in (0, c) and abs(x) < 1:
        yield f"hyp2f1(1, {b or 1}, {c + 1}, {x})"


def _arctangent(q: Fraction) -> Iterator[str]:
    """sqrt(q) arctan(sqrt(q)), which is a logarithm for q < 0 (DLMF 4.23.26, 4.37.24)."""
    if q == 1:
        yield "pi"
    elif q in (3, Fraction(1, 3)):
        yield "sqrt(3)*pi"
    elif q > 0:
        yield _times(q, f"atan({_root_text(q)})")
    elif -1 < q < 0:
        root = _root(-q)
        if root is not None:
            yield _log((1 + root) / (1 - root))
        else:
            yield _times(-q, _surd_log(-q))


def _surd_log(x: Fraction) -> str:
    """log((1 + sqrt(x))/(1 - sqrt(x))) for a rational number 0 < x < 1 that is no square."""
    size, radicand = square_part(int(x.numerator * x.denominator))
    side = Fraction(size, int(x.denominator))
    root = f"{side.numerator}*sqrt({radicand})"
    return f"log(({side.denominator} + {root})/({side.denominator} - {root}))"


def _bessel_values(order: Fraction, x: Fraction) -> Iterator[str]:
    """0F1(; order; x), then its neighbours; cosines and sines at half integers (DLMF 10.16.1, 10.39.1)."""
    s = _fraction_part(order)
    if s == HALF:
        argument, h = _root_text(4 * abs(x)), "h" if x > 0 else ""
        values = [f"cos{h}({argument})", _times(4 * abs(x), f"sin{h}({argument})")]
        yield from values if order == HALF else reversed(values)
    else:
        near = [order, s or Fraction(1), s + (1 if s else 2)]
        yield from (f"hyp0f1({c}, {x})" for c in near if not (_is_integer(c) and c <= 0))


_SHAPES = {
    "bessel": _bessel,
    "kummer": _kummer,
    "parabolic": _parabolic,
    "tricomi": _tricomi,
    "gauss": _gauss,
}
