"""`formulary space`: the formula spaces."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from catalog.errors import SpaceError
from indexer.cli.opened import catalogue, used_catalogue
from indexer.cli.options import catalogue_options, json_option, option
from indexer.cli.output import write_json, write_table
from indexer.cli.progress import shown
from indexer.cli.units import duration

if TYPE_CHECKING:
    import psycopg

    from indexer.sources.space import Space

HUGE_SECONDS = 86_400.0
"""A space that will take longer than this is added where that is wanted, and not by a slip."""

RANKS_A_CORE = 700.0
"""Ranks a second of a core, for a catalogue that has too few done to tell: the quadratic box took 2 twenty minutes."""


@click.group(epilog="Example: formulary space list")
def space() -> None:
    """The formula spaces: templates with ranges, whose formulas the indexer evaluates."""


@space.command(
    epilog='Example: formulary space add zeta3 "a = (2n+1)(k n(n+1) + c); b = -n^6; k in 1..40, c in 1..40"',
)
@click.argument("name")
@click.argument("template", required=False)
@option("--priority", type=int, help="Spaces of higher priority are worked on first.  [default: 0]")
@option("--yes", is_flag=True, help="Add it also where it will take more than a day or more disk than is free.")
@catalogue_options
@json_option
def add(
    name: str,
    template: str | None,
    priority: int | None,
    yes: bool,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Add a space: polynomials in n with integer parameters, and the ranges of these.

    Without a TEMPLATE it is the known space of that name; `space list --known` has them. One that is there already gets
    the --priority that is given.
    """
    from catalog.store.leases import template_of
    from catalog.store.spaces import prefer_space, spaces
    from indexer.sources.known_spaces import known_space
    from indexer.sources.registry import read_space
    from indexer.upkeep import setup as seeding

    template = known_space(name).template if template is None else template
    try:
        new = read_space(name, template)
    except SpaceError as error:
        template = _with_own_field(template, error, database_url, home)
        new = read_space(name, template)
    with catalogue(database_url, home) as connection:
        known = {stored.name: stored for stored in spaces(connection)}
        if name in known and template_of(connection, name) != template:
            raise SpaceError(f"there is another space {name} already; choose another name")
        if name not in known and not yes:
            _agree(connection, home, new)
        added = seeding.add(connection, new, priority or 0)
        before = None if added or priority is None else prefer_space(connection, name, priority)
    now = priority if priority is not None else 0 if added else known[name].priority
    if as_json:
        write_json({"name": name, "template": template, "size": new.size, "added": added, "priority": now})
    elif added:
        click.echo(f"{name}: {new.size:,} ranks")
    else:
        changed = f"; its priority is {now}, was {before}" if before not in (None, now) else f", of priority {now}"
        click.echo(f"{name}: {new.size:,} ranks, known already{changed}")


def _with_own_field(template: str, error: SpaceError, database_url: str | None, home: str | None) -> str:
    """The template with the definition of a field of the catalogue; raises the error where it says anything else."""
    if "there is no field" not in str(error):
        raise error
    from indexer.upkeep.trajectories import with_definition

    with used_catalogue(None, database_url, home) as connection:
        found = template if connection is None else with_definition(connection, template)
    if found == template:
        raise error
    return found


def _agree(connection: psycopg.Connection, home: str | None, new: Space) -> None:
    """Ask, or refuse where there is nobody to ask, before a space is added that the machine is hardly meant for."""
    from catalog.store.progress import pace
    from indexer.daemon.disk import MEASURED_RANKS, forecast

    done, seconds = pace(connection)
    rate = done / seconds if done >= MEASURED_RANKS else RANKS_A_CORE * (os.cpu_count() or 1)
    disk = forecast(connection, home, new.size, done, 0)
    if new.size / rate <= HUGE_SECONDS and not (disk is not None and disk.short):
        return
    needs = f"the space {new.name} has {new.size:,} ranks, which will take about {duration(new.size / rate)}"
    if disk is not None:
        needs += f" and {disk.needed / 1e9:,.1f} GB of disk, of which {disk.free / 1e9:,.1f} GB are free"
    if not sys.stdin.isatty():
        raise SpaceError(f"{needs}; add it by --yes, or give its parameters smaller ranges")
    click.confirm(f"{needs}. Add it", abort=True, err=True)


@space.command("list", epilog="Example: formulary space list --known")
@option("--known", is_flag=True, help="List the spaces that can be added by their names; needs no catalogue.")
@catalogue_options
@json_option
def list_spaces(known: bool, database_url: str | None, home: str | None, as_json: bool) -> None:
    """List the spaces in the order in which they are worked on, and how far they are indexed."""
    from catalog.store.spaces import spaces

    if known:
        _list_known(as_json)
        return
    with catalogue(database_url, home) as connection:
        rows = [
            {
                "name": stored.name,
                "template": stored.template,
                "size": stored.size,
                "done": stored.ranks_done,
                "priority": stored.priority,
                "paused": stored.paused_at is not None,
            }
            for stored in spaces(connection)
        ]
    if as_json:
        write_json(rows)
        return
    write_table(
        ("name", "template", "size", "done", "priority", ""),
        [(*list(row.values())[:-1], "paused" if row["paused"] else "") for row in rows],
        right=("size", "done", "priority"),
    )


def _list_known(as_json: bool) -> None:
    """Print the known spaces, with the minutes that they are expected to take on this machine's cores."""
    from indexer.sources.known_spaces import known_spaces

    cores = os.cpu_count() or 1
    rows = [
        (known, space.size, space.size / (known.rate * cores)) for known in known_spaces() for space in [known.space]
    ]
    if as_json:
        write_json(
            [
                {
                    "name": known.name,
                    "template": known.template,
                    "size": size,
                    "seconds": round(seconds),
                    "why": known.why,
                }
                for known, size, seconds in rows
            ]
        )
        return
    write_table(
        ("name", "ranks", "takes about", "why"),
        [(known.name, f"{size:,}", duration(seconds), known.why) for known, size, seconds in rows],
        right=("ranks", "takes about"),
    )


@space.command(epilog="Example: formulary space pause quadratic-5")
@click.argument("name")
@catalogue_options
@json_option
def pause(name: str, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Work on a space no more until it is resumed; chunks at work are finished."""
    from catalog.store.spaces import pause_space

    with catalogue(database_url, home) as connection:
        changed = pause_space(connection, name)
    if as_json:
        write_json({"name": name, "paused": True, "changed": changed})
    else:
        click.echo(f"{name} is paused{'' if changed else ' already'}")


@space.command(epilog="Example: formulary space resume quadratic-5")
@click.argument("name")
@catalogue_options
@json_option
def resume(name: str, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Go on with a space that was paused."""
    from catalog.store.spaces import resume_space

    with catalogue(database_url, home) as connection:
        changed = resume_space(connection, name)
    if as_json:
        write_json({"name": name, "paused": False, "changed": changed})
    else:
        click.echo(f"{name} goes on" if changed else f"{name} is not paused")


@space.command("set", epilog="Example: formulary space set quadratic-5 --priority 10")
@click.argument("name")
@option("--priority", type=int, required=True, help="Spaces of higher priority are worked on first.")
@catalogue_options
@json_option
def set_space(name: str, priority: int, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Give a space another priority."""
    from catalog.store.spaces import prefer_space

    with catalogue(database_url, home) as connection:
        before = prefer_space(connection, name, priority)
    if as_json:
        write_json({"name": name, "priority": priority, "before": before})
    else:
        click.echo(f"{name}: its priority is {priority}, was {before}")


@space.command(epilog="Example: formulary space remove zeta3")
@click.argument("name")
@catalogue_options
@json_option
def remove(name: str, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Remove a space; formulas that it brought in stay.

    What a daemon has of it at this moment is not stored. Added again, it begins anew, and its formulas are known.
    """
    from catalog.store.spaces import remove_space

    with catalogue(database_url, home) as connection:
        done = remove_space(connection, name)
    if as_json:
        write_json({"name": name, "removed": True, "done": done})
    else:
        click.echo(f"{name} is removed; the formulas of its {done:,} ranks that were done stay")


@space.command(epilog="Example: formulary space count quadratic-5")
@click.argument("name")
@option("--template", help="Count this template instead of a space of the catalogue.")
@option("--exact", is_flag=True, help="Count every formula, also of a space that is sampled otherwise.")
@catalogue_options
@json_option
def count(
    name: str, template: str | None, exact: bool, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """Count the formulas of a space by what their coefficients decide.

    A space of more than two million ranks is sampled, unless --exact is given: random ranks, and for each number the
    distance to its bounds of 95 %. The space quadratic-5 and a --template need no catalogue.
    """
    from indexer.sources.outcomes import LARGEST_COUNTED, SAMPLE, count_outcomes, estimate_outcomes
    from indexer.sources.registry import QUADRATIC_5, read_space

    if template is not None:
        chosen = read_space(name, template)
    elif name == QUADRATIC_5.name:
        chosen = QUADRATIC_5
    else:
        chosen = read_space(name, _stored_template(name, database_url, home))
    if exact or chosen.size <= LARGEST_COUNTED:
        with shown() as tell:
            counts = count_outcomes(chosen, lambda done: tell("counting ranks", done, chosen.size))
        if as_json:
            write_json(counts)
        else:
            write_table(("outcome", "formulas"), list(counts.items()), right=("formulas",))
        return
    with shown() as tell:
        found = estimate_outcomes(chosen, progress=lambda done: tell("sampling ranks", done, SAMPLE))
    if as_json:
        numbers = {outcome: estimate.formulas for outcome, estimate in found.items()}
        errors = {outcome: estimate.error for outcome, estimate in found.items()}
        write_json({**numbers, "sampled": SAMPLE, "errors": errors})
    else:
        write_table(
            ("outcome", "formulas", "error (95 %)"),
            [(outcome, f"{estimate.formulas:,}", f"{estimate.error:,}") for outcome, estimate in found.items()],
            right=("formulas", "error (95 %)"),
        )
        click.echo(f"from {SAMPLE:,} random ranks of {chosen.size:,}; --exact counts all", err=True)


def _stored_template(name: str, database_url: str | None, home: str | None) -> str:
    from catalog.store.leases import template_of

    with catalogue(database_url, home) as connection:
        return template_of(connection, name)
