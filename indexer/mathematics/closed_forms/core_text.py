"""Cores as constants: the expression of the elementary, Bessel, incomplete gamma and beta functions among them."""

from __future__ import annotations

from collections.abc import Callable

from gmpy2 import is_square, isqrt, mpq

from indexer.mathematics.closed_forms.normal_form import Core


def constant_text(c: Core) -> str | None:
    """Return a core as a constant expression such as `sqrt(5)*tanh(sqrt(5))`.

    None for algebraic cores and for those that are no simpler than the ratio of functions they come from.

    >>> from gmpy2 import mpq
    >>> from indexer.mathematics.numbers.surds import Surd
    >>> constant_text(Core("log", (Surd.of(mpq(3, 2)),)))
    'log(3/2)'
    """
    write = _TEXTS.get(c.kind)
    if write is None:
        return None
    return write(*(x.p for x in (*c.arguments, *c.phases)))


def _exp(t: mpq) -> str:
    return "e" if t == 1 else f"exp({t})"


def _square_root(q: mpq) -> tuple[str, str]:
    """Return sqrt(q) and the factor sqrt(q)*, which is left out where the root is rational."""
    if is_square(q.numerator) and is_square(q.denominator):
        return str(mpq(isqrt(q.numerator), isqrt(q.denominator))), ""
    return f"sqrt({q})", f"sqrt({q})*"


def _times_root(function: str) -> Callable[[mpq], str]:
    def write(q: mpq) -> str:
        root, factor = _square_root(q)
        return f"{factor}{function}({root})"

    return write


def _atan(q: mpq) -> str:
    root, factor = _square_root(abs(q))
    return f"{factor}{'atan' if q > 0 else 'atanh'}({root})"


def _pi(d: mpq) -> str:
    return "pi" if d == 1 else f"sqrt({d})*pi"


def _bessel(z: mpq, g: mpq) -> str:
    name, order = "besseli" if z > 0 else "besselj", g or mpq(1)
    t, factor = _square_root(4 * abs(z))
    return f"{factor}{name}({order}, {t})/{name}({order - 1}, {t})"


def _besselk(y: mpq, nu: mpq) -> str:
    return f"besselk({nu + 1}, {y})/besselk({nu}, {y})"


def _gamma(z: mpq, g: mpq) -> str:
    if g != mpq(1, 2):
        return f"hyp1f1(1, {g + 1}, {z})"
    root, factor = _square_root(abs(z))
    if z < 0:
        return f"{factor}dawson({root})"
    return f"sqrt({_product('pi', z)})*{_exp(z)}*erf({root})"


def _mills(w: mpq) -> str:
    root, _ = _square_root(w)
    return f"sqrt({_product('pi', w)})*{_exp(w)}*erfc({root})"


def _product(name: str, factor: mpq) -> str:
    if factor.numerator == 1:
        return name if factor == 1 else f"{name}/{factor.denominator}"
    return f"{name}*{factor}"


def _e1(kappa: mpq) -> str:
    return f"{_exp(kappa)}*e1({kappa})"


def _upper_gamma(kappa: mpq, c: mpq) -> str:
    return f"hypu(1, {c}, {kappa})"


def _power(u: mpq, al: mpq) -> str:
    return f"({u})^({al})"


def _beta(x: mpq, al: mpq, g: mpq) -> str:
    return f"hyp2f1(1, {al or mpq(1)}, {g + 1}, {x})"


def _quotient(al: mpq, be: mpq) -> str:
    above, below = [(p + 1) / 2 for p in (al, be)], [p / 2 + 1 for p in (al, be)]
    if al == be:
        return f"gamma({above[0]})^2/gamma({below[0]})^2"
    return "gamma({})*gamma({})/(gamma({})*gamma({}))".format(*above, *below)


def _bailey(a: mpq, c: mpq) -> str:
    above, below = [(c + a) / 2, (c - a + 1) / 2], [(c + a + 1) / 2, (c - a + 2) / 2]
    if a == mpq(1, 2):
        return f"gamma({above[0]})^2/gamma({below[0]})^2"
    return "gamma({})*gamma({})/(gamma({})*gamma({}))".format(*above, *below)


_TEXTS: dict[str, Callable[..., str]] = {
    "exp": _exp,
    "tanh": _times_root("tanh"),
    "tan": _times_root("tan"),
    "bessel": _bessel,
    "gamma": _gamma,
    "mills": _mills,
    "e1": _e1,
    "upper_gamma": _upper_gamma,
    "besselk": _besselk,
    "log": lambda u: f"log({u})",
    "pi": _pi,
    "atan": _atan,
    "power": _power,
    "beta": _beta,
    "quotient": _quotient,
    "bailey": _bailey,
}
