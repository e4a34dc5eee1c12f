"""`formulary design`: formulas for a constant with the properties that are asked for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from catalog.vocabulary import CONVERGENCE_CLASSES
from indexer.cli.opened import catalogue
from indexer.cli.options import Named, catalogue_options, constant_names, json_option, option
from indexer.cli.output import note, write_json, write_rows
from indexer.cli.progress import shown

if TYPE_CHECKING:
    from indexer.design.designs import Design
    from indexer.design.search import Search
    from indexer.design.targets import Target

NOT_FOUND = 1

INTERRUPTED = 130

SECONDS = 30.0
"""Time of a search unless told otherwise."""

LEAST_SECONDS = 0.1
"""Shortest time of a search, which can be asked for and is left whatever was spent before."""

MAX_SECONDS = 86_400.0
"""Longest time that can be asked for."""

MAX_COUNT = 100
"""Most formulas that can be asked for."""

LONGEST = 60
"""Characters of a formula in the table beyond which only its degrees are shown; --json has it all."""


@click.command(epilog="Example: formulary design 'zeta(2)' --delta '>=0.2' --seconds 10")
@click.argument("constant", metavar="CONSTANT", shell_complete=constant_names)
@option("--delta", metavar="BOUND", help="Bound for the limit of delta, an estimate, such as '>0'.")
@option("--rate", metavar="BOUND", help="Bound for the decimal digits that a step gives, such as '>=1.5'.")
@option("--degree", metavar="BOUND", help="Bound for the degree of a, such as '<=4'.")
@option("--class", "classes", multiple=True, type=Named(CONVERGENCE_CLASSES), help="Converging so; repeatable.")
@option("--seconds", type=click.FloatRange(LEAST_SECONDS, MAX_SECONDS), default=SECONDS, help="Time of the search.")
@option("--count", type=click.IntRange(1, MAX_COUNT), default=5, help="How many formulas.")
@option("--add", is_flag=True, help="Store them in the catalogue, each with its trajectory.")
@catalogue_options
@json_option
def design(
    constant: str,
    delta: str | None,
    rate: str | None,
    degree: str | None,
    classes: tuple[Any, ...],
    seconds: float,
    count: int,
    add: bool,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Find formulas for a constant with the properties that are asked for.

    Searched are the matrix fields that have the constant: e, pi, zeta3, 3F2(1), and pFq(z) at the arguments that have
    it, from small directions to large ones, for a large limit of delta unless only rate, degree or class are wished
    for. The limit of each formula is verified by evaluating both sides anew, or a theorem; the limit of delta is an
    estimate. The search ends when COUNT formulas meet the wish, or with the time; Ctrl-C ends it and shows what it has.
    Exit code 1 where nothing meets the wish.
    """
    begun = time.monotonic()  # what is imported takes its time, too
    from indexer.contract.designs import design_object
    from indexer.design.designs import designed
    from indexer.design.search import Search
    from indexer.design.targets import read_target
    from indexer.design.wishes import read_wish

    target, wish = read_target(constant), read_wish(delta, rate, degree, classes)
    interrupted = False
    with shown() as tell:
        left = max(seconds - (time.monotonic() - begun), LEAST_SECONDS)
        search = Search(target, wish, left, count, tell)
        try:
            search.run()
        except KeyboardInterrupt:
            interrupted = True
            note("formulary: stopped; this is what was found so far")
        found = designed(search, tell)
    objects = [design_object(one, target) for one in found]
    if as_json:
        write_json(objects)
    elif objects:
        _write(objects)
    if not found:
        note(f"formulary: {_why_nothing(search, constant, seconds)}")
    elif add:
        _add(found, target, database_url, home)
    if interrupted:
        return INTERRUPTED
    return 0 if found else NOT_FOUND


def _add(found: list[Design], target: Target, database_url: str | None, home: str | None) -> None:
    from indexer.upkeep.designing import add_designs

    with catalogue(database_url, home) as connection:
        new = add_designs(connection, found, target)
    note(f"formulary: {new} of {len(found)} formulas are new in the catalogue")


def _why_nothing(search: Search, constant: str, seconds: float) -> str:
    """Why there is no formula: no field has the constant, or none met the wish, and what came nearest."""
    from indexer.design.origins import searched

    if not search.origins:
        known = "the library knows it, but " if search.target.name else ""
        return f"no formula for {constant}: {known}none of the fields that are searched has it ({searched()})"
    best = search.best
    figure = None if best is None else best.weight if best.figure is None else best.figure
    if best is None or figure is None:
        return f"no formula for {constant} was found in {seconds:g} s; give it more --seconds"
    direction = ", ".join(map(str, best.direction))
    return (
        f"no formula for {constant} meets {search.wish}; the best that was found has delta {figure:.4f}, along "
        f"({direction}) in the field {best.origin.field.name}"
    )


def _write(objects: list[dict[str, Any]]) -> None:
    """Write the formulas for reading, the best first."""
    write_rows(
        ("delta limit", "delta", "digits a step", "degree", "proof", "field", "start", "direction", "limit", "formula"),
        [
            (
                _figure(o["delta_limit"]), o["delta"] and _figure(o["delta"]["value"]),
                "unbounded" if o["digits_per_step"] is None else f"{o['digits_per_step']:.3f}", o["degree"], o["proof"],
                o["field"], ", ".join(o["start"]), _direction(o), _cut(o["expression"]),
                _cut(o["formula"]),
            )
            for o in objects
        ],
        right=("delta limit", "delta", "digits a step", "degree"),
    )  # fmt: skip
    depth = next((o["delta"]["n"] for o in objects if o["delta"]), None)
    if depth is not None:
        note(f"formulary: the limit of delta is an estimate; delta is that of the trajectory at n = {depth}")


def _direction(o: dict[str, Any]) -> str:
    direction = ", ".join(map(str, o["direction"]))
    return f"({direction})/2" if o["halved"] else direction


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."
