"""Templates of formula spaces: polynomials in n and integer parameters, with a range for each parameter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SpaceError
from catalog.formulas.polynomial import MAX_DEGREE
from catalog.syntax import MAX_DIGITS, Item, parse

MAX_PARAMETERS = 2 * (MAX_DEGREE + 1)
"""Most parameters of a template."""

MAX_CHARACTERS = 10_000
"""Most characters of a template."""

MAX_TERMS = 5_000
"""Most terms of an expanded polynomial."""

MAX_BITS = 4 * MAX_DIGITS
"""Most bits of a coefficient on the way."""

_EXAMPLE = "write a template like a = A1 n + A0; b = n^2; A* in -5..5"
_PART = re.compile(r"\s*(?P<side>[ab])\s*=(?P<text>[^=]*)", re.DOTALL)
_RANGE = re.compile(r"(?P<names>[^;]*?)\bin\s+(?P<low>[-+]?[0-9]+)\s*\.\.\s*(?P<high>[-+]?[0-9]+)\s*(?:,|$)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?")

Terms = dict[tuple[int, ...], int]
"""A polynomial in n and the parameters: exponents (n first) -> coefficient."""


@dataclass(frozen=True)
class Parameter:
    """An integer parameter with low <= value <= high, run through by absolute value, the positive one first."""

    name: str
    low: int
    high: int

    @property
    def size(self) -> int:
        """Number of values."""
        return self.high - self.low + 1

    @property
    def largest(self) -> int:
        """Largest absolute value."""
        return max(abs(self.low), abs(self.high))

    def value(self, index: int) -> int:
        """Return the value at a position 0 <= index < size of the order."""
        start = self._start
        both = 2 * min(start - self.low, self.high - start)
        if index <= both:
            return start + (index + 1) // 2 * (1 if index % 2 else -1)
        return start + (index - both // 2) * (1 if self.high - start > start - self.low else -1)

    def index(self, value: int) -> int | None:
        """Return the position of a value in the order, None outside the range."""
        if not self.low <= value <= self.high:
            return None
        start = self._start
        reach, distance = min(start - self.low, self.high - start), abs(value - start)
        return reach + distance if distance > reach else 2 * distance - (value > start)

    @property
    def _start(self) -> int:
        return min(max(0, self.low), self.high)

    def values(self, indices: NDArray[np.int64]) -> NDArray[Any]:
        """Return the values at many positions, int64 where all fit, else Python integers in an object array."""
        distinct, where = np.unique(indices, return_inverse=True)
        dtype = np.int64 if self.largest < 2**63 else np.object_
        return np.array([self.value(int(i)) for i in distinct], dtype=dtype)[where]


@dataclass(frozen=True)
class ParameterPolynomial:
    """An integer polynomial in the parameters: (coefficient, exponents) of each term."""

    terms: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def is_linear(self) -> bool:
        """Whether the total degree is at most 1."""
        return all(sum(exponents) <= 1 for _, exponents in self.terms)

    @property
    def constant(self) -> int:
        """The term without parameters."""
        return next((c for c, exponents in self.terms if not any(exponents)), 0)

    @property
    def single_parameter(self) -> int | None:
        """The position of the parameter that this polynomial is, None where it is anything else."""
        if len(self.terms) == 1 and self.terms[0][0] == 1 and self.is_linear and any(self.terms[0][1]):
            return self.terms[0][1].index(1)
        return None

    def linear_coefficients(self, width: int) -> list[int]:
        """Return the coefficient of each of `width` parameters, of a linear polynomial."""
        row = [0] * width
        for c, exponents in self.terms:
            if any(exponents):
                row[exponents.index(1)] = c
        return row

    def bound(self, largest: Sequence[int]) -> int:
        """Return a bound on the absolute value where each parameter is at most `largest`; partial sums obey it too."""
        return sum(abs(c) * prod(map(pow, largest, exponents)) for c, exponents in self.terms)

    def evaluate(self, columns: Sequence[NDArray[Any]], rows: int) -> NDArray[Any]:
        """Return the values for arrays of parameter values, each of length `rows`."""
        total = np.zeros(rows, dtype=columns[0].dtype if columns else np.int64)
        for c, exponents in self.terms:
            term: Any = c
            for column, exponent in zip(columns, exponents, strict=True):
                if exponent:
                    term = term * column**exponent
            total = total + term
        return total


@dataclass(frozen=True)
class Template:
    """The parameters, slowest first, and the coefficients of a and b, constant term first."""

    parameters: tuple[Parameter, ...]
    a: tuple[ParameterPolynomial, ...]
    b: tuple[ParameterPolynomial, ...]


def parse_template(text: str) -> Template:
    """Read `a = A1 n + A0; b = n^2; A* in -5..5`; a name with * gives its range to all that begin so.

    Parameters are ordered as their ranges are, those of one wildcard as the template mentions them. Raises
    SpaceError with one sentence that says what cannot be read.
    """
    if len(text) > MAX_CHARACTERS:
        raise SpaceError(f"the template has {len(text)} characters, beyond the supported {MAX_CHARACTERS}")
    programs: dict[str, tuple[Item, ...]] = {}
    ranges: list[str] = []
    for part in text.split(";"):
        match = _PART.fullmatch(part)
        if match is None:
            ranges.append(part)
        elif match["side"] in programs:
            raise SpaceError(f"the template gives {match['side']} twice; {_EXAMPLE}")
        else:
            what = f"{match['side']}(n)"
            programs[match["side"]] = parse(match["text"], error=SpaceError, is_variable=lambda _: True, what=what)
    if set(programs) != {"a", "b"}:
        raise SpaceError(f"the template does not give a and b; {_EXAMPLE}")
    mentioned = dict.fromkeys(
        item.text for side in "ab" for item in programs[side] if item.kind == "name" and item.text != "n"
    )
    parameters = _read_ranges(ranges, list(mentioned))
    a, b = (_expand(programs[side], parameters, f"{side}(n)") for side in "ab")
    return Template(parameters, a, b)


def _read_ranges(parts: list[str], mentioned: list[str]) -> tuple[Parameter, ...]:
    found: dict[str, Parameter] = {}
    for part in parts:
        at = 0
        while part[at:].strip():
            match = _RANGE.match(part, at)
            if match is None:
                raise SpaceError(f"cannot read the range {part[at:].strip()[:60]!r}; {_EXAMPLE}")
            at = match.end()
            if len(match["low"] + match["high"]) > 2 * MAX_DIGITS:
                raise SpaceError(f"a range has more than the supported {MAX_DIGITS} digits")
            low, high = int(match["low"]), int(match["high"])
            if low > high:
                raise SpaceError(f"the range {low}..{high} is empty; write the smaller end first")
            for name in match["names"].split(","):
                for matched in _matching(name.strip(), mentioned):
                    if matched in found:
                        raise SpaceError(f"the parameter {matched} has two ranges; give each one")
                    found[matched] = Parameter(matched, low, high)
    missing = [name for name in mentioned if name not in found]
    if missing:
        raise SpaceError(f"the parameter {missing[0][:40]} has no range; add for example {missing[0][:40]} in 1..10")
    if len(found) > MAX_PARAMETERS:
        raise SpaceError(f"the template has {len(found)} parameters, beyond the supported {MAX_PARAMETERS}")
    return tuple(found.values())


def _matching(name: str, mentioned: list[str]) -> list[str]:
    if not _NAME.fullmatch(name):
        raise SpaceError(f"cannot read the parameter name {name[:40]!r} in the ranges; {_EXAMPLE}")
    matched = [m for m in mentioned if (m.startswith(name[:-1]) if name.endswith("*") else m == name)]
    if not matched:
        raise SpaceError(f"the template has no parameter {name[:40]}; leave out its range or use it in a or b")
    return matched


def _expand(program: Sequence[Item], parameters: Sequence[Parameter], what: str) -> tuple[ParameterPolynomial, ...]:
    """Return the coefficients of the powers of n, constant term first, without zero polynomials at the end."""
    names = ["n", *(p.name for p in parameters)]
    stack: list[Terms] = []
    for item in program:
        if item.kind == "integer":
            stack.append({(0,) * len(names): int(item.text)} if item.text != "0" else {})
        elif item.kind == "name":
            stack.append({tuple(int(name == item.text) for name in names): 1})
        elif item.text == "neg":
            stack.append({e: -c for e, c in stack.pop().items()})
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(_apply(item, left, right, what))
    terms = stack.pop()
    if not terms:
        raise SpaceError(f"{what} is the zero polynomial in every formula of the template")
    degree = max(e[0] for e in terms)
    side = tuple(
        ParameterPolynomial(tuple((c, e[1:]) for e, c in sorted(terms.items()) if e[0] == power))
        for power in range(degree + 1)
    )
    largest = tuple(p.largest for p in parameters)
    if any(p.bound(largest) >= 10**MAX_DIGITS for p in side):
        raise SpaceError(f"{what} has coefficients with more than the supported {MAX_DIGITS} digits")
    return side


def _apply(item: Item, left: Terms, right: Terms, what: str) -> Terms:
    if item.text in "+-":
        sign = 1 if item.text == "+" else -1
        total = {e: left.get(e, 0) + sign * right.get(e, 0) for e in {**left, **right}}
        return {e: c for e, c in total.items() if c}
    if item.text == "*":
        return _product(left, right, item, what)
    constant = _constant(right, item, what)
    if item.text == "/":
        if constant == 0 or any(c % constant for c in left.values()):
            raise SpaceError(f"{what} has non-integer coefficients by the division at position {item.position}")
        return {e: c // constant for e, c in left.items()}
    return _power(left, constant, item, what)


def _constant(terms: Terms, item: Item, what: str) -> int:
    if any(any(e) for e in terms):
        raise SpaceError(
            f"{what} is not a polynomial with integer parameters at position {item.position}; "
            "divisors and exponents are integers"
        )
    return sum(terms.values())


def _power(base: Terms, exponent: int, item: Item, what: str) -> Terms:
    if exponent < 0:
        raise SpaceError(f"{what} has a negative exponent at position {item.position}; only polynomials can be read")
    if exponent > MAX_TERMS or not base:
        raise SpaceError(f"{what} has a power at position {item.position} that is not supported; write it out")
    arity = len(next(iter(base)))
    result: Terms = {(0,) * arity: 1}
    for _ in range(exponent):
        result = _product(result, base, item, what)
    return result


def _product(left: Terms, right: Terms, item: Item, what: str) -> Terms:
    _check(0, len(left) * len(right), item, what)
    total: Terms = {}
    for e, c in left.items():
        for f, d in right.items():
            exponents = tuple(map(int.__add__, e, f))
            total[exponents] = total.get(exponents, 0) + c * d
    _check(max((max(e) for e in total), default=0), len(total), item, what)
    if any(c.bit_length() > MAX_BITS for c in total.values()):
        raise SpaceError(f"{what} has coefficients with more than the supported {MAX_DIGITS} digits")
    return {e: c for e, c in total.items() if c}


def _check(degree: int, terms: int, item: Item, what: str) -> None:
    if degree > MAX_DEGREE:
        raise SpaceError(f"{what} goes beyond the supported degree {MAX_DEGREE} at position {item.position}")
    if terms > MAX_TERMS:
        raise SpaceError(f"{what} grows beyond {MAX_TERMS} terms at position {item.position}")
