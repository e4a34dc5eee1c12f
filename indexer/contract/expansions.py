"""What `expand` writes: a pattern in a signed continued fraction of a number, its formula, and its proof."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import ctx, fmpz_poly

from catalog.constants.expressions import parse_expression
from catalog.errors import ExpressionError, FormulaError
from catalog.syntax import plain_signs
from indexer.contract.guarded import BATCH, Object, guarded
from indexer.mathematics.continued_fractions.limit import limit
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.search import normal_moebius
from indexer.mathematics.relations.text import quadratic_text
from indexer.sources.files.lines import NumberedLine, numbered
from indexer.sources.signed_fractions.expansions import Enclosed, Moebius, Signs, enclosed, maps, sign_patterns
from indexer.sources.signed_fractions.patterns import Pattern
from indexer.sources.signed_fractions.search import (
    DIGITS,
    Expansion,
    ball_of,
    expanded,
    irregular,
    require_terms,
    search,
)
from indexer.workers.pool import in_order

HEIGHT = 2
"""Largest entry of the maps that are tried where none is given."""

LONGEST = 3
"""Longest period of the signs that are tried where none is given."""

IDENTITY: Moebius = (0, 1, 1, 0)

QUADRATIC_DIGITS = 40
"""Digits by which the root of a quadratic polynomial is chosen."""

MAX_HEIGHT = 6
"""Largest entry of a map that can be asked for."""

MAX_SIGNS = 8
"""Longest period of signs that can be asked for."""

NOTHING: Object = {
    "found": 0, "moebius": None, "preperiod": None, "period": None, "subsequences": None, "signs": None,
    "canonical": None, "algebraic": None, "recurrence": None, "matrix": None, "pcf": None, "map": None, "proof": None,
    "digits": None,
}  # fmt: skip
"""The object of a number whose expansions show nothing."""

_DIGITS = re.compile(r"\s*[-+]?\d*\.\d*\s*", re.ASCII)


def expanded_lines(lines: Iterable[str], workers: int | None) -> Iterator[Object]:
    """The objects of `expand --from`, one a line, in order."""
    return in_order(_lines, numbered(lines), _killed, workers=workers, batch=BATCH)


def number_of(text: str) -> tuple[Enclosed, int | None]:
    """A number as an expression or by its digits with a decimal point, and how many digits are known of it."""
    if _DIGITS.fullmatch(plain_signs(text)):
        return ball_of(text)
    number = enclosed(parse_expression(text))
    number(DIGITS)  # raises ExpressionError for what has no real value
    return number, None


def rational_fraction(text: str) -> str | None:
    """The continued fraction of an expression that is rational, such as [0; 3] for 1/3; None for any other number."""
    if _DIGITS.fullmatch(plain_signs(text)):
        return None
    reduced = str(parse_expression(text).substitute({}))
    if not re.fullmatch(r"-?\d+(?:/\d+)?", reduced, re.ASCII):
        return None
    above, below = Fraction(reduced).as_integer_ratio()
    quotients = []
    while below:
        quotients.append(above // below)
        above, below = below, above % below
    first, *rest = map(str, quotients)
    return f"[{first}; {', '.join(rest)}]" if rest else f"[{first}]"


def expansions(
    number: Enclosed, most_digits: int | None, moebius: Sequence[Moebius], signs: Sequence[Signs]
) -> list[Expansion]:
    """The expansions of maps of a number that show something, the simplest of each tail, the simplest tails first.

    Raises FormulaError where a number is known to too few digits.
    """
    if most_digits is not None:
        require_terms(number, moebius[0], signs[0], most_digits)
    if len(moebius) == len(signs) == 1:
        one = expanded(number, moebius[0], signs[0], most_digits) or irregular(
            number, moebius[0], signs[0], most_digits
        )
        return [] if one is None else [one]
    return sorted(search(number, moebius, signs, most_digits), key=_cost) or _periodic(number, most_digits, signs)


def _periodic(number: Enclosed, most_digits: int | None, signs: Sequence[Signs]) -> list[Expansion]:
    """The expansions of a number itself that are periodic, one of each tail: it is quadratic."""
    found: dict[object, Expansion] = {}
    for period in signs:
        one = expanded(number, IDENTITY, period, most_digits)
        if one is not None and one.pattern is not None and one.pattern.degree == 0:
            found.setdefault(one.pattern.canonical().key, one)
    return sorted(found.values(), key=_cost)


def _cost(found: Expansion) -> tuple[int, int, int]:
    assert found.pattern is not None
    return found.pattern.period, len(found.pattern.first), sum(map(abs, found.moebius))


def expansion_object(found: Expansion) -> Object:
    """The object of one expansion; fractions are text, polynomials of matrices and formulas lists of integers."""
    pattern, tail, proof = found.pattern, found.tail, found.proof
    result: Object = NOTHING | {
        "found": 1,
        "moebius": list(found.moebius),
        "signs": list(found.signs),
        "recurrence": None if found.recurrence is None else [_number(c) for c in found.recurrence],
        "digits": found.digits,
    }
    if pattern is None:
        return result
    rule = pattern.canonical()
    result |= {
        "algebraic": _quadratic(pattern),
        "preperiod": list(pattern.first),
        "period": pattern.period,
        "subsequences": [[str(c) for c in polynomial] for polynomial in pattern.subsequences],
        "canonical": {
            "signs": list(rule.signs),
            "subsequences": [[str(c) for c in polynomial] for polynomial in rule.subsequences],
        },
    }
    if tail is None:
        return result
    p, q, r, s = tail.to_value
    return result | {
        "matrix": [[_coefficients(entry) for entry in row] for row in tail.matrix],
        "pcf": {"a": list(tail.formula.a), "b": list(tail.formula.b)},
        "map": list(normal_moebius((q, p, s, r))),
        "proof": proof
        and {
            "kind": "equivalence",
            "base": {"a": list(proof.base.a), "b": list(proof.base.b)},
            "folds": list(proof.equivalence.folds),
            "U": [[_coefficients(entry) for entry in proof.U[:2]], [_coefficients(entry) for entry in proof.U[2:]]],
        },
    }


def _quadratic(pattern: Pattern) -> str | None:
    """The value of a pattern of constants, a quadratic irrational; None for any other, and for a rational value."""
    if pattern.degree:
        return None
    formula, (x, y, z, w) = pattern.fraction.contracted()
    value = limit(formula, QUADRATIC_DIGITS)
    if formula.deg_a or formula.deg_b or value is None or value.ball is None or value.exact is not None:
        return None
    a, b = formula.a[0], formula.b[0]  # L^2 = a L + b, and L = (z V - x)/(y - w V)
    above, below = fmpz_poly([-x, z]), fmpz_poly([y, -w])
    polynomial = above * above - a * above * below - b * below * below
    with ctx.workprec(bits_for(QUADRATIC_DIGITS) + 64):
        return quadratic_text([int(polynomial[k]) for k in range(3)], (x + y * value.ball) / (z + w * value.ball))


def _number(value: Fraction) -> int | str:
    """An integer as a number, a fraction as text."""
    return int(value) if value.denominator == 1 else str(value)


def _coefficients(polynomial: fmpz_poly) -> list[int]:
    return [int(c) for c in polynomial.coeffs()]


def _lines(lines: Sequence[NumberedLine]) -> list[Object]:
    return [guarded(line, _value) for line in lines]


def _value(value: Any) -> Object:
    if not isinstance(value, dict) or not isinstance(value.get("value"), str):
        raise ExpressionError(
            'a number is given as {"value": "exp(1)"}, with "moebius": [1, 1, -1, 1], "signs": [1] to try these only'
        )
    moebius = [read_map(value["moebius"])] if "moebius" in value else list(maps(HEIGHT))
    signs = [read_signs(value["signs"])] if "signs" in value else sign_patterns(LONGEST)
    number, most_digits = number_of(value["value"])
    found = expansions(number, most_digits, moebius, signs)
    if not found:
        return dict(NOTHING)
    return expansion_object(found[0]) | {"found": len(found)}


def read_map(value: Any) -> Moebius:
    """The four integers of a map; raises FormulaError for anything else, and for a constant map."""
    if not isinstance(value, list) or len(value) != 4 or not all(type(c) is int for c in value):
        raise FormulaError("a map is given by four integers [x, y, z, w] for (x + y c)/(z + w c)")
    x, y, z, w = value
    if x * w == y * z:
        raise FormulaError(f"the map {value} does not depend on the number")
    return x, y, z, w


def read_signs(value: Any) -> Signs:
    """A period of signs; raises FormulaError for anything but 1 and -1."""
    if not isinstance(value, list) or not value or any(type(s) is not int or s not in (1, -1) for s in value):
        raise FormulaError("signs are given as one period of 1 and -1, such as [1, -1]")
    if len(value) > MAX_SIGNS:
        raise FormulaError(f"a period of {len(value)} signs is beyond the supported {MAX_SIGNS}")
    return tuple(value)


def _killed(line: NumberedLine, reason: str) -> Object:
    """The object of a line that killed its worker process."""
    return {"error": reason, "line": line[0]}
