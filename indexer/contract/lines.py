"""Lines of formulas or numbers in, objects out, in order: what `evaluate --from` and `identify --from` do with a file.

A line that cannot be used gives an object with `error` in its place. The functions here run in worker processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from catalog.constants import library as constants
from catalog.constants.library import Constant
from catalog.errors import ExpressionError
from catalog.formulas.notations import Reading
from catalog.formulas.pcf import PCF
from indexer.contract.guarded import BATCH, Object, guarded
from indexer.contract.objects import formula_object
from indexer.contract.written import written_object
from indexer.identification.climbed import IDENTITY, climbed
from indexer.identification.identify import LIBRARY_BUDGET
from indexer.identification.ladder.climb import EFFORT, MAX_DEGREE, LadderStep
from indexer.identification.library import prepared_library
from indexer.identification.numbers import identify_number
from indexer.identification.typed import is_number
from indexer.mathematics.continued_fractions.delta import delta_at
from indexer.mathematics.continued_fractions.limit import Limit
from indexer.pipeline.compute import compute, failed
from indexer.similarity.anchors import Anchors
from indexer.sources.files.lines import Number, NumberedLine, formula_of_line, item_of_line, numbered
from indexer.workers.pool import in_order


def evaluated(lines: Iterable[str], digits: int, workers: int | None, depth: int | None = None) -> Iterator[Object]:
    """The objects of `evaluate --from`; with `depth` delta there too."""
    return in_order(partial(_evaluate, digits, depth), numbered(lines), _killed, workers=workers, batch=BATCH)


def identified(
    lines: Iterable[str],
    digits: int,
    workers: int | None,
    anchors: Anchors | None,
    own: Sequence[Constant] = (),
    budget: int = LIBRARY_BUDGET,
) -> Iterator[Object]:
    """The objects of `identify --from`, which may hold formulas and numbers; `own` constants are tried first."""
    work = partial(_identify, digits, anchors, tuple(own), budget)
    return in_order(work, numbered(lines), _killed, workers=workers, batch=BATCH)


def _evaluate(digits: int, depth: int | None, lines: Sequence[NumberedLine]) -> list[Object]:
    return [guarded(line, lambda formula: evaluate_formula(formula, digits, depth), formula_of_line) for line in lines]


def _identify(
    digits: int, anchors: Anchors | None, own: tuple[Constant, ...], budget: int, lines: Sequence[NumberedLine]
) -> list[Object]:
    def identify(item: PCF | Number) -> Object:
        if isinstance(item, Number):
            return identify_value(item.value, own)
        return identify_formula(item, digits, anchors, budget, own)

    return [guarded(line, identify, partial(item_of_line, is_number=is_number)) for line in lines]


def evaluate_formula(formula: PCF, digits: int, depth: int | None = None) -> Object:
    """The object of a formula, without relations; with `depth` its delta there too."""
    evaluation = compute(formula, digits).evaluation
    result = formula_object(evaluation)
    return result if depth is None else result | {"delta_at": delta_object(formula, depth, evaluation.limit)}


def delta_object(formula: PCF, depth: int, value: Limit | None) -> Object:
    """delta of a formula at a depth, null with a reason where there is none."""
    found = delta_at(formula, depth, value)
    return {"n": found.n, "value": found.value, "unreduced": found.unreduced, "reason": found.reason}


def identify_formula(
    formula: PCF,
    digits: int,
    anchors: Anchors | None,
    budget: int = LIBRARY_BUDGET,
    own: tuple[Constant, ...] = (),
    reading: Reading | None = None,
) -> Object:
    """The object of a formula with its relations and guesses.

    With a `reading` the ladder of typed numbers is asked where nothing else gives a name: for the value that was
    written, and for the limit.
    """
    done = compute(formula, digits, identified=True, anchors=anchors, budget=budget, library=prepared_library(own))
    result = formula_object(done.evaluation, done.identification)
    limit = done.evaluation.limit
    if reading is None or result["relations"] or limit is None:
        return result
    library = (*own, *constants.library().candidates())
    if (found := climbed(formula, limit, library)) is not None:
        result |= {"relations": [found.to_json()], "outcome": "found", "exclusion": None, "identification_reason": None}
    if not reading.plain:
        result["written"] = written_object(result, reading)
        if reading.map != IDENTITY and (mapped := climbed(formula, limit, library, reading.map)) is not None:
            names = {"constant": mapped.kind, "proof": mapped.proof, "expression": mapped.expression}
            result["written"]["relations"] = [names]
            result["outcome"] = "found"
    return result


def identify_value(
    value: Any,
    own: Sequence[Constant] = (),
    degree: int = MAX_DEGREE,
    *,
    effort: int = EFFORT,
    digits: int | None = None,
    tell: Callable[[LadderStep], None] | None = None,
) -> Object:
    """The object of a number, given as a string of digits (a JSON number has lost its trailing zeros).

    `digits` are those that are trusted; `tell` hears of each rung of the ladder.
    """

    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ExpressionError('a number is given as a string of its digits, such as {"value": "1.2732395447351627"}')
    library = (*own, *constants.library().candidates())
    return identify_number(str(value), library, degree, effort=effort, digits=digits, tell=tell).to_json()


def _killed(line: NumberedLine, reason: str) -> Object:
    """The object of a line that killed its worker process."""
    try:
        formula = formula_of_line(line[1])
    except Exception:
        return {"error": reason, "line": line[0]}
    return formula_object(failed(formula, reason).evaluation)
