"""`formulary add` and `show`: formulas of the catalogue; searching is in `search`."""

from __future__ import annotations

from typing import Any

import click

from indexer.cli.constant import SHOWN_DIGITS, write_constant
from indexer.cli.evaluate import (
    depth_option,
    open_lines,
    require_no_arguments,
    trajectory_lines,
    with_written,
    write_formula,
)
from indexer.cli.opened import catalogue
from indexer.cli.options import (
    FORMULA_HELP,
    FormulaCommand,
    catalogue_options,
    from_options,
    json_option,
    meant_constant,
    option,
    read_notation,
)
from indexer.cli.output import note, write_added, write_fields, write_json


@click.command(
    cls=FormulaCommand,
    epilog='Example: formulary add "PCF(34n^3+51n^2+27n+5, -n^6)"',
    help=f"Put formulas into the catalogue, evaluated, placed and identified.\n\n{FORMULA_HELP}",
)
@click.argument("formula", nargs=-1, metavar="FORMULA")
@from_options
@catalogue_options
@json_option
def add(
    formula: tuple[str, ...],
    from_file: str | None,
    workers: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Add one formula and show it, or add those of a file and count them."""
    from indexer.contract.stored import stored_formula
    from indexer.upkeep.adding import add_formulas, add_lines
    from indexer.upkeep.interlacing import add_fraction

    if from_file is None:
        reading = read_notation(formula)
        with catalogue(database_url, home) as connection:
            add_formulas(connection, [reading.formula])
            if reading.fraction is not None:
                add_fraction(
                    connection, reading.formula, reading.fraction, reading.map, guessed_from=reading.guessed_from
                )
            _write(with_written(stored_formula(connection, reading.formula), reading), as_json)
        return 0
    require_no_arguments(formula)
    with open_lines(from_file) as lines, catalogue(database_url, home) as connection:
        done = add_lines(connection, lines, workers, note)
    return write_added(done, as_json)


@click.command(
    cls=FormulaCommand,
    epilog='Example: formulary show "PCF(2n+1, n^2)"',
    help=(
        f"Show what the catalogue knows about a formula, or about a constant.\n\n{FORMULA_HELP} A number such as "
        "9 is a formula's own, as `formulary find` gives it."
    ),
)
@click.argument("formula", nargs=-1, metavar="FORMULA")
@option(
    "--format",
    "kind",
    type=click.Choice(("latex", "pari", "sage", "mathematica", "sympy")),
    help="Write the formula for this program instead; needs no catalogue.",
)
@option("--metrics", is_flag=True, help="Give delta, rates of convergence and the growth of denominators as well.")
@depth_option
@catalogue_options
@json_option
def show(
    formula: tuple[str, ...],
    kind: str | None,
    metrics: bool,
    depth: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Show a formula of the catalogue; exit code 1 where it is not there. A constant is shown by its name."""
    from catalog.formulas.recurrence import Recurrence, is_recurrence, parse_recurrence
    from indexer.contract.stored import stored_formula, stored_number, stored_recurrence

    if kind is None and len(formula) == 1 and (formula[0].isdecimal() or is_recurrence(formula[0])):
        with catalogue(database_url, home) as connection:
            meant = formula[0].isdecimal()
            asked = stored_number(connection, int(formula[0])) if meant else parse_recurrence(formula[0])
            if isinstance(asked, Recurrence):
                _write_recurrence(stored_recurrence(connection, asked), as_json)
            else:
                _write(stored_formula(connection, asked), as_json, metrics)
        return
    if kind is None and (constant := meant_constant(formula)) is not None:
        write_constant(constant, SHOWN_DIGITS, as_json)
        return
    reading = read_notation(formula)
    chosen = reading.formula
    if kind is not None:
        from catalog.formulas.programs import FORMATS

        text = FORMATS[kind](chosen)
        if as_json:
            write_json({"formula": str(chosen), "format": kind, "text": text})
        else:
            click.echo(text)
        return
    with catalogue(database_url, home) as connection:
        result = with_written(stored_formula(connection, chosen), reading)
    if depth is not None:
        from indexer.contract.lines import delta_object
        from indexer.mathematics.continued_fractions.limit import limit

        result["delta_at"] = delta_object(chosen, depth, limit(chosen))
    _write(result, as_json, metrics)


def _write(result: dict[str, Any], as_json: bool, metrics: bool = False) -> None:
    if as_json:
        write_json(result)
        return
    sources = [", ".join(filter(None, (s["author"], s["paper"], s["equation"]))) for s in result["sources"]]
    notes = [
        f"{note['text']} ({note['author']}, {note['written_at'][:10]}, note {note['number']})"
        for note in result["notes"]
    ]
    write_formula(result | {"sources": sources, "notes": notes}, metrics)


def _write_recurrence(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        write_json(result)
        return
    limits = result["limits"]
    delta = limits[0]["delta"] if limits else None
    write_fields(
        [
            ("formula", result["formula"]),
            ("kind", f"recurrence of order {result['order']}"),
            ("status", result["status"]),
            ("because", result["reason"]),
            *((f"limit {limit['place']}", limit["value"]) for limit in limits),
            ("digits", f"{limits[0]['digits']}, to which two depths agree: no bound" if limits else None),
            *((f"limit {limit['place']} is", _expression(limit)) for limit in limits if limit["expression"]),
            ("rate", result["rate"] and f"{result['rate']:.6f} a step"),
            ("delta", delta and f"{delta['value']:.6f} at n = {delta['n']}"),
            ("id", result["id"]),
            *trajectory_lines([row | {"folds": None} for row in result["representations"]]),
        ]
    )


def _expression(limit: dict[str, Any]) -> str:
    return f"{limit['expression']}  ({limit['proof'].replace('_', ' ')}, no proof)"
