"""The names and functions that expressions for constants may use; `expressions` reads them and `evaluation` evaluates.

Each has a ball evaluation (Arb, rigorous), an independent one by mpmath, and LaTeX.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gmpy2
from flint import acb, acb_series, arb, dirichlet_char

from catalog.constants.known_digits import DIGITS

ELEMENTARY_LIMIT = 10**6
"""Largest absolute value of an argument of exp, sin and the like."""
SPECIAL_LIMIT = 10**3
"""Largest absolute value of an argument of a special function, which bounds its time."""


@dataclass(frozen=True, slots=True)
class Name:
    """A named number: its ball at the current precision, its attribute in mpmath (or its digits), its LaTeX."""

    ball: Callable[[], Any]
    mpmath: str
    latex: str

    def by_mpmath(self, context: Any) -> Any:
        """Return the value in an mpmath context."""
        return context.mpf(self.mpmath) if self.mpmath[0].isdigit() else +getattr(context, self.mpmath)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of `arity` arguments, each at most `limit` in absolute value (None: any).

    `ball` takes acb balls and works at the current precision; `mpmath` is an attribute of an mpmath context, or
    takes the context and the arguments; `latex` is a format string.
    """

    arity: int
    ball: Callable[..., Any]
    mpmath: str | Callable[..., Any]
    latex: str
    limit: int | None = SPECIAL_LIMIT


_LATEX_OF_DIGITS = {
    "feigenbaum_delta": r"\delta_F",
    "feigenbaum_alpha": r"\alpha_F",
    "mills": "M_3",
    "landau_ramanujan": "K_{LR}",
    "twin_prime": "C_2",
    "mertens": "M_1",
    "dottie": "d",
    "laplace_limit": r"\lambda_L",
    "soldner": r"\mu_S",
    "artin": "C_{Artin}",
    "golomb_dickman": r"\lambda_{GD}",
    "cahen": "C_{Cahen}",
    "erdos_borwein": "E_B",
    "thue_morse": r"\tau_{TM}",
    "copeland_erdos": "C_{CE}",
    "rabbit": "R_{rabbit}",
    "paperfolding": "P_f",
    "reciprocal_fibonacci": r"\psi_F",
    "niven": "H_{Niven}",
    "alladi_grinstead": r"\alpha_{AG}",
    "porter": "C_{Porter}",
    "mrb": "C_{MRB}",
    "kepler_bouwkamp": r"\rho_{KB}",
    "somos": r"\sigma_{Somos}",
    "lehmer": r"\sigma_{Lehmer}",
    "fransen_robinson": "F_{FR}",
    "madelung": "M_{NaCl}",
    "prime_constant": r"\rho_P",
    "prime_squares": "P(2)",
    "sophomore_dream": "I_{SD}",
    "alternating_sophomore_dream": "I_{SD}'",
    "backhouse": "B_{Backhouse}",
    "komornik_loreti": "q_{KL}",
    "hafner_sarnak_mccurley": "D_{HSM}",
    "carefree": "K_{free}",
}

NAMES = {
    "pi": Name(lambda: acb(arb.pi()), "pi", r"\pi"),
    "e": Name(lambda: acb(arb.const_e()), "e", "e"),
    "phi": Name(lambda: acb((1 + arb(5).sqrt()) / 2), "phi", r"\varphi"),
    "euler_gamma": Name(lambda: acb(arb.const_euler()), "euler", r"\gamma"),
    "catalan": Name(lambda: acb(arb.const_catalan()), "catalan", "G"),
    "khinchin": Name(lambda: acb(arb.const_khinchin()), "khinchin", "K_0"),
    "glaisher": Name(lambda: acb(arb.const_glaisher()), "glaisher", "A"),
    "i": Name(lambda: acb(0, 1), "j", "i"),
    **{name: Name(known.ball, known.text, _LATEX_OF_DIGITS[name]) for name, known in DIGITS.items()},
}

ALIASES = {
    "π": "pi",
    "φ": "phi",
    "γ": "euler_gamma",
    "egamma": "euler_gamma",
    "eulergamma": "euler_gamma",
    "golden": "phi",
    "ln": "log",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "digamma": "psi",
    "elliptick": "ellipk",
    "elliptice": "ellipe",
    "hyperu": "hypu",
    "airy": "airyai",
    "feigenbaum": "feigenbaum_delta",
    "hurwitz": "hurwitzzeta",
}
"""Other spellings, in lower case; upper and lower case are not told apart."""


def _elementary(method: str, latex: str, mpmath: str | None = None, limit: int | None = None) -> Function:
    return Function(1, lambda x: getattr(x, method)(), mpmath or method, latex, limit)


def _call(name: str) -> str:
    return f"\\{name}\\left({{0}}\\right)"


def _operator(name: str) -> str:
    return f"\\operatorname{{{{{name}}}}}\\left({{0}}\\right)"


def _special(method: str, latex: str, mpmath: str | None = None) -> Function:
    return _elementary(method, latex, mpmath, SPECIAL_LIMIT)


def _dawson(x: Any) -> Any:
    return acb(arb.const_sqrt_pi()) / 2 * (-x * x).exp() * x.erfi()


def _pcfd(v: Any, z: Any) -> Any:
    """D_v(z) by DLMF 12.2.5 and 12.4, as two 1F1 that are entire in z."""
    half, square = acb(1) / 2, z * z / 2
    even = square.hypgeom_1f1(-v / 2, half) * ((1 - v) / 2).rgamma()
    odd = square.hypgeom_1f1((1 - v) / 2, 3 * half) * (-v / 2).rgamma() * z * acb(2).sqrt()
    return acb(2) ** (v / 2) * (-square / 2).exp() * acb(arb.const_sqrt_pi()) * (even - odd)


def _beta(x: Any, y: Any) -> Any:
    return x.gamma() * y.gamma() * (x + y).rgamma()


def _root(x: Any, k: Any) -> Any:
    return x ** (1 / k)


def _mpmath_root(context: Any, x: Any, k: Any) -> Any:
    return context.power(x, 1 / k)


def _mpmath_dawson(context: Any, x: Any) -> Any:
    return context.sqrt(context.pi) / 2 * context.exp(-x * x) * context.erfi(x)


def _mpmath_gammalower(context: Any, s: Any, x: Any) -> Any:
    return context.gammainc(s, 0, x)


def _struve(v: Any, x: Any, sign: int) -> Any:
    """H_v(x) for sign -1, L_v(x) for sign 1, by the entire series of DLMF 11.2.1, 11.2.2."""
    three_halves, half = acb(3) / 2, x / 2
    series = (sign * half * half).hypgeom([acb(1)], [three_halves, v + three_halves])
    return half ** (v + 1) * three_halves.rgamma() * (v + three_halves).rgamma() * series


def _zeta_derivative(s: Any) -> Any:
    """zeta'(s), the coefficient of x in zeta(s + x)."""
    return acb_series([s, 1], 2).zeta()[1]


def _stieltjes(n: Any) -> Any:
    """The n-th Stieltjes constant, n a natural number up to 100; NaN for anything else."""
    exact = n.real.unique_fmpz() if n.imag.contains(0) else None
    return acb("nan") if exact is None or not 0 <= int(exact) <= 100 else acb.stieltjes(int(exact))


def _erfinv(x: Any) -> Any:
    return acb(x.real.erfinv()) if x.imag.contains(0) else acb("nan")


def _dirichlet_l(d: Any, s: Any) -> Any:
    """L(s, chi) of the real character chi(n) = (d/n), d a fundamental discriminant; NaN for any other d."""
    discriminant = _fundamental(d)
    if discriminant is None:
        return acb("nan")
    modulus = abs(discriminant)
    for number in range(1, modulus + 1):
        character = dirichlet_char(modulus, number) if gmpy2.gcd(number, modulus) == 1 else None
        if character is not None and character.is_real() and character.is_primitive():
            values = [gmpy2.kronecker(discriminant, k) for k in range(1, modulus)]
            if all(character(k) == v for k, v in enumerate(values, 1) if v):
                return character.l(s)
    return acb("nan")


def _fundamental(d: Any) -> int | None:
    """The integer of a ball, where it is a fundamental discriminant other than 1."""
    exact = d.real.unique_fmpz() if d.imag.contains(0) else None
    if exact is None or int(exact) in (0, 1):
        return None
    value = int(exact)
    core = value if value % 4 == 1 else value // 4 if value % 16 in (8, 12) else 0
    square_free = core != 0 and all(core % (p * p) for p in range(2, int(abs(core) ** 0.5) + 1))
    return value if square_free else None


def _mpmath_dirichlet_l(context: Any, d: Any, s: Any) -> Any:
    return context.dirichlet(s, [int(gmpy2.kronecker(int(d), k)) for k in range(abs(int(d)))])


FUNCTIONS = {
    "sqrt": _elementary("sqrt", r"\sqrt{{{0}}}"),
    "cbrt": Function(1, lambda x: x.root(3), "cbrt", r"\sqrt[3]{{{0}}}", None),
    "root": Function(2, _root, _mpmath_root, r"\sqrt[{1}]{{{0}}}", None),
    "exp": _elementary("exp", r"e^{{{0}}}", limit=ELEMENTARY_LIMIT),
    "log": _elementary("log", _call("log")),
    **{f: _elementary(f, _call(f), limit=ELEMENTARY_LIMIT) for f in ("sin", "cos", "tan", "cot")},
    **{f: _elementary(f, _call(f), limit=ELEMENTARY_LIMIT) for f in ("sinh", "cosh", "tanh", "coth")},
    **{f"a{f}": _elementary(f"a{f}", _call(f"arc{f}")) for f in ("sin", "cos", "tan")},
    **{f"a{f}": _elementary(f"a{f}", _operator(f"ar{f}")) for f in ("sinh", "cosh", "tanh")},
    "agm": Function(2, lambda x, y: x.agm(y), "agm", r"\operatorname{{agm}}\left({0}, {1}\right)", None),
    "gamma": _special("gamma", r"\Gamma\left({0}\right)"),
    "beta": Function(2, _beta, "beta", r"\mathrm{{B}}\left({0}, {1}\right)"),
    "psi": _special("digamma", r"\psi\left({0}\right)", "digamma"),
    "zeta": _special("zeta", r"\zeta\left({0}\right)"),
    "zetaprime": Function(1, _zeta_derivative, lambda context, s: context.zeta(s, 1, 1), r"\zeta'\left({0}\right)"),
    "hurwitzzeta": Function(2, lambda s, a: s.zeta(a), "zeta", r"\zeta\left({0}, {1}\right)"),
    "dirichletl": Function(2, _dirichlet_l, _mpmath_dirichlet_l, r"L\left({1}, \chi_{{{0}}}\right)"),
    "airyai": Function(1, lambda x: x.airy_ai(), "airyai", r"\operatorname{{Ai}}\left({0}\right)"),
    "airybi": Function(1, lambda x: x.airy_bi(), "airybi", r"\operatorname{{Bi}}\left({0}\right)"),
    "polylog": Function(
        2, lambda s, x: x.polylog(s), "polylog", r"\operatorname{{Li}}_{{{0}}}\left({1}\right)", 100
    ),
    "lambertw": _special("lambertw", r"W\left({0}\right)"),
    "erf": _special("erf", _operator("erf")),
    "erfc": _special("erfc", _operator("erfc")),
    "erfi": _special("erfi", _operator("erfi")),
    "dawson": Function(1, _dawson, _mpmath_dawson, r"F\left({0}\right)"),
    "erfinv": Function(1, _erfinv, "erfinv", _operator("erf^{{-1}}")),
    "ei": _special("ei", _operator("Ei")),
    "li": _special("li", _operator("li")),
    **{f: _special(f, _operator(f.capitalize())) for f in ("si", "ci", "shi", "chi")},
    "stieltjes": Function(1, _stieltjes, lambda context, n: context.stieltjes(int(n)), r"\gamma_{{{0}}}"),
    "polygamma": Function(2, lambda m, x: x.polygamma(m), "psi", r"\psi^{{({0})}}\left({1}\right)"),
    "e1": Function(1, lambda x: x.expint(acb(1)), "e1", r"E_1\left({0}\right)"),
    "gammainc": Function(
        2, lambda s, x: x.gamma_upper(s), "gammainc", r"\Gamma\left({0}, {1}\right)"
    ),
    "gammalower": Function(
        2, lambda s, x: x.gamma_lower(s), _mpmath_gammalower, r"\gamma\left({0}, {1}\right)"
    ),
    "besseli": Function(2, lambda v, x: x.bessel_i(v), "besseli", r"I_{{{0}}}\left({1}\right)"),
    "besselj": Function(2, lambda v, x: x.bessel_j(v), "besselj", r"J_{{{0}}}\left({1}\right)"),
    "besselk": Function(2, lambda v, x: x.bessel_k(v), "besselk", r"K_{{{0}}}\left({1}\right)"),
    "bessely": Function(2, lambda v, x: x.bessel_y(v), "bessely", r"Y_{{{0}}}\left({1}\right)"),
    "struveh": Function(2, lambda v, x: _struve(v, x, -1), "struveh", r"\mathbf{{H}}_{{{0}}}\left({1}\right)"),
    "struvel": Function(2, lambda v, x: _struve(v, x, 1), "struvel", r"\mathbf{{L}}_{{{0}}}\left({1}\right)"),
    "hyp0f1": Function(2, lambda b, z: z.hypgeom_0f1(b), "hyp0f1", r"{{}}_0F_1\left(;{0};{1}\right)"),
    "hyp1f1": Function(3, lambda a, b, z: z.hypgeom_1f1(a, b), "hyp1f1", r"{{}}_1F_1\left({0};{1};{2}\right)"),
    "hyp1f2": Function(
        4, lambda a, b, c, z: z.hypgeom([a], [b, c]), "hyp1f2", r"{{}}_1F_2\left({0};{1},{2};{3}\right)"
    ),
    "hyp2f1": Function(
        4, lambda a, b, c, z, **flags: z.hypgeom_2f1(a, b, c, **flags), "hyp2f1",
        r"{{}}_2F_1\left({0},{1};{2};{3}\right)",
    ),
    "hypu": Function(3, lambda a, b, z: z.hypgeom_u(a, b), "hyperu", r"U\left({0},{1},{2}\right)"),
    "pcfd": Function(2, _pcfd, "pcfd", r"D_{{{0}}}\left({1}\right)"),
    "ellipk": _special("elliptic_k", r"K\left({0}\right)", "ellipk"),
    "ellipe": _special("elliptic_e", r"E\left({0}\right)", "ellipe"),
}  # fmt: skip
