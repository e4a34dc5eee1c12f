"""`formulary field` and `unify`: the matrix fields, and which stored formulas lie in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import FormulaError, NotFound
from indexer.cli.evaluate import open_lines
from indexer.cli.opened import catalogue, use_catalogue_option, used_catalogue
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import note, write_fields, write_json, write_table
from indexer.cli.progress import shown

if TYPE_CHECKING:
    import psycopg

    from catalog.store.rows import Row
    from indexer.sources.matrix_fields.field import Field

LISTED = 20
"""Trajectories of `show`, and formulas without a field of `unify`, unless more are asked for."""

LONGEST_LIMIT = 40
"""Characters of a limit without a name that a table shows."""

LONGEST_MATRIX = 4_000
"""Characters of a matrix beyond which it is not written."""


@click.group(epilog='Example: formulary field show "3F2(1)"')
def field() -> None:
    """The matrix fields: pFq(z), those of the literature, and your own."""


@field.command("list", epilog="Example: formulary field list")
@use_catalogue_option("Count trajectories and formulas of the catalogue, and list your own fields.")
@catalogue_options
@json_option
def list_fields(use_catalogue: bool | None, database_url: str | None, home: str | None, as_json: bool) -> None:
    """List fields: those of the literature, some of the pFq(z) there are, and all that the catalogue has."""
    from catalog.store.fields import fields
    from indexer.sources.matrix_fields.known import NAMED, SHOWN, field_of

    with used_catalogue(use_catalogue, database_url, home) as connection:
        stored = {} if connection is None else {row["name"]: row for row in fields(connection)}
    objects = [_listed(field_of(name), stored.get(name)) for name in (*NAMED, *SHOWN)]
    shown_names = {item["name"] for item in objects}
    objects += [_listed(_field_of_row(row), row) for name, row in stored.items() if name not in shown_names]
    if as_json:
        write_json(objects)
        return
    write_table(
        ["name", "rank", "axes", "trajectories", "formulas"],
        [[o["name"], o["rank"], ", ".join(o["axes"]), o["trajectories"], o["formulas"]] for o in objects],
        right=["rank", "trajectories", "formulas"],
    )


def _listed(chosen: Field, row: Row | None) -> dict[str, Any]:
    return {
        "name": chosen.name,
        "rank": chosen.rank,
        "axes": list(chosen.axes),
        "definition": chosen.definition,
        "own": chosen.given is not None,
        "trajectories": row["trajectories"] if row else 0,
        "formulas": row["formulas"] if row else 0,
    }


def _field_of_row(row: Row) -> Field:
    from indexer.pipeline.trajectories import stored_field

    return stored_field(row)


@field.command(epilog='Example: formulary field show "2F1(-1)"')
@click.argument("name")
@option("--limit", type=click.IntRange(1), default=LISTED, help="Trajectories that are listed, the fastest first.")
@use_catalogue_option("Show constants and trajectories of the catalogue.")
@catalogue_options
@json_option
def show(
    name: str, limit: int, use_catalogue: bool | None, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """Show a field: its axes and matrices, its constants by the residue class of the start, its stored trajectories.

    NAME is pFq(z) with a rational z, a field of the literature, or one of your own.
    """
    from catalog.store.fields import field_constants, trajectories_of
    from catalog.store.recurrences import recurrence_limits
    from indexer.sources.matrix_fields.showing import matrix_texts

    with used_catalogue(use_catalogue, database_url, home) as connection:
        chosen = named_field(name, connection)
        constants = [] if connection is None else field_constants(connection, chosen.name)
        trajectories = [] if connection is None else trajectories_of(connection, chosen.name, limit)
        ids = [row["formula_id"] for row in trajectories if row["formula_id"] is not None]
        limits = [] if connection is None or chosen.rank == 2 else recurrence_limits(connection, ids)
    matrices = matrix_texts(chosen)
    if as_json:
        result = _listed(chosen, None) | {"matrices": matrices, "constants": constants}
        del result["trajectories"], result["formulas"]
        write_json(result | {"trajectories": [_trajectory(row, limits) for row in trajectories]})
        return
    write_fields(
        [
            ("field", chosen.name),
            ("rank", chosen.rank),
            ("axes", ", ".join(chosen.axes)),
            ("definition", chosen.definition),
            *((f"step up {axis}", _matrix(rows)) for axis, rows in matrices.items()),
            *((f"start mod 1 = {', '.join(c['residues'])}", f"{c['expression']} ({c['proof']})") for c in constants),
        ]
    )
    if trajectories:
        click.echo()
        write_table(
            ["direction", "start", "formula", "limit", "rate / degree", "delta"],
            [
                [
                    ", ".join(map(str, row["direction"])),
                    ", ".join(row["start"]),
                    row["formula"] if chosen.rank == 2 and row["formula"] else _of_recurrence(row, limits),
                    row["relation"] if chosen.rank == 2 else None,
                    row["rate_per_degree"],
                    row["delta"] if chosen.rank == 2 else _delta_of_recurrence(row, limits),
                ]
                for row in trajectories
            ],
            right=["rate / degree", "delta"],
        )


def _trajectory(row: Row, limits: list[Row]) -> dict[str, Any]:
    own = [limit for limit in limits if limit["formula_id"] == row["formula_id"]]
    return row | {"map": None if row["map"] is None else [int(c) for c in row["map"]], "limits": own}


def _of_recurrence(row: Row, limits: list[Row]) -> str:
    """The limits of a recurrence, or the status of a trajectory."""
    own = [limit for limit in limits if limit["formula_id"] == row["formula_id"]]
    texts = [limit["expression"] or limit["limit_value"][:LONGEST_LIMIT] for limit in own]
    return "\n".join(texts) or str(row["status"]).replace("_", " ")


def _delta_of_recurrence(row: Row, limits: list[Row]) -> float | None:
    return next((limit["delta"] for limit in limits if limit["formula_id"] == row["formula_id"]), None)


def _matrix(rows: list[list[str]]) -> str:
    """A matrix with its columns aligned, a line a row."""
    widths = [max(len(row[j]) for row in rows) for j in range(len(rows[0]))]
    text = "\n".join("( " + "   ".join(x.ljust(w) for x, w in zip(row, widths, strict=True)) + " )" for row in rows)
    return text if len(text) <= LONGEST_MATRIX else "(its entries are long; --json has them)"


def named_field(name: str, connection: psycopg.Connection | None) -> Field:
    """The field of a name or definition, also of the catalogue's own fields; raises FormulaError for any other."""
    from catalog.store.fields import field_by_name
    from indexer.sources.matrix_fields.known import field_of

    try:
        return field_of(name)
    except FormulaError:
        row = None if connection is None else field_by_name(connection, name)
        if row is None or row["matrices"] is None:
            raise
        return _field_of_row(row)


@field.command(epilog="Example: formulary field add mine matrices.json")
@click.argument("name")
@click.argument("file", type=click.Path(allow_dash=True))
@catalogue_options
@json_option
def add(name: str, file: str, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Add a field of your own by its matrices, if it is conservative.

    FILE, or stdin for -, is a JSON object with a matrix for each axis: rows of polynomials in the axes, such as {"x":
    [["1", "-y-1"], ["-1", "x+y+2"]], "y": [["0", "-y-1"], ["-1", "x+y+1"]]}. A matrix counts up to a factor. That two
    steps commute is multiplied out; where they do not, the two axes and the entry are said. Then trajectories, spaces
    and unify take the field by its NAME.
    """
    from catalog.store.fields import add_field, field_by_name
    from indexer.pipeline.trajectories import field_row
    from indexer.sources.matrix_fields.own import definition_text

    with open_lines(file) as lines:
        try:
            matrices = json.loads("".join(lines))
        except (ValueError, RecursionError):
            raise FormulaError(f"{file} is no JSON object with a matrix for each axis") from None
    if isinstance(matrices, dict) and "matrices" in matrices:
        matrices = matrices["matrices"]
    _require_new(name)
    chosen = named_field(definition_text(name, matrices), None)
    with catalogue(database_url, home) as connection:
        added = add_field(connection, field_row(chosen))
        known = field_by_name(connection, name)
    if not added and (known is None or _field_of_row(known).given != chosen.given):
        raise FormulaError(f"there is another field {name} already; choose another name, or remove that one")
    if as_json:
        write_json(_listed(chosen, known) | {"added": added})
    else:
        click.echo(f"{name}: {'added' if added else 'known already'}, of rank {chosen.rank}, conservative")


def _require_new(name: str) -> None:
    """Refuse a name that means a field without any file."""
    from indexer.sources.matrix_fields.known import field_of

    try:
        field_of(name)
    except FormulaError:
        return
    raise FormulaError(f"the field {name} is known by its name; choose another one")


@field.command(epilog="Example: formulary field remove mine")
@click.argument("name")
@catalogue_options
@json_option
def remove(name: str, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Remove a field of the catalogue and its trajectories; the formulas stay."""
    from catalog.store.fields import remove_field

    with catalogue(database_url, home) as connection:
        if not remove_field(connection, name):
            raise NotFound(f"the catalogue has no field {name}; `formulary field list` shows those there are")
    if as_json:
        write_json({"name": name, "removed": True})
    else:
        click.echo(f"{name}: removed")


@click.command(epilog="Example: formulary unify --source arXiv")
@option("--source", metavar="TEXT", help="Only formulas of publications whose name has this in it, such as arXiv.")
@option("--field", "only", metavar="FIELD", help="Only this field.  [default: e, pi, zeta3, 2F1(-1), 3F2(1), your own]")
@option("--all", "every", is_flag=True, help="List all formulas without a field, not the first twenty.")
@catalogue_options
@json_option
def unify(
    source: str | None, only: str | None, every: bool, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """Say which stored formulas lie in which matrix field, with trajectory and map, and what remains outside.

    A formula lies in a field where it is equivalent to the continued fraction of a trajectory; this is decided exactly.
    What is found is stored, so that a search that was stopped goes on with the formulas that are left. Formulas outside
    are listed in classes of equivalent ones.
    """
    from catalog.store.fields import placed_counts
    from indexer.upkeep import unifying

    with catalogue(database_url, home) as connection, shown() as tell:
        chosen = None if only is None else named_field(only, connection).text
        done = unifying.unify(connection, source=source, only=chosen, tell=tell)
        groups = unifying.classes(done.outside, tell)
        counts = dict(placed_counts(connection, source))
    placed = [_placed(number, str(formula), place) for number, formula, place in done.placed]
    if as_json:
        outside = [
            {"formula": str(done.outside[i]), "id": i, "class": k} for k, group in enumerate(groups, 1) for i in group
        ]
        write_json(counts | {"new": len(placed), "placed": placed, "outside": outside})
        return
    _say(counts, done.by_field, len(placed))
    rows = [[k, str(done.outside[i])] for k, group in enumerate(groups, 1) for i in group]
    if rows:
        click.echo()
        write_table(["class", "without a field"], rows if every else rows[:LISTED], right=["class"])
    if len(rows) > LISTED and not every:
        note(f"formulary: {len(rows) - LISTED} more without a field; --all lists them")


def _placed(number: int, formula: str, place: Any) -> dict[str, Any]:
    equivalence = place.equivalence
    return {
        "formula": formula,
        "id": number,
        "field": place.walked.field.name,
        "direction": list(place.walked.direction),
        "start": [str(s) for s in place.walked.start],
        "folds": None if equivalence is None else list(equivalence.folds),
        "map": None if equivalence is None else list(equivalence.map),
    }


def _say(counts: dict[str, Any], by_field: dict[str, int], new: int) -> None:
    published = counts["published"]
    write_fields(
        [
            ("formulas", f"{counts['formulas']}, {counts['formulas_placed']} of them in a field, {new} of these new"),
            ("published", published and f"{published} places, {counts['published_placed']} of them of such formulas"),
            *((f"new in {name}", count) for name, count in by_field.items()),
        ]
    )
