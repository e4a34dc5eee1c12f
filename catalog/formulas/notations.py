"""Formulas in the notations people use: PCF(a, b), Gauss's K, Mathematica, LaTeX, lists, and fractions written out.

What is read becomes a PCF and a Moebius map from its limit to the value that was written; `Reading.understood` says so
in this project's notation. A fraction written out, or a list, shows its first terms only: its rule is guessed, and
`Reading.guessed_from` says from how many terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from catalog.errors import FormulaError
from catalog.formulas.guessing import Entry, guess
from catalog.formulas.interlaced import IDENTITY, FractionTerm, Moebius, contracted
from catalog.formulas.latex import from_latex, split
from catalog.formulas.pcf import PCF, shorten
from catalog.formulas.term_functions import TermFunction, read_function
from catalog.formulas.written_out import terms_of

WAYS = (
    "write PCF(2n+1, n^2), K(n^2, 2n+1), ContinuedFractionK[n^2, 2n+1, {n, 1, Infinity}], "
    "1 + 1^2/(3 + 2^2/(5 + 3^2/(7 + ...))), [1; 2, 3, 4, ...] or CF(1; (2k+1, k^2) for k >= 1)"
)

_PCF = re.compile(r"PCF\s*([\[(])(?P<body>.*)[\])]", re.IGNORECASE | re.DOTALL)
_MATHEMATICA = re.compile(r"(?P<before>.*?)ContinuedFractionK\s*\[(?P<body>.*)\]", re.DOTALL)
_GAUSS = re.compile(r"(?P<before>.*?)\bK\s*\((?P<body>.*)\)", re.DOTALL)
_GAUSS_INDEXED = re.compile(
    r"(?P<before>.*?)\bK\s*(?:_\s*\(?\s*(?P<name>[A-Za-z])\s*=\s*(?P<start>-?\d+)\s*\)?|\^\s*\(?\s*(?:infinity|oo|∞)\s*\)?)"
    r"(?:\s*(?:_\s*\(?\s*(?P<name2>[A-Za-z])\s*=\s*(?P<start2>-?\d+)\s*\)?|\^\s*\(?\s*(?:infinity|oo|∞)\s*\)?))?"
    r"\s*(?P<body>[^\s].*)",
    re.DOTALL,
)
_RANGE = re.compile(r"\{\s*([A-Za-z])\s*,\s*(-?\d+)\s*,\s*(?:Infinity|\\\[Infinity\]|∞|oo)\s*\}")
_RULE = re.compile(
    r"CF\s*\((?P<body>.*?)(?:\bfor\s+(?P<name>[A-Za-z])\s*(?:>=|≥|\\ge)\s*(?P<start>-?\d+)\s*)?\)\s*", re.DOTALL
)
_LIST = re.compile(r"(?:P?CF)?\s*\[(?P<body>[^\[\]]*;[^\[\]]*)\](?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_COEFFICIENTS = re.compile(r"\[?\s*\[(?P<a>[-+\d\s,]*)\]\s*,?\s*\[(?P<b>[-+\d\s,]*)\]\s*\]?")
_MARKS = re.compile(
    r"\bPCF\b|\bCF\b|ContinuedFractionK|\bK\s*[(_^]|\\[cdt]?frac|\\mathop|^\s*\[|/.*(?:\.\.\.|…)", re.IGNORECASE
)
_PAIR = re.compile(r"\((.*)\)", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """A formula as it was understood: the value is (x + y L)/(z + w L) of `map`, L the limit of `formula`."""

    formula: PCF
    map: Moebius = IDENTITY
    guessed_from: int | None = None

    @property
    def plain(self) -> bool:
        """Whether the value is the formula's limit as it was written, not a map of it and not a guess."""
        return self.map == IDENTITY and self.guessed_from is None

    @property
    def understood(self) -> str:
        """The value in this project's notation, such as `PCF(n + 2, n) - 2`."""
        x, y, z, w = self.map
        if self.map == IDENTITY:
            return str(self.formula)
        if (y, z, w) == (1, 1, 0):
            return f"{self.formula} {'-' if x < 0 else '+'} {abs(x)}"
        below = "" if (z, w) == (1, 0) else f"/({_linear(z, w)})" if z and w else f"/{_linear(z, w)}"
        above = _linear(x, y) if not below or not (x and y) else f"({_linear(x, y)})"
        return f"{above}{below} with L = {self.formula}"


def looks_like_formula(text: str) -> bool:
    """Whether a text is meant as a formula, and not as a number or an expression for one."""
    parts = text.split(",")
    return bool(_MARKS.search(text)) or (len(parts) == 2 and bool(re.search("[a-z]", text)) and "(" not in parts[0])


def read_formula_text(text: str) -> Reading:
    """Read a formula in any notation of this module; raises FormulaError with the ways to write one."""
    plain = from_latex(text)
    if match := _PCF.fullmatch(plain):
        return _pcf(split(match["body"], ",;"))
    if match := _MATHEMATICA.fullmatch(plain):
        return _mathematica(match["before"], split(match["body"], ","))
    if match := _RULE.fullmatch(plain):
        return _rule(match["body"], match["name"], int(match["start"] or 1))
    if match := _LIST.fullmatch(plain):
        return _list(match["body"])
    if match := _COEFFICIENTS.fullmatch(plain):
        a, b = ([int(c) for c in match[name].replace("+", "").split(",")] for name in "ab")
        return Reading(PCF(tuple(a), tuple(b)))
    if "..." in plain:
        return _guessed(*terms_of(plain))
    if match := _GAUSS.fullmatch(plain):
        parts = split(match["body"], ",")
        if len(parts) == 2:
            return _gauss(match["before"], parts[0], parts[1], 1)
    if match := _GAUSS_INDEXED.fullmatch(plain):
        quotient = _quotient(match["body"])
        return _gauss(match["before"], *quotient, int(match["start"] or match["start2"] or 1))
    parts = split(plain, ",")
    if len(parts) == 2:
        return _pcf(parts)
    raise FormulaError(f"cannot read {shorten(text)} as a formula; {WAYS}")


def _pcf(parts: list[str]) -> Reading:
    if len(parts) != 2:
        raise FormulaError(f"PCF takes two polynomials, not {len(parts)}; write a formula like PCF(2n+1, n^2)")
    a, b = _functions(parts[0], parts[1], ("a(n)", "b(n)"))
    return Reading(*contracted([], [FractionTerm(a, b)]))


def _mathematica(before: str, parts: list[str]) -> Reading:
    match = _RANGE.fullmatch(parts[-1].strip())
    if match is None or not 2 <= len(parts) <= 3:
        raise FormulaError("ContinuedFractionK takes [f, g, {n, 1, Infinity}] or [g, {n, 1, Infinity}]")
    numerator, denominator = parts[0] if len(parts) == 3 else "1", parts[-2]
    return _gauss(before, numerator, denominator, int(match[2]))


def _gauss(before: str, numerator: str, denominator: str, start: int) -> Reading:
    """`before` + K of numerator(n)/denominator(n) over n >= start."""
    head = before.strip()
    if head and not head.endswith("+"):
        raise FormulaError(f"cannot read {shorten(before)} before K; only a number and + may stand there")
    first = read_function(head.rstrip("+ ") or "0", "what stands before K")[0]
    a, b = _functions(denominator, numerator, ("the denominator", "the numerator"))
    move = FractionTerm(a.moved(start), b.moved(start))
    return Reading(*contracted([FractionTerm(first, TermFunction.of(1))], [move]))


def _rule(body: str, name: str | None, start: int) -> Reading:
    """`CF(first terms; (a_1, b_1), (a_2, b_2) for k >= 1)`: a first term is a denominator or such a pair."""
    parts = split(body, ";")
    if len(parts) == 1 and "..." in body:
        return _list(body)
    if len(parts) != 2:
        raise FormulaError("CF takes first terms and a rule; write CF(1; (2k+1, k^2) for k >= 1)")
    first = [_term(part, None) for part in split(parts[0], ",") if part.strip()]
    period = [_term(part, name) for part in split(parts[1], ",") if part.strip()]
    return Reading(*contracted(first, [FractionTerm(t.a.moved(start), t.b.moved(start)) for t in period]))


def _term(text: str, name: str | None) -> FractionTerm:
    match = _PAIR.fullmatch(text.strip())
    parts = split(match[1], ",") if match else [text]
    if len(parts) > 2:
        raise FormulaError(f"a term of CF is a denominator or a pair (denominator, numerator), not {shorten(text)}")
    a, b = _functions(parts[0], parts[1] if len(parts) == 2 else "1", ("a denominator", "a numerator"), name)
    return FractionTerm(a, b)


def _list(body: str) -> Reading:
    """`[a_0; a_1, a_2, ...]`, all numerators 1; without dots the fraction is finite, which is no formula."""
    parts = [part.strip() for part in re.split("[;,]", body) if part.strip()]
    if not parts or parts[-1] != "...":
        raise FormulaError("the list of a continued fraction ends with ..., as in [1; 2, 3, 4, ...]")
    denominators = [_entry(part) for part in parts[:-1]]
    return _guessed(denominators, [Entry(Fraction(1), "1")] * (len(denominators) - 1))


def _guessed(denominators: list[Entry], numerators: list[Entry]) -> Reading:
    found = guess(denominators, numerators)
    if found is None:
        raise FormulaError(
            f"no rule is seen in {len(denominators)} denominators and {len(numerators)} numerators; "
            "write more terms (three at least, and two more than the degree), or PCF(a, b)"
        )
    return Reading(*contracted(*found), guessed_from=len(denominators) + len(numerators))


def _entry(text: str) -> Entry:
    value = read_function(text, "a term")[0].value()
    if value is None:
        raise FormulaError(f"the term {shorten(text)} of the fraction is not a number")
    return Entry(value, text)


def _functions(
    a: str, b: str, names: tuple[str, str], variable: str | None = None
) -> tuple[TermFunction, TermFunction]:
    """Two functions of one variable."""
    first, name = read_function(a, names[0])
    second, other = read_function(b, names[1])
    used = {given for given in (name, other, variable) if given}
    if len(used) > 1:
        raise FormulaError(f"the formula has the variables {' and '.join(sorted(used))}; give all but one a number")
    return first, second


def _quotient(body: str) -> tuple[str, str]:
    """Numerator and denominator of `(b)/(a)` or b/a."""
    inner = body.strip()
    while (match := _PAIR.fullmatch(inner)) and len(split(inner, "/")) == 1:
        inner = match[1].strip()
    parts = split(inner, "/")
    if len(parts) != 2:
        raise FormulaError(f"cannot read {shorten(body)} after K as one fraction b(n)/a(n)")
    return parts[0], parts[1]


def _linear(constant: int, factor: int) -> str:
    """`3 - 2*L`."""
    size = "L" if abs(factor) == 1 else f"{abs(factor)}*L"
    if not factor:
        return str(constant)
    if not constant:
        return f"{'-' if factor < 0 else ''}{size}"
    return f"{constant} {'-' if factor < 0 else '+'} {size}"
