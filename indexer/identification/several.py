"""Several constants for one relation, as `formulary identify --with` names them, and the number that they go with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.constants.expressions import parse_expression
from catalog.constants.library import Constant, Library, library
from catalog.errors import ExpressionError, NotFound
from catalog.formulas.pcf import PCF
from indexer.kinds.kind import kind_of

GIVEN = "given"
"""Group of a constant that is given as an expression."""


def chosen_constants(text: str, own: Iterable[Constant] = ()) -> list[Constant]:
    """The constants of a list such as `pi, log(2), gamma(1/5)`: by name, or else as expressions.

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
    """The parts between commas outside brackets."""
    depth, start = 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield text[start:place].strip()
            start = place + 1
    yield text[start:].strip()


def limit_text(formula: PCF, digits: int) -> str:
    """The limit of a formula in decimal; raises NotFound where it has none that is finite and irrational."""
    found = kind_of(formula).limit(formula, digits)
    if found is None or found.value is None or found.infinite or found.exact is not None:
        raise NotFound(f"{formula} has no irrational limit to seek a relation for")
    return found.value
