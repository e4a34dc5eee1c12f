"""`formulary family`: infinite families, found among the formulas of the catalogue and checked far outside."""

from __future__ import annotations

import json
from typing import Any

import click

from catalog.errors import NotFound
from catalog.exchange.outputs import RULE, STDOUT, write_file
from indexer.cli.opened import catalogue
from indexer.cli.options import FormulaCommand, catalogue_options, json_option, option, read_formula
from indexer.cli.output import exact, note, write_fields, write_json, write_table
from indexer.cli.progress import shown

LISTED = 20
"""Families in a list, unless all are asked for."""


@click.group(epilog="Example: formulary family find")
def family() -> None:
    """Infinite families: formulas with parameters whose limits follow one law."""


@family.command(epilog="Example: formulary family find --limit 2000")
@option("--limit", type=click.IntRange(1), default=20_000, help="Formulas looked at, the simplest first.")
@option("--seed", type=click.IntRange(0), default=1, help="Seed of the random parameters that are checked.")
@catalogue_options
@json_option
def find(limit: int, seed: int, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Seek families among the formulas of the catalogue, check them, and store those that stand."""
    from catalog.store.laws import patterns
    from indexer.contract.laws import law_objects
    from indexer.upkeep.laws import find_laws

    with catalogue(database_url, home) as connection, shown() as tell:
        found = find_laws(connection, limit, seed, note, tell)
        rows = law_objects([row for row in patterns(connection) if row["id"] in found])
    _write(rows, as_json, False)


@family.command("list", epilog="Example: formulary family list --constant pi")
@option("--constant", metavar="NAME", help="Only families of this constant.")
@option("--all", "every", is_flag=True, help="Also those that are instances or shifts of others, and all of them.")
@catalogue_options
@json_option
def list_families(constant: str | None, every: bool, database_url: str | None, home: str | None, as_json: bool) -> None:
    """List the families that were found: those that lie in no other one, twenty first."""
    _write(_read(database_url, home, constant), as_json, every)


@family.command(epilog="Example: formulary family show 1")
@click.argument("number", type=click.IntRange(1))
@catalogue_options
@json_option
def show(number: int, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Show a family: its law, in LaTeX too, its first members, and how far it was checked."""
    shown = next((row for row in _read(database_url, home, None) if row["id"] == number), None)
    if shown is None:
        raise NotFound(f"there is no family {number}; `formulary family list` shows those there are")
    if as_json:
        write_json(shown)
    else:
        write_fields((name, ", ".join(value) if isinstance(value, list) else value) for name, value in shown.items())


@family.command("of", cls=FormulaCommand, epilog='Example: formulary family of "PCF(5n, -1)"')
@click.argument("formula", nargs=-1, metavar="FORMULA")
@catalogue_options
@json_option
def of_formula(formula: tuple[str, ...], database_url: str | None, home: str | None, as_json: bool) -> int:
    """Give the families that a formula is a member of; exit code 1 where there is none."""
    from indexer.laws.containment import holding, pattern_of

    chosen = read_formula(formula)
    rows = {row["id"]: row for row in _read(database_url, home, None)}
    numbers = [pattern.number for pattern in holding(map(pattern_of, rows.values()), chosen)]
    if not numbers:
        note(f"formulary: no family that was found holds {chosen}")
    _write([rows[number] for number in numbers], as_json, True)
    return 0 if numbers else 1


@family.command(epilog="Example: formulary family export --format latex -o families.tex")
@option("--format", "form", type=click.Choice(["latex", "json"]), default="latex", help="What to write.")
@option("-o", "--output", default=STDOUT, metavar="FILE", help=RULE)
@catalogue_options
def export(form: str, output: str, database_url: str | None, home: str | None) -> None:
    """Write all families, one a line, as LaTeX formulas or as JSON objects."""

    rows = _read(database_url, home, None)
    lines = [rf"\[ {row['latex']} \]" if form == "latex" else json.dumps(exact(row)) for row in rows]
    write_file(output, "".join(f"{line}\n" for line in lines).encode())


def _read(database_url: str | None, home: str | None, constant: str | None) -> list[dict[str, Any]]:
    from catalog.store.laws import patterns
    from indexer.contract.laws import law_objects

    with catalogue(database_url, home) as connection:
        rows = patterns(connection, constant)
    if not rows:
        of = f" of {constant}" if constant else ""
        raise NotFound(f"there are no families{of} yet; seek them by `formulary family find`")
    return law_objects(rows)


def _write(rows: list[dict[str, Any]], as_json: bool, every: bool) -> None:
    if as_json:
        write_json(rows)
        return
    within = sum(row["within"] is not None for row in rows)
    shown = [row for row in rows if every or row["within"] is None]
    first = shown if every else shown[:LISTED]
    if first:
        write_table(
            ("family", "formulas", "for", "limit"),
            [(row["id"], row["template"], row["condition"], _limit(row)) for row in first],
            right=("family",),
        )
    if len(first) < len(rows):
        note(
            f"formulary: {len(first)} of {len(rows)} families: {within} are instances or shifts of others,"
            f" {len(shown) - len(first)} more stand alone; --all shows them"
        )


def _limit(row: dict[str, Any]) -> str:
    if row["expression"]:
        return str(row["expression"])
    return "rational" if row["constant"] == "1" else f"Moebius map of {row['constant']}"
