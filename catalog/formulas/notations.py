"""Formulas in the notations people use: PCF(a, b), Gauss's K, Mathematica, LaTeX, lists, and fractions written out.

What is read becomes a PCF and a Moebius map from its limit to the value that was written; `Reading.understood` says so
in this project's notation. A fraction written out, or a list, shows its first terms only: its rule is guessed, and
`Reading.guessed_from` says from how many terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from flint import fmpq, fmpq_poly

from catalog.errors import FormulaError
from catalog.formulas.guessing import Entry, guess
from catalog.formulas.interlaced import IDENTITY, FractionTerm, Interlaced, Moebius, contracted
from catalog.formulas.latex import from_latex, split
from catalog.formulas.pcf import PCF, shorten
from catalog.formulas.term_functions import TermFunction, read_function
from catalog.formulas.written_out import terms_of

WAYS = (
    "write PCF(2n+1, n^2), K(n^2, 2n+1), ContinuedFractionK[n^2, 2n+1, {n, 1, Infinity}], "
    "1 + 1^2/(3 + 2^2/(5 + 3^2/(7 + ...))), [1; 2, 3, 4, ...] or CF(1; (2k+1, k^2) for k >= 1)"
)

LONGEST_VALUE = 60
"""Characters of a rational number in a message."""

_PCF = re.compile(r"PCF\s*([\[(])(?P<body>.*)[\])]", re.IGNORECASE | re.DOTALL)
_MATHEMATICA = re.compile(r"ContinuedFractionK\[")
_GAUSS = re.compile(r"\bK\s*\(")
_NAMED = re.compile(
    r"(?P<first>[ab])\s*(?:_?\(?\s*[a-z]\s*\)?)?\s*=(?P<one>[^=]+?)(?:[,;]|\band\b)\s*"
    r"(?P<second>[ab])\s*(?:_?\(?\s*[a-z]\s*\)?)?\s*=(?P<other>[^=]+)"
)
_PARTIAL = re.compile(r"(?P<name>[ab])\s*(?:_?\(?\s*[a-z]\s*\)?)?\s*=(?P<rule>[^=]+)")
_GAUSS_INDEXED = re.compile(
    r"(?P<before>.*?)\bK\s*(?:_\s*\(?\s*(?P<name>[A-Za-z])\s*(?:=|>=)\s*(?P<start>-?\d+)\s*\)?|\^\s*\(?\s*(?:infinity|oo|∞)\s*\)?)"
    r"(?:\s*(?:_\s*\(?\s*(?P<name2>[A-Za-z])\s*(?:=|>=)\s*(?P<start2>-?\d+)\s*\)?|\^\s*\(?\s*(?:infinity|oo|∞)\s*\)?))?"
    r"\s*(?P<body>[^\s].*)",
    re.DOTALL,
)
_RANGE = re.compile(r"\{\s*([A-Za-z])\s*,\s*(-?\d+)\s*,\s*(?:[Ii]nfinity|∞|oo)\s*\}")
_RULE = re.compile(
    r"CF\s*\((?P<body>.*?)(?:\bfor\s+(?P<name>[A-Za-z])\s*(?:>=|≥|\\ge)\s*(?P<start>-?\d+)\s*)?\)\s*", re.DOTALL
)
_LIST = re.compile(
    r"(?:P?CF)?\s*[\[{<](?P<body>[^\[\]{}<>]*(?:;[^\[\]{}<>]*|,\s*\.\.\.\s*))[\]}>](?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED_LIST = re.compile(r"CF\s*[\[{<](?P<body>[^\[\]{}<>]*)[\]}>]\s*", re.IGNORECASE | re.DOTALL)
_COEFFICIENTS = re.compile(r"\[?\s*\[(?P<a>[-+\d\s,]*)\]\s*,?\s*\[(?P<b>[-+\d\s,]*)\]\s*\]?")
_MARKS = re.compile(
    r"^\s*[ab]\s*(?:_?\(?\s*[a-z]\s*\)?)?\s*=|^\s*[\[{<⟨]|\bPCF\b|\bCF\b|ContinuedFractionK|\bK\s*[(_^]|\\[cdt]?frac"
    r"|\\mathop|/.*(?:\.\.\.|…)|=\s*[\[{<⟨]|^\s*\([^()]*[a-z][^()]*,[^()]*\)\s*$",
    re.IGNORECASE,
)
_PAIR = re.compile(r"\((.*)\)", re.DOTALL)


def _short(value: Fraction) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."


class FiniteFraction(FormulaError):
    """a continued fraction ends, and is a rational number."""

    def __init__(self, value: Fraction) -> None:
        super().__init__(
            f"the continued fraction ends and is the rational number {_short(value)}; an infinite one ends with "
            "... or has its period in brackets, such as [1; 2, 3, 4, ...] or [1; (2, 1)]"
        )
        self.value = value


@dataclass(frozen=True)
class Reading:
    """A formula as it was understood: the value is (x + y L)/(z + w L) of `map`, L the limit of `formula`."""

    formula: PCF
    map: Moebius = IDENTITY
    guessed_from: int | None = None
    fraction: Interlaced | None = None
    """The fraction as it was written, where it has a rule of its own that is not the formula's."""

    @property
    def plain(self) -> bool:
        """Whether the value is the formula's limit as it was written, not a map of it and not a guess."""
        return self.map == IDENTITY and self.guessed_from is None

    @property
    def is_periodic(self) -> bool:
        """Whether the fraction as it was written repeats a period of numbers."""
        return self.fraction is not None and self.fraction.repeats

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
    """Read a formula in any notation of this module; raises FormulaError with the ways to write one.

    A fraction that ends is none, and raises FiniteFraction with its value.
    """
    plain = from_latex(text)
    if match := _PCF.fullmatch(plain):
        return _pcf(split(match["body"], ",;"))
    if match := _NAMED.fullmatch(plain):
        return _by_names(match)
    if match := _MATHEMATICA.search(plain):
        return _mathematica(plain, match.end() - 1)
    if match := _RULE.fullmatch(plain):
        return _rule(match["body"], match["name"], int(match["start"] or 1))
    if match := _LIST.fullmatch(plain.rpartition("=")[2].strip()) or _NAMED_LIST.fullmatch(plain):
        return _list(match["body"])
    if match := _COEFFICIENTS.fullmatch(plain):
        a, b = ([int(c) for c in match[name].replace("+", "").split(",")] for name in "ab")
        return Reading(PCF(tuple(a), tuple(b)))
    if "..." in plain:
        return _guessed(*terms_of(plain))
    if match := _GAUSS.search(plain):
        end = _closing(plain, match.end() - 1)
        parts = split(plain[match.end() : end], ",")
        numerator, denominator = parts if len(parts) == 2 else _quotient(plain[match.end() : end])
        return _gauss(f"{plain[: match.start()]}(u){plain[end + 1 :]}", numerator, denominator, 1)
    if match := _GAUSS_INDEXED.fullmatch(plain):
        quotient = _quotient(match["body"])
        return _gauss(f"{match['before']}(u)", *quotient, int(match["start"] or match["start2"] or 1))
    parts = split(plain, ",")
    if len(parts) == 1 and plain[:1] in ("(", "{") and _closing(plain, 0) == len(plain) - 1:
        parts = split(plain[1:-1], ",;")
    if len(parts) == 2:
        return _pcf(parts)
    raise FormulaError(f"cannot read {shorten(text)} as a formula; {WAYS}")


def _pcf(parts: list[str]) -> Reading:
    if len(parts) != 2:
        raise FormulaError(f"PCF takes two polynomials, not {len(parts)}; write a formula like PCF(2n+1, n^2)")
    named = [_PARTIAL.fullmatch(part.strip()) for part in parts]
    if all(named) and {match["name"] for match in named if match} == {"a", "b"}:
        parts = [match["rule"] for match in sorted(filter(None, named), key=lambda match: str(match["name"]))]
    a, b = _functions(parts[0], parts[1], ("a(n)", "b(n)"))
    return Reading(*contracted([], [FractionTerm(a, b)]))


def _mathematica(plain: str, start: int) -> Reading:
    end = _closing(plain, start)
    parts = split(plain[start + 1 : end], ",")
    match = _RANGE.fullmatch(parts[-1].strip())
    if match is None or not 2 <= len(parts) <= 3:
        raise FormulaError("ContinuedFractionK takes [f, g, {n, 1, Infinity}] or [g, {n, 1, Infinity}]")
    numerator, denominator = parts[0] if len(parts) == 3 else "1", parts[-2]
    around = f"{plain[:start].removesuffix('ContinuedFractionK')}(u){plain[end + 1 :]}"
    return _gauss(around, numerator, denominator, int(match[2]))


def _gauss(around: str, numerator: str, denominator: str, start: int) -> Reading:
    """The value of a text in u, which is K of numerator(n)/denominator(n) over n >= start."""
    a, b = _functions(denominator, numerator, ("the denominator", "the numerator"))
    outer, name = read_function(around.split("=")[-1], "what stands around K")
    zero, one = TermFunction.of(0), TermFunction.of(1)
    term = FractionTerm(a.moved(start), b.moved(start))
    above, below = outer.numerator, outer.denominator
    if name == "u" and above.degree() == 1 and below.degree() == 0 and above[1] == below[0]:
        first = TermFunction(fmpq_poly([above[0]]), below)
        return Reading(*contracted([FractionTerm(first, one)], [term]))
    if name != "u" or max(above.degree(), below.degree()) > 1:
        raise FormulaError(f"cannot read {shorten(around)} around K, here u; write it as (p + q u)/(r + s u)")
    formula, (x, y, z, w) = contracted([FractionTerm(zero, one)], [term])
    (p, q), (r, s) = ([polynomial[k] for k in (0, 1)] for polynomial in (above, below))
    return Reading(formula, _integers(p * z + q * x, p * w + q * y, r * z + s * x, r * w + s * y))


def _integers(*row: fmpq) -> Moebius:
    """A Moebius map without common factor."""
    below = lcm(*(int(c.q) for c in row))
    whole = [int((c * below).p) for c in row]
    common = gcd(*whole) or 1
    x, y, z, w = (c // common for c in whole)
    return x, y, z, w


def _closing(text: str, start: int) -> int:
    """Where the bracket that opens at a place is closed; raises FormulaError where it is not."""
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] in "([{") - (text[position] in ")]}")
        if depth == 0:
            return position
    raise FormulaError(f"the formula has a bracket that is not closed in {text[start : start + 60]!r}")


def _by_names(match: re.Match[str]) -> Reading:
    """`a(n) = 2n+1, b(n) = n^2`, in either order."""
    if match["first"] == match["second"]:
        raise FormulaError(f"the formula has {match['first']} twice; write a(n) = 2n+1, b(n) = n^2")
    parts = [match["one"], match["other"]]
    return _pcf(parts if match["first"] == "a" else parts[::-1])


def _rule(body: str, name: str | None, start: int) -> Reading:
    """`CF(first terms; (a_1, b_1), (a_2, b_2) for k >= 1)`: a first term is a denominator or such a pair."""
    parts = split(body, ";")
    if "..." in body or (len(parts) == 1 and ";" not in body and "(" not in body):
        return _list(body)
    first, period = _ruled(parts, name)
    if name is None and period and Interlaced((), tuple(period)).repeats:
        if "(" not in body:
            return _list(body)
        raise FormulaError(f"the fraction {shorten(f'CF({body})')} may end or go on; write CF(...; ... for k >= 1)")
    return _interlaced(first, _moved(period, start))


def read_rule(text: str) -> Interlaced:
    """Return the fraction of `CF(first terms; rule for k >= 1)` as it is written; raises FormulaError for any other."""
    match = _RULE.fullmatch(text.strip())
    if match is None or match["name"] is None:
        raise FormulaError(f"{shorten(text)} has no rule; write CF(1; (2k+1, k^2) for k >= 1)")
    first, period = _ruled(split(match["body"], ";"), match["name"])
    return Interlaced(tuple(first), tuple(_moved(period, int(match["start"]))))


def _ruled(parts: list[str], name: str | None) -> tuple[list[FractionTerm], list[FractionTerm]]:
    """Return first terms and rule."""
    if len(parts) != 2:
        raise FormulaError("CF takes first terms and a rule; write CF(1; (2k+1, k^2) for k >= 1)")
    first = [_term(part, None) for part in split(parts[0], ",") if part.strip()]
    return first, [_term(part, name) for part in split(parts[1], ",") if part.strip()]


def _moved(period: list[FractionTerm], start: int) -> list[FractionTerm]:
    return [FractionTerm(term.a.moved(start), term.b.moved(start)) for term in period]


def _term(text: str, name: str | None) -> FractionTerm:
    match = _PAIR.fullmatch(text.strip())
    parts = split(match[1], ",") if match else [text]
    if len(parts) > 2:
        raise FormulaError(f"a term of CF is a denominator or a pair (denominator, numerator), not {shorten(text)}")
    a, b = _functions(parts[0], parts[1] if len(parts) == 2 else "1", ("a denominator", "a numerator"), name)
    return FractionTerm(a, b)


def _list(body: str) -> Reading:
    """`[a_0; a_1, a_2, ...]`, all numerators 1; raises FiniteFraction without dots and without a period."""
    parts = [part.strip() for part in split(body, ";,") if part.strip()]
    if parts and parts[-1] != "..." and (match := _PAIR.fullmatch(parts[-1])):
        first, period = ([_constant_term(part) for part in row] for row in (parts[:-1], split(match[1], ",")))
        return _interlaced(first, period)
    if not parts:
        raise FormulaError(
            "the list of a continued fraction is empty; write one such as [1; 2, 3, 4, ...] or [1; (2, 1)]"
        )
    if parts[-1] != "...":
        raise FiniteFraction(_finite([_entry(part).value for part in parts]))
    denominators = [_entry(part) for part in parts[:-1]]
    return _guessed(denominators, [Entry(Fraction(1), "1")] * (len(denominators) - 1))


def _finite(denominators: list[Fraction]) -> Fraction:
    """The value of a finite fraction with numerators 1; raises FormulaError where it divides by zero."""
    above, below = denominators[-1].as_integer_ratio()
    for entry in reversed(denominators[:-1]):
        if above == 0:
            raise FormulaError("the finite continued fraction divides by zero")
        above, below = entry.numerator * above + entry.denominator * below, entry.denominator * above
    return Fraction(above, below)


def _guessed(denominators: list[Entry], numerators: list[Entry]) -> Reading:
    found = guess(denominators, numerators)
    if found is None:
        raise FormulaError(
            f"no rule is seen in {len(denominators)} denominators and {len(numerators)} numerators; "
            "write more terms (three at least, and two more than the degree), or PCF(a, b)"
        )
    return _interlaced(*found, guessed_from=len(denominators) + len(numerators))


def _interlaced(first: list[FractionTerm], period: list[FractionTerm], guessed_from: int | None = None) -> Reading:
    fraction = Interlaced(tuple(first), tuple(period))
    return Reading(*fraction.contracted(), guessed_from, None if fraction.simple else fraction)


def _constant_term(text: str) -> FractionTerm:
    return FractionTerm(TermFunction.of(_entry(text).value), TermFunction.of(1))


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
