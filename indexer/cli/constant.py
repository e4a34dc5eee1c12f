"""`formulary constant`: the library of constants, which needs no catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from indexer.cli.options import json_option, option
from indexer.cli.output import write_fields, write_json, write_table

if TYPE_CHECKING:
    from catalog.constants import Constant

SHOWN_DIGITS = 20
"""Significant digits in a list."""


@click.group(epilog="Example: formulary constant show pi --digits 50")
def constant() -> None:
    """The library of constants."""


@constant.command("list", epilog="Example: formulary constant list --group zeta")
@option("--group", help="Only this group.")
@json_option
def list_constants(group: str | None, as_json: bool) -> None:
    """List the constants in the order in which they are tried."""
    from catalog.constants import library
    from catalog.errors import NotFound

    chosen = [item for item in library() if group in (None, item.group)]
    if not chosen:
        groups = sorted({item.group for item in library()})
        raise NotFound(f"there is no group {group}; the groups are {', '.join(groups)}")
    objects = [_object(item, SHOWN_DIGITS) for item in chosen]
    if as_json:
        write_json(objects)
    else:
        write_table(("name", "group", "value"), [(o["name"], o["group"], o["value"]) for o in objects])


@constant.command(epilog='Example: formulary constant show "zeta(3)" --digits 50')
@click.argument("name")
@option("--digits", type=click.IntRange(1, 10_000), default=50, help="Significant digits of the value.")
@json_option
def show(name: str, digits: int, as_json: bool) -> None:
    """Show a constant; exit code 1 and the nearest names where there is none."""
    from catalog.constants import library

    found = _object(library()[name], digits)
    if as_json:
        write_json(found)
    else:
        write_fields((key, ", ".join(v) if isinstance(v, list) else v) for key, v in found.items())


def _object(item: Constant, digits: int) -> dict[str, Any]:
    from indexer.decimals import round_ball

    return {
        "name": item.name,
        "expression": item.expression,
        "latex": item.latex,
        "group": item.group,
        "value": round_ball(item.ball(digits + 5), digits)[0],
        "source": item.source,
        "oeis": item.oeis,
        "equivalents": list(item.equivalents),
    }
