"""`formulary trajectory`: one trajectory of a matrix field, or those of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from indexer.cli.evaluate import require_no_arguments, write_answers
from indexer.cli.opened import catalogue, used_catalogue
from indexer.cli.options import FormulaCommand, catalogue_options, counted, json_option, lines_options, option
from indexer.cli.output import note, write_fields, write_json

if TYPE_CHECKING:
    from indexer.sources.matrix_fields.field import Field
    from indexer.sources.matrix_fields.trajectories import Trajectory

NOT_FOUND = 1

LONGEST = 200
"""Characters of a polynomial beyond which only its degree is shown; --json has it all."""


@click.command(
    cls=FormulaCommand,
    epilog='Example: formulary trajectory "3F2(1)" 1,1,1,2,2 1,1,1,2,2',
)
@click.argument("arguments", nargs=-1, metavar="FIELD DIRECTION [START]")
@option(
    "--depth",
    type=click.IntRange(1, 20_000),
    help="Depth n at which delta is taken.  [default: 400, and 120 for a recurrence]",
)
@lines_options('{"field": "2F1(-1)", "direction": [1, 1, 2], "start": ["1", "1", "2"]}')
@option(
    "--certificate",
    "certificate_file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the certificate of a proof by the field, which `formulary prove --check` verifies.",
)
@option("--add", "added", is_flag=True, help="Store the trajectory with its formula in the catalogue.")
@catalogue_options
@json_option
def trajectory(
    arguments: tuple[str, ...],
    depth: int | None,
    from_file: str | None,
    workers: int | None,
    certificate_file: str | None,
    added: bool,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Walk through a matrix field: the continued fraction of a direction, its limit and its constant.

    FIELD is pFq(z) with a rational z, such as 3F2(1) or 2F1(-1/2), a field of the literature: e, pi, zeta3, or one of
    your own (`formulary field add`).
    DIRECTION has an integer for each axis, a0, a1, ..., b0, b1, ... or x, y, with commas between; START has rationals,
    by default 1 for each a, x, y and 2 for each b. The continued fraction is that of the products M(1) M(2) ... where
    M(n) leads from START + n DIRECTION to START + (n+1) DIRECTION. Needs no catalogue, but for your own fields. Exit
    code 1 where there is no continued fraction, or it diverges.
    """
    if from_file is not None:
        from indexer.contract.trajectories import walked_lines

        require_no_arguments(arguments)
        if added or certificate_file is not None:
            raise click.UsageError("--add and --certificate take one trajectory, not --from")
        return write_answers(from_file, "walking trajectories", lambda lines: walked_lines(lines, depth, workers))
    from indexer.contract.trajectories import read_coordinate, read_integer, trajectory_object
    from indexer.sources.matrix_fields.trajectories import trajectory as walk

    if len(arguments) not in (2, 3):
        raise click.UsageError(
            f"give FIELD DIRECTION [START] such as 2F1(-1) 1,1,2 1,1,2, not {counted(len(arguments), 'argument')}"
        )
    field = _field(arguments[0], database_url, home)
    direction = [read_integer(text) for text in components(arguments[1])]
    start = [read_coordinate(text) for text in components(arguments[2])] if len(arguments) == 3 else usual_start(field)
    walked = walk(field, direction, start)
    result = trajectory_object(walked, depth)
    if certificate_file is not None:
        _write_certificate(walked, certificate_file)
    if added:
        from indexer.upkeep.trajectories import add_trajectory

        with catalogue(database_url, home) as connection:
            new = add_trajectory(connection, walked, result["delta_limit"])
        note(f"formulary: the trajectory is stored, {'with its formula, which is new' if new else 'no formula is new'}")
    if as_json:
        write_json(result)
    else:
        _write(result)
    return 0 if result["status"] in ("converges", "recurrence") else NOT_FOUND


def _field(name: str, database_url: str | None, home: str | None) -> Field:
    """A field by its name; the catalogue is asked only for one that is not known without."""
    from catalog.errors import FormulaError
    from indexer.cli.field import named_field

    try:
        return named_field(name, None)
    except FormulaError:
        with used_catalogue(None, database_url, home) as connection:
            return named_field(name, connection)


def _write_certificate(walked: Trajectory, path: str) -> None:
    """Write the certificate of a limit; raises FormulaError where the field proves none."""
    import json

    from catalog.errors import FormulaError
    from catalog.exchange.outputs import write_file
    from indexer.sources.matrix_fields.constants import certificate_of

    found = certificate_of(walked)
    if found is None:
        raise FormulaError(
            "the field proves no limit of this trajectory: `formulary prove` may prove that of its formula"
        )
    write_file(path, (json.dumps(found.to_json()) + "\n").encode())


def components(text: str) -> list[str]:
    """The parts of a list such as 1,1,2 or (1, 1, 2)."""
    return [part.strip() for part in text.strip().strip("()[]").split(",")]


def usual_start(field: Field) -> list[Any]:
    """1 for each upper parameter, or coordinate of a field of the literature, and 2 for each lower one."""
    from fractions import Fraction

    return [Fraction(2 if axis.startswith("b") else 1) for axis in field.axes]


def _write(result: dict[str, Any]) -> None:
    """Write a trajectory for reading."""
    limit, delta, moebius = result["limit"], result["delta"], result["moebius"]
    rows = enumerate(result["matrix"], 1)
    write_fields(
        [
            ("field", result["field"]),
            ("direction", ", ".join(map(str, result["direction"]))),
            ("start", ", ".join(result["start"])),
            *((f"matrix, row {number}", ",  ".join(_polynomial(entry) for entry in row)) for number, row in rows),
            ("status", result["status"]),
            ("because", result["reason"]),
            ("formula", result["pcf"] and _formula(result["pcf"])),
            ("begun late by", result["shift"] or None),
            ("limit", limit and ("\n".join(limit["values"]) if "values" in limit else limit["value"])),
            *_named(result["constant"], moebius),
            ("proof", result["proof"] and f"{result['proof'].replace('_', ' ')}{_why(result['why'])}"),
            ("rate", result["rate"] if result["rate"] is None else _rate(result)),
            ("delta", delta and f"{delta['value']:.6f} at n = {delta['n']}"),
            ("limit of delta", result["delta_limit"] and f"about {result['delta_limit']:.4f} (an estimate)"),
        ]
    )


def _why(why: str | None) -> str:
    return f", by {why}" if why else ""


def _rate(result: dict[str, Any]) -> str:
    degree = "" if result["rate_per_degree"] is None else f"{result['rate_per_degree']:.6f} a degree of a, "
    return f"{result['rate']:.6f} a step, {degree}{result['rate_per_step']:.6f} a step of the field"


def _named(constant: Any, moebius: Any) -> list[tuple[str, str]]:
    """Each limit as a map of the constants."""
    from indexer.mathematics.relations.text import moebius_text

    if constant is None or moebius is None:
        return []
    if isinstance(constant, list):
        from indexer.sources.matrix_fields.higher_rank import form

        half = len(constant)
        return [
            (f"limit {number}", f"({form(row[:half], constant)})/({form(row[half:], constant)})")
            for number, row in enumerate(moebius, 1)
        ]
    if constant == "1":
        return [("constant", f"{moebius[0]}/{moebius[2]}")]
    return [("constant", moebius_text([int(c) for c in moebius], constant))]


def _formula(pcf: dict[str, Any]) -> str:
    return f"PCF({_polynomial(pcf['a'])}, {_polynomial(pcf['b'])})"


def _polynomial(coefficients: list[Any]) -> str:
    from catalog.formulas.polynomial import format_polynomial

    text = format_polynomial([int(c) for c in coefficients]) if coefficients else "0"
    return text if len(text) <= LONGEST else f"(a polynomial of degree {len(coefficients) - 1})"
