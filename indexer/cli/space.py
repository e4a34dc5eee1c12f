"""`formulary space`: the formula spaces."""

from __future__ import annotations

import click

from catalog.errors import SpaceError
from indexer.cli.opened import catalogue
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import write_json, write_table


@click.group(epilog="Example: formulary space list")
def space() -> None:
    """The formula spaces: templates with ranges, whose formulas the indexer evaluates."""


@space.command(
    epilog='Example: formulary space add zeta3 "a = (2n+1)(k n(n+1) + c); b = -n^6; k in 1..40, c in 1..40"',
)
@click.argument("name")
@click.argument("template")
@option("--priority", type=int, default=0, help="Spaces of higher priority are worked on first.")
@catalogue_options
@json_option
def add(name: str, template: str, priority: int, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Add a space: polynomials in n with integer parameters, and the ranges of these."""
    from catalog.store.leases import template_of
    from indexer.sources.registry import read_space
    from indexer.upkeep import setup as seeding

    new = read_space(name, template)
    with catalogue(database_url, home) as connection:
        added = seeding.add(connection, new, priority)
        if not added and template_of(connection, name) != template:
            raise SpaceError(f"there is another space {name} already; choose another name")
    if as_json:
        write_json({"name": name, "template": template, "size": new.size, "added": added})
    else:
        click.echo(f"{name}: {new.size:,} ranks{'' if added else ', known already'}")


@space.command("list", epilog="Example: formulary space list --json")
@catalogue_options
@json_option
def list_spaces(database_url: str | None, home: str | None, as_json: bool) -> None:
    """List the spaces and how far they are indexed."""
    from catalog.store.leases import template_of
    from catalog.store.progress import summary

    with catalogue(database_url, home) as connection:
        rows = [
            {
                "name": row["space"],
                "template": template_of(connection, row["space"]),
                "size": row["size"],
                "done": row["ranks_done"],
            }
            for row in summary(connection).spaces
        ]
    if as_json:
        write_json(rows)
    else:
        write_table(("name", "template", "size", "done"), [tuple(row.values()) for row in rows], right=("size", "done"))


@space.command(epilog="Example: formulary space count quadratic-5")
@click.argument("name")
@option("--template", help="Count this template instead of a space of the catalogue.")
@catalogue_options
@json_option
def count(name: str, template: str | None, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Count the formulas of a space by what their coefficients decide.

    The space quadratic-5 and a --template need no catalogue.
    """
    from indexer.sources.outcomes import count_outcomes
    from indexer.sources.registry import QUADRATIC_5, read_space

    if template is not None:
        chosen = read_space(name, template)
    elif name == QUADRATIC_5.name:
        chosen = QUADRATIC_5
    else:
        chosen = read_space(name, _stored_template(name, database_url, home))
    counts = count_outcomes(chosen)
    if as_json:
        write_json(counts)
    else:
        write_table(("outcome", "formulas"), list(counts.items()), right=("formulas",))


def _stored_template(name: str, database_url: str | None, home: str | None) -> str:
    from catalog.store.leases import template_of

    with catalogue(database_url, home) as connection:
        return template_of(connection, name)
