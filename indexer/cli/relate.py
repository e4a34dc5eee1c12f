"""`formulary relate`: whether two formulas are equivalent, by which map, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from indexer.cli.evaluate import require_no_arguments, write_answers
from indexer.cli.options import FormulaCommand, counted, json_option, lines_options
from indexer.cli.output import write_fields, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flint import fmpz_poly

    from catalog.formulas.pcf import PCF
    from indexer.mathematics.equivalence.decision import Decision, Equivalence

NOT_EQUIVALENT = 1

LONGEST = 400
"""Characters of a polynomial beyond which only its degree is shown; --json has it all."""


@click.command(
    cls=FormulaCommand,
    epilog='Example: formulary relate "PCF(2n+1, n^2)" "PCF(2n+3, n^2+2n)"',
)
@click.argument("formulas", nargs=-1, metavar="FORMULA FORMULA")
@lines_options('{"first": {"a": [...], "b": [...]}, "second": {...}}')
@json_option
def relate(formulas: tuple[str, ...], from_file: str | None, workers: int | None, as_json: bool) -> int:
    """Decide whether two formulas are equivalent; needs no catalogue.

    Two formulas are equivalent where a matrix U of polynomials takes the steps of one to those of the other, or k1
    steps to k2 (folds); then their limits are related by a Moebius map, which is a theorem. Where no such matrix
    exists that is proved as well. Limits of formulas that are not equivalent may be related all the same, as maps of
    one constant (formulary prove). Exit code 1 where the formulas are not equivalent.

    Formulas are written PCF(2n+1, n^2), or all four polynomials as arguments.
    """
    if from_file is not None:
        from indexer.contract.equivalences import related

        require_no_arguments(formulas)
        return write_answers(from_file, "relating pairs", lambda lines: related(lines, workers))
    from indexer.contract.equivalences import decision_object, otherwise_related
    from indexer.mathematics.equivalence.decision import no_limit
    from indexer.mathematics.equivalence.decision import relate as decide

    first, second = _two(formulas)
    reason = no_limit(first) or no_limit(second)
    if reason is not None:
        raise click.UsageError(f"{reason}; give two formulas that converge and do not terminate")
    decision = decide(first, second)
    if as_json:
        write_json(decision_object(first, second, decision))
    else:
        _write(first, second, decision, otherwise_related(first, second, decision))
    return 0 if decision.equivalent else NOT_EQUIVALENT


def _two(arguments: tuple[str, ...]) -> tuple[PCF, PCF]:
    """Return the formulas of two arguments PCF(a, b), or of four polynomials."""
    from catalog.formulas.pcf import PCF, parse_formula

    if len(arguments) == 2:
        return parse_formula(arguments[0]), parse_formula(arguments[1])
    if len(arguments) == 4:
        return PCF.from_text(*arguments[:2]), PCF.from_text(*arguments[2:])
    raise click.UsageError(f"give two formulas such as PCF(2n+1, n^2), not {counted(len(arguments), 'argument')}")


def _write(first: PCF, second: PCF, decision: Decision, related: Sequence[int] | None) -> None:
    """Write a decision for reading, and how the limits are related otherwise."""
    from indexer.mathematics.relations.text import moebius_text

    answer = {True: "yes", False: "no", None: "not decided"}[decision.equivalent]
    found = decision.equivalence
    write_fields(
        [
            ("L1", f"the limit of {first}"),
            ("L2", f"the limit of {second}"),
            ("equivalent", f"{answer} (proved)" if decision.proved else answer),
            ("because", decision.reason or ("the formulas are equal" if first == second else None)),
            ("steps as one", _folds(decision)),
            *(_equivalence(found) if found is not None else ()),
            ("all the same", related and f"L1 = {moebius_text(related, 'L2')}, since both limits are proved"),
        ]
    )


def _folds(decision: Decision) -> str | None:
    """Return the folds where they are others than 1 and 1."""
    folds = (decision.equivalence.folds,) if decision.equivalence else decision.folds
    if folds in ((), ((1, 1),)):
        return None
    return ", ".join(f"{j} of the first, {k} of the second" for j, k in folds)


def _equivalence(found: Equivalence) -> list[tuple[str, str]]:
    from indexer.mathematics.relations.text import moebius_text

    scale = _scale(*map(_text, found.scale))
    return [
        ("map", f"L1 = {moebius_text(found.map, 'L2')}"),
        *((f"U {row + 1}", ", ".join(map(_text, found.matrix[2 * row : 2 * row + 2]))) for row in (0, 1)),
        *([("scale", scale)] if scale else []),
        ("regular from", f"n = {found.regular_from}"),
    ]


def _scale(above: str, below: str) -> str | None:
    """The factor between the steps, None where that is 1."""
    from indexer.mathematics.relations.text import bracketed

    if below == "1":
        return None if above == "1" else above
    return f"{bracketed(above)}/({below})"


def _text(polynomial: fmpz_poly) -> str:
    from catalog.formulas.polynomial import format_polynomial

    coefficients: Sequence[int] = [int(c) for c in polynomial.coeffs()]
    text = format_polynomial(coefficients) if coefficients else "0"
    return text if len(text) <= LONGEST else f"a polynomial of degree {len(coefficients) - 1}"
