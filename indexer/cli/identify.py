"""`formulary identify`: the constant behind a formula or a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from indexer.cli.evaluate import (
    digits_option,
    open_lines,
    require_no_arguments,
    write_formula,
    write_lines,
)
from indexer.cli.options import (
    FORMULA_ARGUMENTS,
    catalogue_options,
    from_options,
    json_option,
    option,
    read_formula,
    refuse_options,
)
from indexer.cli.output import note, write_json, write_table

if TYPE_CHECKING:
    from indexer.neighbours import Anchors

NOT_IDENTIFIED = 1


@click.command(
    context_settings=FORMULA_ARGUMENTS,
    epilog="Example: formulary identify 1.2732395447351626861510701069801148",
)
@click.argument("what", nargs=-1, metavar="FORMULA|NUMBER")
@digits_option
@option(
    "--catalogue/--no-catalogue",
    "use_catalogue",
    default=None,
    help="Ask the labelled formulas of the catalogue as well.  [default: where a database is given]",
)
@from_options
@catalogue_options
@json_option
def identify(
    what: tuple[str, ...],
    digits: int,
    use_catalogue: bool | None,
    from_file: str | None,
    workers: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Name the constant behind a formula or a number.

    A formula is given as PCF(2n+1, n^2) or as two arguments 2n+1 n^2; what is found is verified with further digits. A
    number is given with all its digits, which say how exact it is; what is found matches them.

    Theory and the library of constants need no catalogue. Exit code 1 where nothing is found.
    """
    refuse_options(what)
    anchors = _anchors(database_url, home) if _wanted(use_catalogue, database_url) else None
    if from_file is not None:
        from indexer.lines import identified

        require_no_arguments(what)
        with open_lines(from_file) as lines:
            return write_lines(identified(lines, digits, workers, anchors))
    if len(what) == 1 and "(" not in what[0]:
        return _number(what[0], as_json)
    from indexer.lines import identify_formula

    result = identify_formula(read_formula(what), digits, anchors)
    if as_json:
        write_json(result)
    else:
        write_formula(result)
    return 0 if result.get("outcome") == "found" else NOT_IDENTIFIED


def _wanted(use_catalogue: bool | None, database_url: str | None) -> bool:
    return bool(database_url) if use_catalogue is None else use_catalogue


def _anchors(database_url: str | None, home: str | None) -> Anchors:
    from catalog.database import open_database
    from indexer.index import read_anchors

    with open_database(database_url, home) as database:
        database.require_current()
        with database.connect() as connection:
            return read_anchors(connection)


def _number(text: str, as_json: bool) -> int:
    from indexer.lines import identify_value

    result = identify_value(text)
    if as_json:
        write_json(result)
    else:
        _write_number(result)
    return 0 if result["relations"] else NOT_IDENTIFIED


def _write_number(result: dict[str, Any]) -> None:
    if result["relations"]:
        write_table(
            ("relation", "constant", "proof", "digits"),
            [
                (r["expression"], r.get("constant"), r["proof"], r["digits_verified"] or r["digits_used"])
                for r in result["relations"]
            ],
            right=("digits",),
        )
    note(f"{result['value']} ({result['digits']} digits): {result['reason'] or result['outcome'].replace('_', ' ')}")
