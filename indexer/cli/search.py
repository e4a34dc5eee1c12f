"""`formulary find` and `similar`: formulas by what is known of them, and by nearness."""

from __future__ import annotations

from typing import Any

import click

from indexer.cli.filters import filter_options, read_filter
from indexer.cli.opened import catalogue
from indexer.cli.options import (
    FORMULA_HELP,
    FormulaCommand,
    Named,
    catalogue_options,
    json_option,
    option,
    read_formula,
)
from indexer.cli.output import note, write_json, write_table

MAX_NEIGHBOURS = 10_000
"""Most neighbours that can be asked for."""

MAX_FOUND = 1_000_000
"""Most formulas that `find` lists; `export` has no bound."""

LIMIT_SHOWN = 14
"""Characters of a limit in a table."""


RECURRENCE_SHOWN = 60
"""Characters of a recurrence in a table."""


@click.command(epilog="Example: formulary find --constant pi --min-delta -1 --class exponential --degree 1,2 --limit 5")
@filter_options
@option("--all", "everything", is_flag=True, help="Mirrors and inflations too, not only canonical formulas.")
@option(
    "--sort",
    type=Named(("complexity", "delta", "limit", "digits", "speed", "id")),
    default="complexity",
    help="Order, best first; delta, limit, digits and speed leave out formulas that have none.",
)
@option("--reverse", is_flag=True, help="Worst first.")
@option("--limit", type=click.IntRange(1, MAX_FOUND), default=20, help="How many.")
@option("--offset", type=click.IntRange(0), default=0, help="How many to leave out first.")
@catalogue_options
@json_option
def find(
    everything: bool,
    sort: str,
    reverse: bool,
    limit: int,
    offset: int,
    database_url: str | None,
    home: str | None,
    as_json: bool,
    **conditions: Any,
) -> int:
    """List formulas that meet all conditions, the simplest first; exit code 1 where there are none."""
    from catalog.store.search import find as search

    with catalogue(database_url, home) as connection:
        wanted = read_filter(connection, conditions, canonical=not everything)
        rows = search(connection, wanted, sort=sort, reverse=reverse, limit=limit, offset=offset)
    found = [_object(row) for row in rows]
    if as_json:
        write_json(found)
    elif found:
        write_table(
            ("id", "formula", "delta", "limit", "relation"),
            [
                (o["id"], _shown(o["formula"]), _short(o["delta"]), _cut(o["limit"], o["digits"]), o["relation"])
                for o in found
            ],
            right=("id", "delta"),
        )
    if not found:
        note("formulary: no formula of the catalogue meets all conditions")
    return 0 if found else 1


def _object(row: dict[str, Any]) -> dict[str, Any]:
    from catalog.formulas.pcf import PCF

    return {
        "id": row["id"],
        "formula": row["definition"] or str(PCF(row["a"], row["b"])),
        "a": row["a"] and list(row["a"]),
        "b": row["b"] and list(row["b"]),
        "status": row["status"],
        "convergence_class": row["convergence_class"],
        "limit": row["limit_value"],
        "digits": row["limit_digits"],
        "delta": row["delta"],
        "complexity": row["complexity"],
        "family": row["family"],
        "constant": row["constant"],
        "relation": row["relation"],
        "proof": row["proof"],
    }


def _shown(formula: str) -> str:
    """A formula for a table; of a long recurrence its beginning, `show` has it whole."""
    is_long = formula.startswith("Recurrence") and len(formula) > RECURRENCE_SHOWN
    return formula[: RECURRENCE_SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}" if is_long else formula


def _short(figure: float | None) -> str | None:
    return None if figure is None else f"{figure:.4f}"


def _cut(value: str | None, digits: int | None) -> str | None:
    if value is None or len(value) <= LIMIT_SHOWN:
        return value
    return value[: LIMIT_SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}" if "e" not in value else f"{float(value):.8g}"


@click.command(
    cls=FormulaCommand,
    epilog='Example: formulary similar "PCF(2n+1, n^2)" -k 5 --unidentified',
    help=(
        "Give the formulas nearest to a formula, which need not be in the catalogue, or to a vector.\n\n"
        f"{FORMULA_HELP} With conditions, the nearest that meet them: as many as asked for, or all there are."
    ),
)
@click.argument("formula", nargs=-1, metavar="FORMULA")
@option("--id", "formula_id", type=click.IntRange(1, 2**63 - 1), help="Ask by the number of a formula.")
@option("--vector", metavar="X1,X2,...", help="Ask by a neighbour vector.")
@option("-k", "count", type=click.IntRange(1, MAX_NEIGHBOURS), default=10, envvar="FORMULARY_K", help="How many.")
@filter_options
@option("--canonical", is_flag=True, help="Canonical formulas only, no mirrors or inflations.")
@catalogue_options
@json_option
def similar(
    formula: tuple[str, ...],
    formula_id: int | None,
    vector: str | None,
    count: int,
    canonical: bool,
    database_url: str | None,
    home: str | None,
    as_json: bool,
    **conditions: Any,
) -> None:
    """Give the nearest formulas with their distance and constant."""
    from indexer.similarity import nearest as similarity

    if bool(formula) + (formula_id is not None) + (vector is not None) > 1:
        raise click.UsageError("give a formula, --id or --vector, not two of them")
    query: similarity.Query
    if vector is not None:
        query = similarity.read_vector(vector)
    elif formula_id is not None:
        query = formula_id
    else:
        query = read_formula(formula)
        similarity.require_convergent(query)
    with catalogue(database_url, home) as connection:
        wanted = read_filter(connection, conditions, canonical=canonical)
        asked, neighbours = similarity.nearest(connection, query, count, wanted, home=home, say=note)
    objects = [neighbour.to_json() for neighbour in neighbours]
    if as_json:
        write_json({"formula": asked, "neighbours": objects}, rows="neighbours")
    else:
        write_table(
            ("formula", "distance", "constant", "limit"),
            [(o["formula"], o["distance"], o["constant"], o["expression"]) for o in objects],
            right=("distance",),
        )
