"""`formulary recompute`: known formulas by the evaluator of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from catalog.errors import FormulaNotFound
from indexer.cli.opened import database_of
from indexer.cli.options import (
    FormulaCommand,
    catalogue_options,
    json_option,
    option,
    read_formula,
)
from indexer.cli.output import note, write_json, write_table
from indexer.cli.progress import shown

if TYPE_CHECKING:
    import psycopg

SHOWN = 40
"""Changes in the table; --json has all."""


@click.command(
    cls=FormulaCommand,
    epilog="Example: formulary recompute --where \"convergence_class = 'logarithmic'\"",
)
@click.argument("formula", nargs=-1, metavar="[FORMULA]")
@option("--where", metavar="SQL", help="Instead of FORMULA, which formulas, by columns of the view formulas.")
@option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@option("--workers", type=click.IntRange(1, 1024), help="Worker processes.  [default: one a core]")
@catalogue_options
@json_option
def recompute(
    formula: tuple[str, ...],
    where: str | None,
    dry_run: bool,
    workers: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Evaluate known formulas anew, show what changed, and verify the relations that depend on them.

    A relation that no longer holds becomes a numerical one, others get the proofs and texts of today; what was excluded
    is withdrawn, and those formulas are searched again. The condition is asked by the login that can only read.
    """
    from catalog.store.replacing import chosen_ids
    from indexer.upkeep.classes import sweep_classes
    from indexer.upkeep.recomputing import recompute as run
    from indexer.upkeep.renewing import renew

    if bool(formula) == (where is not None):
        raise click.UsageError("give a formula, or --where with a condition for many")
    with database_of(database_url, home) as database:
        with database.reader() as reader:
            ids = [_known(reader, formula)] if where is None else chosen_ids(reader, where)
        with database.connect() as connection, shown() as tell:
            done = run(connection, ids, workers=workers, dry=dry_run, tell=tell)
            if not dry_run:
                renew(connection, ids, workers=workers, tell=tell)
                sweep_classes(connection, ids=ids, workers=workers, tell=tell)
    if as_json:
        write_json(
            {
                "formulas": done.formulas,
                "changes": [change.to_json() for change in done.changes],
                "relations_verified": done.verified,
                "relations_doubted": done.doubted,
                "searched": done.searched,
                "named": done.named,
            },
            rows="changes",
        )
        return
    if done.changes:
        rows = [tuple(change.to_json().values()) for change in done.changes[:SHOWN]]
        write_table(("formula", "changed", "before", "after"), rows)
    for text in done.doubted:
        note(f"does not hold any more: {text}")
    click.echo(
        f"{done.formulas} formulas evaluated anew, {len({change.formula for change in done.changes})} changed;"
        f" {done.verified} relations verified, {len(done.doubted)} no longer hold;"
        f" {done.searched} without a name searched again, {done.named} named"
    )


def _known(connection: psycopg.Connection, arguments: tuple[str, ...]) -> int:
    """The number of a formula; raises FormulaNotFound where the catalogue does not hold it."""
    from catalog.store.formulas import ids_by_key

    chosen = read_formula(arguments)
    number = ids_by_key(connection, [chosen.key]).get(chosen.key)
    if number is None:
        raise FormulaNotFound(chosen)
    return number
