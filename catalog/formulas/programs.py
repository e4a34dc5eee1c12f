"""A formula as text for other programs; each but LaTeX is code that computes the N-th convergent when it is run."""

from __future__ import annotations

from collections.abc import Callable

from catalog.formulas.pcf import PCF
from catalog.formulas.polynomial import format_polynomial


def latex(formula: PCF) -> str:
    """Return LaTeX in Gauss's notation."""
    return formula.latex()


def pari(formula: PCF) -> str:
    """PARI/GP: `pcf(N)` is the N-th convergent as an exact fraction."""
    return (
        f"a(n) = {format_polynomial(formula.a, times='*')};\n"
        f"b(n) = {format_polynomial(formula.b, times='*')};\n"
        "pcf(N) = my(x = a(N)); forstep(n = N, 1, -1, x = a(n-1) + b(n)/x); x;"
    )


def sage(formula: PCF) -> str:
    """SageMath: `pcf(N)` is the N-th convergent as an exact fraction."""
    return _python(formula, "^", "QQ")


def sympy(formula: PCF) -> str:
    """SymPy: `pcf(N)` is the N-th convergent as an exact fraction."""
    return "from sympy import Rational\n\n" + _python(formula, "**", "Rational")


def _python(formula: PCF, power: str, rational: str) -> str:
    return (
        f"a = lambda n: {format_polynomial(formula.a, times='*', power=power)}\n"
        f"b = lambda n: {format_polynomial(formula.b, times='*', power=power)}\n\n"
        "def pcf(N):\n"
        f"    x = {rational}(a(N))\n"
        "    for n in range(N, 0, -1):\n"
        f"        x = a(n - 1) + {rational}(b(n)) / x\n"
        "    return x"
    )


def mathematica(formula: PCF) -> str:
    """Mathematica: `pcf[N]` is the N-th convergent as an exact fraction."""
    return (
        f"a[n_] := {format_polynomial(formula.a, times='*')};\n"
        f"b[n_] := {format_polynomial(formula.b, times='*')};\n"
        "pcf[N_] := a[0] + ContinuedFractionK[b[n], a[n], {n, 1, N}];"
    )


FORMATS: dict[str, Callable[[PCF], str]] = {
    "latex": latex,
    "pari": pari,
    "sage": sage,
    "mathematica": mathematica,
    "sympy": sympy,
}
"""The formats of `formulary show --format`."""
