"""`formulary constant`: the library of constants, which needs no catalogue, and the user's own, which are in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from catalog.errors import NotFound
from indexer.cli.opened import catalogue, use_catalogue_option, used_catalogue
from indexer.cli.options import catalogue_options, constant_names, json_option, option
from indexer.cli.output import note, write_fields, write_json, write_table

if TYPE_CHECKING:
    from catalog.constants.library import Constant, Library

SHOWN_DIGITS = 20
"""Significant digits in a list."""


@click.group(epilog="Example: formulary constant show pi --digits 50")
def constant() -> None:
    """The library of constants."""


@constant.command("list", epilog="Example: formulary constant list --group zeta")
@option("--group", help="Only this group, such as user for your own.")
@use_catalogue_option("List your own constants as well.")
@catalogue_options
@json_option
def list_constants(
    group: str | None, use_catalogue: bool | None, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """List the constants, your own first; those of a group stand in order of likelihood."""

    known = _all(use_catalogue, database_url, home)
    chosen = [item for item in known if group in (None, item.group)]
    if not chosen:
        groups = sorted({item.group for item in known})
        raise NotFound(f"there is no group {group}; the groups are {', '.join(groups)}")
    objects = [_object(item, SHOWN_DIGITS) for item in chosen]
    if as_json:
        write_json(objects)
    else:
        write_table(
            ("name", "group", "value", "known"),
            [(o["name"], o["group"], o["value"], _known(o["known_digits"])) for o in objects],
        )


@constant.command(epilog='Example: formulary constant show "zeta(3)" --digits 50')
@click.argument("name", shell_complete=constant_names)
@option("--digits", type=click.IntRange(1, 10_000), default=50, help="Significant digits of the value.")
@use_catalogue_option("Look among your own constants as well.")
@catalogue_options
@json_option
def show(
    name: str, digits: int, use_catalogue: bool | None, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """Show a constant; exit code 1 and the nearest names where there is none."""
    write_constant(_all(use_catalogue, database_url, home)[name], digits, as_json)


def write_constant(item: Constant, digits: int, as_json: bool) -> None:
    """A constant with so many significant digits, for reading or as JSON."""
    found = _object(item, digits)
    if as_json:
        write_json(found)
    else:
        digits = found.pop("known_digits")
        write_fields((key, ", ".join(v) if isinstance(v, list) else v) for key, v in found.items())
        if digits is not None:
            click.echo(f"known to {digits} digits")


@constant.command(epilog='Example: formulary constant add "Gamma fifth" "gamma(1/5)"')
@click.argument("name")
@click.argument("expression")
@option("--source", help="Where it is defined or tabulated.")
@catalogue_options
@json_option
def add(
    name: str, expression: str, source: str | None, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """Add a constant of your own to the catalogue; it is tried first from then on.

    Clusters of related formulas without a name, such as unnamed-17, that turn out to be of it are renamed at once. All
    formulas without a name are compared with it, for a minute at most; where that is not enough, a daemon or
    `formulary identify --unidentified` goes on.

    EXPRESSION is made of numbers, + - * / ^, brackets, and the names and functions that an unknown one is answered
    with. One that is rational, quadratic, or a Moebius map of a constant that is there already is refused.

    A decimal of at least 12 digits, such as 4.66920160910299067, is a constant of which no further digit is known, its
    last one within a unit. It is tried when all others are excluded, on formulas from 30 digits on, and what it names
    with all its digits is numerical, not verified.
    """
    from indexer.upkeep.constants import add_own_constant

    with catalogue(database_url, home) as connection:
        done = add_own_constant(connection, name, expression, source)
        found = {"agrees_with": done.agrees, "clusters": done.clusters, **done.searched.to_json()}
        added = {**_object(done.constant, SHOWN_DIGITS), **found}
    if as_json:
        write_json(added)
    else:
        write_fields((key, added[key]) for key in ("name", "expression", "value", "searched", "named"))
        if added["known_digits"] is not None:
            note(f"{name} is known to {added['known_digits']} digits, and nothing is claimed beyond them")
        if done.agrees is not None:
            note(f"the digits of {name} are those of {done.agrees}, which is there already")
        for number in done.clusters:
            note(f"cluster {number} is called {name} now")
        if done.searched.left:
            note(f"{done.searched.left} formulas are left; `formulary identify --unidentified` goes on, or a daemon")


@constant.command(epilog='Example: formulary constant remove "Gamma fifth"')
@click.argument("name")
@catalogue_options
@json_option
def remove(name: str, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Remove a constant of your own, with the relations that name it.

    Added again, it is compared with all formulas without a name as before.
    """
    from catalog.store.constants import remove_own_constant

    with catalogue(database_url, home) as connection:
        done = remove_own_constant(connection, name)
    if as_json:
        write_json({"name": name, "removed": True, "relations": done.relations, "clusters": done.clusters})
    else:
        click.echo(f"{name} is removed, and {done.relations:,} relations that named it")
        if done.clusters:
            note(f"{done.clusters} clusters that it named have no name now")


def _all(use_catalogue: bool | None, database_url: str | None, home: str | None) -> Library:
    """The user's own constants and the library."""
    from catalog.constants.library import Library, library
    from catalog.store.constants import own_constants

    with used_catalogue(use_catalogue, database_url, home) as connection:
        return Library((*(own_constants(connection) if connection else ()), *library()))


def _known(digits: int | None) -> str:
    return "" if digits is None else f"to {digits} digits"


def _object(item: Constant, digits: int) -> dict[str, Any]:
    from catalog.constants.evaluation import evaluate_known, known_digits
    from indexer.mathematics.numbers.decimals import bits_for, round_ball

    return {
        "name": item.name,
        "expression": item.expression,
        "latex": item.latex,
        "group": item.group,
        "value": round_ball(evaluate_known(item.expression, bits_for(digits + 5)), digits)[0],
        "known_digits": known_digits(item.expression),
        "source": item.source,
        "oeis": item.oeis,
        "equivalents": list(item.equivalents),
    }
