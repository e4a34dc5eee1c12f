"""The user's own constants: checked against what is there, stored in the catalogue, tried before the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import psycopg
from flint import arb, ctx

from catalog.constants import evaluation, expressions
from catalog.constants.evaluation import known_digits
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
from indexer.identification.typed import read_decimal
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

LEAST_DECIMALS = 12
"""Significant digits that a constant known by its digits alone has: with fewer relations match by chance."""

DEGREE = 2
"""Algebraic numbers up to this degree are told by their polynomial, without a name."""


def read_library(connection: psycopg.Connection) -> PreparedLibrary:
    """Return all constants that a search tries: the user's own, then the library."""
    return prepared_library(own_constants(connection))


def add_constant(connection: psycopg.Connection, name: str, expression: str, reference: str | None = None) -> Constant:
    """Check a constant and store it, to be tried from now on; return it as it is kept. Raises what the check raises."""
    constant, _ = checked_constant(connection, name, expression, reference)
    store_own_constant(connection, constant)
    return constant


def checked_constant(
    connection: psycopg.Connection, name: str, expression: str, reference: str | None = None
) -> tuple[Constant, str | None]:
    """Return a constant of the user's own as it will be kept, and the constant there is with which its digits agree.

    A decimal, such as `4.6692016091`, is one of which no further digit is known; it may be another number than that.
    Raises ExpressionError where it cannot be read or evaluated, where the name is taken, and where another constant,
    an integer relation of degree 2, or a rational number says the same.
    """
    name = " ".join(name.split())
    decimal = read_decimal(expression)
    if decimal is not None:
        digits, count = decimal
        if count < LEAST_DECIMALS:
            raise ExpressionError(
                f"{expression.strip()[:40]} has {count} sure digits, too few to tell a relation from chance; give at"
                f" least {LEAST_DECIMALS}"
            )
        expression = f"{digits}..."
    parsed = expressions.parse_expression(expression)
    text = str(parsed.substitute({}))
    known = constant_expressions(connection)
    check_name(name, text, known)
    agrees = check_value(text, ((c.name, c.expression) for c in library()), known.items())
    return Constant(name, text, OWN, source=reference), agrees


def store_own_constant(connection: psycopg.Connection, constant: Constant) -> None:
    """Store a constant that was checked."""
    row = ConstantRow(
        name=constant.name,
        expression=constant.expression,
        likelihood=last_likelihood(connection) + 1,
        latex=expressions.to_latex(constant.expression),
        constant_group=OWN,
        reference=constant.source,
    )
    store_constants(connection, [with_value(row)])


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
    if residual_digits(meant, evaluation.evaluate_known(expression, bits_for(SEARCH_DIGITS))) is None:
        raise ExpressionError(f"the name {name} reads as an expression of another value; choose another name")


def check_value(expression: str, *constants: Iterable[tuple[str, str]]) -> str | None:
    """Refuse an expression that is huge or tiny, rational, quadratic, or a Moebius map of a constant that there is.

    Where one of the two is known by its digits alone, which may end before they differ, the map is returned instead.
    """
    known = known_digits(expression)
    bits = bits_for(max(CHECKED_DIGITS, known or 0)) + 64
    value = evaluation.evaluate_known(expression, bits)
    exponent = float(abs(value).log() / arb(10).log())
    if abs(exponent) > LARGEST_EXPONENT:
        raise ExpressionError(
            f"{expressions.shortened(expression)} is about 10^{exponent:.0f} in absolute value, outside the supported"
            f" 10^-{LARGEST_EXPONENT} to 10^{LARGEST_EXPONENT}; give it without its power of 10, or its logarithm"
        )
    digits = min(SEARCH_DIGITS, known or SEARCH_DIGITS)
    with ctx.workprec(bits):
        polynomial = algebraic(value, DEGREE, digits).coefficients
        if polynomial is not None:
            rational = len(polynomial) == 2
            root = arb(-polynomial[0]) / polynomial[1] if rational else real_root(polynomial, value, bits)
            if _agree(value, root, known):
                kind = "rational" if rational else "quadratic"
                how = "" if known is None else f" to all its {known} digits"
                raise ExpressionError(
                    f"{expressions.shortened(expression)} is {kind}{how}; limits of this kind are found by their"
                    " polynomial, without a name"
                )
        for relation, name, by_digits in _maps(value, known, constants):
            if known is not None or by_digits:
                return relation
            raise ExpressionError(f"{expression} is {relation}, a Moebius map of {name}, which is there already")
    return None


def _maps(
    value: arb, known: int | None, constants: Iterable[Iterable[tuple[str, str]]]
) -> Iterator[tuple[str, str, bool]]:
    """Yield the constants of which a value is a map: the map, the name, and whether it is known by its digits alone."""
    seen, bits = set(), ctx.prec
    for name, other in (pair for group in constants for pair in group):
        if other in seen:
            continue
        seen.add(other)
        others = known_digits(other)
        digits = min(SEARCH_DIGITS, known or SEARCH_DIGITS, others or SEARCH_DIGITS)
        found = moebius(value, evaluation.evaluate_known(other, bits_for(digits) + 16), digits)
        if found.coefficients is None:
            continue
        image = moebius_value(found.coefficients, evaluation.evaluate_known(other, bits + 64))
        if _agree(value, image, known if known is not None else others):
            yield moebius_text(found.coefficients, name), name, others is not None


def _agree(value: arb, other: arb, known: int | None) -> bool:
    """Whether two values agree to CHECKED_DIGITS, or to all the digits that are known."""
    agreed = residual_digits(value, other)
    return agreed is not None and (known is not None or agreed >= CHECKED_DIGITS - 5)
