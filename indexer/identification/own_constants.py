"""The user's own constants: checked against what is there, stored in the catalogue, tried before the library."""

from __future__ import annotations

import re
from collections.abc import Iterable

import psycopg
from flint import arb, ctx

from catalog.constants import evaluation, expressions
from catalog.constants.library import Constant, library
from catalog.errors import ExpressionError, NotFound
from catalog.store.constants import (
    OWN,
    ConstantRow,
    constant_expressions,
    last_likelihood,
    own_constants,
    store_constants,
)
from indexer.identification.library import PreparedLibrary, prepared_library
from indexer.identification.values import with_value
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.relation import moebius_value, real_root
from indexer.mathematics.relations.search import algebraic, moebius, residual_digits
from indexer.mathematics.relations.text import moebius_text

SEARCH_DIGITS = 60
"""Digits of the search for an equivalent constant."""

CHECKED_DIGITS = 120
"""Digits to which an equivalence must hold to be one."""

LONGEST_NAME = 60
"""Characters of a name."""

LARGEST_EXPONENT = 30
"""A constant lies between 10^-30 and 10^30 in absolute value: half the digits of the search, so that relations show."""

_DECIMAL = re.compile(r"[-+]?[0-9]*\.[0-9]*(e[-+]?[0-9]+)?", re.ASCII | re.IGNORECASE)

DEGREE = 2
"""Algebraic numbers up to this degree are told by their polynomial, without a name."""


def read_library(connection: psycopg.Connection) -> PreparedLibrary:
    """Return all constants that a search tries: the user's own, then the library."""
    return prepared_library(own_constants(connection))


def add_constant(connection: psycopg.Connection, name: str, expression: str, reference: str | None = None) -> Constant:
    """Check a constant and store it, to be tried from now on; return it as it is kept.

    Raises ExpressionError where it cannot be read or evaluated, where the name is taken, and where another constant,
    an integer relation of degree 2, or a rational number says the same.
    """
    name = " ".join(name.split())
    if _DECIMAL.fullmatch(expression.strip()):
        raise ExpressionError(
            f"{expression.strip()[:40]} is a decimal, known to its last digit only, and relations are verified with"
            " more digits than they are found with; give an expression that any number of digits can be computed of, or"
            " ask `formulary identify` about the decimal"
        )
    parsed = expressions.parse_expression(expression)
    text = str(parsed.substitute({}))
    known = constant_expressions(connection)
    check_name(name, text, known)
    check_value(text, ((c.name, c.expression) for c in library()), known.items())
    row = ConstantRow(
        name=name,
        expression=text,
        likelihood=last_likelihood(connection) + 1,
        latex=expressions.to_latex(parsed),
        constant_group=OWN,
        reference=reference,
    )
    store_constants(connection, [with_value(row)])
    return Constant(name, text, OWN, source=reference)


def check_name(name: str, expression: str, known: Iterable[str]) -> None:
    """Refuse a name that is taken, that cannot be typed, or that as an expression means another number."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name.startswith("-"):
        raise ExpressionError(f"a name has 1 to {LONGEST_NAME} printable characters and no minus at its beginning")
    if name in known:
        raise ExpressionError(f"there is a constant {name} already; choose another name")
    try:
        taken = library()[name].name
    except NotFound:
        taken = None
    if taken is not None:
        raise ExpressionError(f"the name {name} means {taken} of the library; choose another name")
    try:
        meant = evaluation.evaluate(name, bits_for(SEARCH_DIGITS))
    except ExpressionError:
        return
    if residual_digits(meant, evaluation.evaluate(expression, bits_for(SEARCH_DIGITS))) is None:
        raise ExpressionError(f"the name {name} reads as an expression of another value; choose another name")


def check_value(expression: str, *constants: Iterable[tuple[str, str]]) -> None:
    """Refuse an expression that is huge or tiny, rational, quadratic, or a Moebius map of a constant that there is."""
    bits = bits_for(CHECKED_DIGITS) + 64
    value = evaluation.evaluate(expression, bits)
    exponent = float(abs(value).log() / arb(10).log())
    if abs(exponent) > LARGEST_EXPONENT:
        raise ExpressionError(
            f"{expressions.shortened(expression)} is about 10^{exponent:.0f} in absolute value, outside the supported"
            f" 10^-{LARGEST_EXPONENT} to 10^{LARGEST_EXPONENT}; give it without its power of 10, or its logarithm"
        )
    with ctx.workprec(bits):
        polynomial = algebraic(value, DEGREE, SEARCH_DIGITS).coefficients
        if polynomial is not None:
            rational = len(polynomial) == 2
            root = arb(-polynomial[0]) / polynomial[1] if rational else real_root(polynomial, value, bits)
            if (residual_digits(value, root) or 0) >= CHECKED_DIGITS - 5:
                kind = "rational" if rational else "quadratic"
                raise ExpressionError(
                    f"{expression} is {kind}; limits of this kind are found by their polynomial, without a name"
                )
        seen = set()
        for name, other in (pair for group in constants for pair in group):
            if other in seen:
                continue
            seen.add(other)
            found = moebius(value, evaluation.evaluate(other, bits_for(SEARCH_DIGITS) + 16), SEARCH_DIGITS)
            if found.coefficients is None:
                continue
            image = moebius_value(found.coefficients, evaluation.evaluate(other, bits + 64))
            if (residual_digits(value, image) or 0) >= CHECKED_DIGITS - 5:
                relation = moebius_text(found.coefficients, name)
                raise ExpressionError(f"{expression} is {relation}, a Moebius map of {name}, which is there already")
