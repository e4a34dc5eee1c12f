"""The conditions that `find`, `similar` and `export` share, as options, and the filter they make."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from catalog.syntax import plain_signs
from catalog.vocabulary import CONVERGENCE_CLASSES, FORMULA_KINDS, STATUSES
from indexer.cli.options import Named, constant_names, option
from indexer.cli.output import note

if TYPE_CHECKING:
    import psycopg

    from catalog.store.search import Filter

Function = TypeVar("Function", bound=Callable[..., Any])


class Degrees(click.ParamType[Any]):
    """Degrees of a and b such as `1,2`; `*` or nothing in a place is any."""

    name = "A,B"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A pair of degrees."""
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",")]
        if len(parts) != 2 or not all(part in ("", "*") or (part.isdecimal() and len(part) < 6) for part in parts):
            self.fail(f"{str(value)[:60]!r} are no degrees of a and b; write them as 1,2 or *,2", param, ctx)
        return tuple(None if part in ("", "*") else int(part) for part in parts)


class Figure(click.ParamType[Any]):
    """A finite number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """A finite float."""
        try:
            number = float(plain_signs(str(value)))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(f"{str(value)[:60]!r} is not a number", param, ctx)
        return number


def filter_options(function: Function) -> Function:
    """The options of a filter, passed as `conditions` (see `read_filter`)."""
    for decorate in reversed(
        (
            option(
                "--constant",
                metavar="NAME",
                shell_complete=constant_names,
                help="With a verified or proved relation to this constant; sqrt(5) or phi: a limit in Q(sqrt(5)).",
            ),
            option("--kind", "formula_kind", type=Named(tuple(FORMULA_KINDS)), help="Of this kind.  [default: any]"),
            option("--family", metavar="KEY", help="Of this family."),
            option("--status", "statuses", multiple=True, type=Named(STATUSES), help="With this status; repeatable."),
            option(
                "--class", "classes", multiple=True, type=Named(CONVERGENCE_CLASSES), help="Converging so; repeatable."
            ),
            option("--degree", "degrees", type=Degrees(), help="Degrees of a and b, such as 1,2 or *,2."),
            option("--min-delta", type=Figure(), help="With at least this delta."),
            option("--max-delta", type=Figure(), help="With at most this delta."),
            option("--max-height", type=click.IntRange(1), help="With no larger coefficient."),
            option("--max-complexity", type=click.IntRange(0), help="With at most this complexity."),
            option("--near", metavar="DECIMAL", help="With this limit, to the digits given."),
            option(
                "--factorial-reduction",
                "reduction",
                type=Named(("yes", "no", "undetermined")),
                help="Whether gcd(p_n, q_n) takes all factorial growth out of q_n.",
            ),
            option(
                "--identified/--unidentified",
                "identified",
                default=None,
                help="With a verified relation, or convergent with neither that nor a closed form.",
            ),
        )
    ):
        function = decorate(function)
    return function


def read_filter(connection: psycopg.Connection, conditions: dict[str, Any], *, canonical: bool) -> Filter:
    """The filter of `filter_options`; raises NotFound for a constant that the catalogue does not know."""
    from catalog.store.search import Filter

    given = dict(conditions)
    if given.get("constant") is not None:
        given |= _constant(connection, given["constant"])
    if given.get("degrees") is None:
        given["degrees"] = (None, None)
    given["kind"] = given.pop("formula_kind", None)
    wanted = Filter(**given, canonical=canonical)
    wanted.conditions()
    return wanted


def _constant(connection: psycopg.Connection, text: str) -> dict[str, str | int | None]:
    """What a filter asks of a constant: a relation with it, or a limit in its field where it is quadratic."""
    from catalog.errors import NotFound
    from catalog.store.search import constant_name
    from indexer.identification.numbers import member_behind
    from indexer.identification.surds import radicand

    if (found := radicand(text)) is not None:
        return {"constant": None, "radicand": found}
    try:
        return {"constant": constant_name(connection, text)}
    except NotFound:
        if (name := member_behind(text)) is None:
            raise
    note(f"formulary: {text} is a map of {name}, whose formulas these are")
    return {"constant": constant_name(connection, name)}
