"""One linear relation of a number with several constants, as `formulary identify --with` seeks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flint import arb, ctx

from catalog.constants import evaluation
from catalog.constants.expressions import parse_expression
from catalog.constants.library import Constant, Library, library
from catalog.errors import ExpressionError, NotFound
from indexer.identification.library import NamedConstant
from indexer.identification.numbers import NumberIdentification, parse_number, too_few_digits, unmatched
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.relation import Relation
from indexer.mathematics.relations.search import Attempt, beyond_chance, digit_sum, linear
from indexer.mathematics.relations.text import bracketed, linear_text

GIVEN = "given"
"""Group of a constant that is given as an expression."""

MAX_CONSTANTS = 8
"""Most constants in one relation."""


def chosen_constants(text: str, own: Iterable[Constant] = ()) -> list[Constant]:
    """Read the constants of a list such as `pi, log(2), gamma(1/5)`: by name, or else as expressions.

    Raises NotFound with the nearest names for what is neither, ExpressionError for an empty one.
    """
    known = Library((*own, *library()))
    return [_constant(part, known) for part in _parts(text)]


def _constant(text: str, known: Library) -> Constant:
    if not text:
        raise ExpressionError("a constant is missing between two commas; write them as pi,log(2)")
    try:
        return known[text]
    except NotFound:
        try:
            expression = str(parse_expression(text))
        except ExpressionError:
            expression = None
        if expression is None:
            raise
        return Constant(text, expression, GIVEN)


def _parts(text: str) -> Iterator[str]:
    """Yield the parts between commas outside brackets."""
    depth, start = 0, 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield text[start:index].strip()
            start = index + 1
    yield text[start:].strip()


def identify_with(
    text: str, constants: Sequence[NamedConstant], degree: int = 1, order: int = 1
) -> NumberIdentification:
    """Seek an integer relation of the number with several constants at once.

    Sought among the products L^i m for i <= `degree` and the monomials m of total degree <= `order` in the
    constants; with `degree` 1 and `order` 1 that is x_0 L + x_1 + x_2 c_1 + ... = 0 (without products L c).
    """
    if not 1 <= len(constants) <= MAX_CONSTANTS:
        raise ExpressionError(f"{len(constants)} constants were given; between 1 and {MAX_CONSTANTS} can be used")
    number = parse_number(text)
    if (refusal := too_few_digits(number)) is not None:
        return refusal
    terms = list(_monomials([c.expression for c in constants], order))
    bits = bits_for(number.digits) + 64
    with ctx.workprec(bits):
        values = [number.ball**k for k in range(degree, 0, -1)]
        values += [arb(1) if term == "1" else evaluation.evaluate(term, bits) for term in terms]
        attempt = linear(values, number.digits)
    found = attempt.coefficients
    if found is None or not any(found[:degree]):
        return unmatched(number, [attempt])
    if not beyond_chance(found, number.digits):
        return unmatched(number, [Attempt("too_few_digits", number.digits, digits_needed=2 * digit_sum(found) + 1)])
    relation = Relation(
        "linear",
        _equation(found, degree, terms),
        number.digits,
        number.digits,
        "matched",
        "lll",
        tuple(c.name for c in constants),
        tuple(terms),
        found,
    )
    return NumberIdentification(number.text, number.digits, "found", (relation,))


def _monomials(expression: Sequence[str], order: int) -> Iterator[str]:
    """Yield 1 and all products of up to `order` expressions, as expressions."""
    level: list[tuple[int, str]] = [(0, "1")]
    yield "1"
    for _ in range(order):
        following = []
        for first, text in level:
            for k in range(first, len(expression)):
                factor = bracketed(expression[k])
                product = factor if text == "1" else f"{text}*{factor}"
                following.append((k, product))
                yield product
        level = following


def _equation(coefficients: Sequence[int], degree: int, terms: Sequence[str]) -> str:
    """Return the number solved for where the relation is linear in it, else the equation."""
    if degree == 1:
        return linear_text(coefficients, terms)
    names = [*(f"L^{k}" if k > 1 else "L" for k in range(degree, 0, -1)), *terms]
    return linear_text((-1, *coefficients), names) + " = 0"
