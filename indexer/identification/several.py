"""One linear relation of a number with several constants, as `formulary identify --with` seeks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from flint import arb, ctx

from catalog.constants import evaluation
from catalog.constants.library import Constant, Library, library
from catalog.errors import ExpressionError
from indexer.identification.ladder.complexity import RUNG_BITS
from indexer.identification.ladder.match import Asked, is_found, verified
from indexer.identification.ladder.several_constants import quotients
from indexer.identification.library import NamedConstant
from indexer.identification.numbers import NumberIdentification, too_few_digits
from indexer.identification.typed import Number, read_number
from indexer.mathematics.numbers.decimals import bits_for
from indexer.mathematics.relations.relation import Relation
from indexer.mathematics.relations.search import DIGITS, Attempt, beyond_chance, digit_sum, linear
from indexer.mathematics.relations.text import bracketed, linear_text

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
    return known.meant(text)


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
    text: str, constants: Sequence[NamedConstant], degree: int = 1, order: int = 1, digits: int | None = None
) -> NumberIdentification:
    """Seek an integer relation of the number with several constants at once.

    Sought among the products L^i m for i <= `degree` and the monomials m of total degree <= `order` in the
    constants; with `degree` 1 and `order` 1 that is x_0 L + x_1 + x_2 c_1 + ... = 0 (without products L c), and where
    there is none a quotient L = (x_0 + x_1 c_1 + ...)/(y_0 + y_1 c_1 + ...). Products that depend on others, as
    sqrt(2)^2 does on 1, are left out and told.
    """
    if not 1 <= len(constants) <= MAX_CONSTANTS:
        raise ExpressionError(f"{len(constants)} constants were given; between 1 and {MAX_CONSTANTS} can be used")
    number = read_number(text, digits)
    if (refusal := too_few_digits(number)) is not None:
        return refusal
    terms, left_out = independent([*_monomials([c.expression for c in constants], order)])
    attempt = _linear(number, degree, terms)
    found = attempt.coefficients
    if found is not None and any(found[:degree]) and beyond_chance(found, number.digits):
        names = tuple(c.name for c in constants)
        relation = Relation(
            "linear",
            _equation(found, degree, terms),
            number.digits,
            number.digits,
            "matched",
            "lll",
            names,
            tuple(terms),
            found,
        )
        return _told(number, "found", (relation,), left_out=left_out)
    if degree == order == 1 and (quotient := _quotient(number, terms)) is not None:
        return _told(number, "found", (quotient,), left_out=left_out)
    if found is not None and any(found[:degree]):
        attempt = Attempt("too_few_digits", number.digits, digits_needed=2 * digit_sum(found) + 1)
    needed = attempt.digits_needed if attempt.outcome == "too_few_digits" else None
    given = " and ".join(filter(None, (", ".join(c.name for c in constants[:-1]), constants[-1].name)))
    bound = f" has all coefficients up to {attempt.bound}" if attempt.outcome == "excluded" else " was found"
    reason = f"no relation with {given}{bound}"
    if needed is not None:
        reason = f"{needed} digits would decide about a relation with long coefficients"
    return _told(number, "too_few_digits" if needed else "excluded", (), needed, reason, left_out)


def _told(
    number: Number,
    outcome: Literal["found", "excluded", "too_few_digits"],
    relations: tuple[Relation, ...],
    needed: int | None = None,
    reason: str | None = None,
    left_out: tuple[str, ...] = (),
) -> NumberIdentification:
    return NumberIdentification(
        number.text, number.digits, outcome, relations, needed, reason, written=number.written, left_out=left_out
    )


def _linear(number: Number, degree: int, terms: Sequence[str]) -> Attempt:
    """Seek a relation of the number's powers with the terms."""
    bits = bits_for(number.digits) + 64
    with ctx.workprec(bits):
        values = [number.ball**k for k in range(degree, 0, -1)]
        values += [arb(1) if term == "1" else evaluation.evaluate(term, bits) for term in terms]
        return linear(values, number.digits)


def _quotient(number: Number, terms: Sequence[str]) -> Relation | None:
    """Return the shortest quotient of two linear forms of the terms that the digits outweigh."""
    asked = Asked(number)
    matches = sorted(quotients(asked, terms, "given constants", RUNG_BITS), key=lambda match: match.complexity)
    relations = (verified(asked, match) for match in matches)
    return next((r for r in relations if r is not None and is_found(r)), None)


def independent(terms: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the terms without those that are short linear combinations of earlier ones, and what these are."""
    kept: list[str] = []
    left_out: list[str] = []
    bits = bits_for(DIGITS) + 64
    values: list[arb] = []
    for term in terms:
        value = arb(1) if term == "1" else evaluation.evaluate(term, bits)
        with ctx.workprec(bits):
            found = linear([value, *values], DIGITS).coefficients if values else None
        if found is not None and found[0]:
            same = linear_text(found, kept)
            left_out.append(term if same == term else f"{term} = {same}")
        else:
            kept.append(term)
            values.append(value)
    return kept, tuple(left_out)


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
