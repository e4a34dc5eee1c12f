"""`formulary init`."""

from __future__ import annotations

import click

from indexer.cli.options import catalogue_options, json_option
from indexer.cli.output import write_json
from indexer.cli.progress import shown


@click.command(epilog="Example: formulary init")
@catalogue_options
@json_option
def init(database_url: str | None, home: str | None, as_json: bool) -> None:
    """Make the catalogue, or bring it to this version.

    Adds the library of constants, well-known formulas with their source, and the space quadratic-5. Safe to repeat.
    After an upgrade relations get the proofs and the texts of this version, formulas their classes and neighbour
    vectors; no limit is evaluated for that.
    """
    from catalog.database.opening import SCHEMA_VERSION, open_database
    from catalog.store.renewing import all_renewed, is_renewed
    from indexer.similarity.catalogue_index import CatalogueIndex
    from indexer.upkeep.classes import sweep_classes
    from indexer.upkeep.renewing import renew
    from indexer.upkeep.setup import seed
    from indexer.upkeep.trajectories import enter_recurrences
    from indexer.upkeep.vectors import renew_vectors

    with open_database(database_url, home, create=True) as database:
        changed = database.upgrade()
        with database.connect() as connection, shown() as tell:
            if changed or not is_renewed(connection, SCHEMA_VERSION):
                renew(connection, tell=tell)
                all_renewed(connection, SCHEMA_VERSION)
            seeded = seed(connection)
            enter_recurrences(connection, tell)
            renew_vectors(connection, tell)
            sweep_classes(connection, workers=None, tell=tell)
            CatalogueIndex.open(connection, home, lambda _: None).save_first(connection)
        where = database.where
    if as_json:
        write_json(
            {
                "database": where,
                "schema": SCHEMA_VERSION,
                "migrated": changed,
                "constants": seeded.constants,
                "formulas": seeded.formulas,
                "space_added": seeded.space,
            }
        )
        return
    click.echo(f"catalogue {where}, schema {SCHEMA_VERSION}{', migrated' if changed else ''}")
    click.echo(f"new: {seeded.constants} constants, {seeded.formulas} well-known formulas, {int(seeded.space)} space")
