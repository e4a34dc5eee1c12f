"""A formula as text for other programs; each but LaTeX is code that computes the N-th convergent when it is run."""

from __future__ import annotations

from collections.abc import Callable

from catalog.formulas.pcf import PCF


def _polynomial(coefficients: tuple[int, ...], power: str) -> str:
    """A polynomial with every product and power written out."""
    terms = []
    for exponent in range(len(coefficients) - 1, -1, -1):
        c = coefficients[exponent]
        if c:
            variable = "" if exponent == 0 else "n" if exponent == 1 else f"n{power}{exponent}"
            size = str(abs(c)) if abs(c) != 1 or not variable else ""
            sign = "-" if c < 0 else "+"
            terms.append(f"{sign} {size}{'*' if size and variable else ''}{variable}")
    return " ".join(terms).removeprefix("+ ").replace("- ", "-", 1 if terms[0][0] == "-" else 0)


def latex(formula: PCF) -> str:
    """LaTeX in Gauss's notation."""
    return formula.latex()


def pari(formula: PCF) -> str:
    """PARI/GP: `pcf(N)` is the N-th convergent as an exact fraction."""
    return (
        f"a(n) = {_polynomial(formula.a, '^')};\n"
        f"b(n) = {_polynomial(formula.b, '^')};\n"
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
        f"a = lambda n: {_polynomial(formula.a, power)}\n"
        f"b = lambda n: {_polynomial(formula.b, power)}\n\n"
        "def pcf(N):\n"
        f"    x = {rational}(a(N))\n"
        "    for n in range(N, 0, -1):\n"
        f"        x = a(n - 1) + {rational}(b(n)) / x\n"
        "    return x"
    )


def mathematica(formula: PCF) -> str:
    """Mathematica: `pcf[N]` is the N-th convergent as an exact fraction."""
    return (
        f"a[n_] := {_polynomial(formula.a, '^')};\n"
        f"b[n_] := {_polynomial(formula.b, '^')};\n"
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
