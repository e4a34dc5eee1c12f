"""`formulary note`, `reject` and `rename`: what people say, kept apart from computed facts, with who and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from catalog.errors import FormulaNotFound
from indexer.cli.opened import catalogue
from indexer.cli.options import catalogue_options, json_option, option, read_formula
from indexer.cli.output import write_json

if TYPE_CHECKING:
    import psycopg

author_option = option("--author", envvar="FORMULARY_AUTHOR", help="Who says so.  [default: the user's name]")


@click.command(epilog='Example: formulary note "PCF(2n+1, n^2)" "Brouncker had it before Gauss"')
@click.argument("formula")
@click.argument("text")
@author_option
@catalogue_options
@json_option
def note(
    formula: str, text: str, author: str | None, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """Write a note on a formula of the catalogue; `formulary show` gives it."""
    from catalog.store import judgement

    who = judgement.author_of(author)
    with catalogue(database_url, home) as connection:
        number = judgement.add_note(connection, _number(connection, formula), text, who)
    if as_json:
        write_json({"note": number, "author": who})
    else:
        click.echo(f"note {number} by {who}")


@click.command(epilog='Example: formulary reject "PCF(2n+1, n^2)" "4/pi" --reason "only a test"')
@click.argument("formula")
@click.argument("expression", required=False)
@option("--reason", required=True, help="Why.")
@author_option
@catalogue_options
@json_option
def reject(
    formula: str,
    expression: str | None,
    reason: str,
    author: str | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Reject a relation of a formula: it stays in the table, and the views and searches leave it out.

    EXPRESSION is the limit that it states, such as 4/pi; it may be left out where the formula has one relation.
    """
    from catalog.store import judgement

    who = judgement.author_of(author)
    with catalogue(database_url, home) as connection:
        done = judgement.reject(connection, _number(connection, formula), expression, reason, who)
    if as_json:
        write_json({"rejected": done, "author": who})
    else:
        click.echo(f"rejected by {who}: {', '.join(done)}")


@click.command(epilog='Example: formulary rename 17 "Gauss family of pi"')
@click.argument("cluster", type=click.IntRange(1, 2**63 - 1))
@click.argument("name")
@author_option
@catalogue_options
@json_option
def rename(
    cluster: int, name: str, author: str | None, database_url: str | None, home: str | None, as_json: bool
) -> None:
    """Give a cluster a name; its computed label stays beside."""
    from catalog.store import judgement

    who = judgement.author_of(author)
    with catalogue(database_url, home) as connection:
        judgement.rename_cluster(connection, cluster, name, who)
    if as_json:
        write_json({"cluster": cluster, "given_name": name.strip(), "author": who})
    else:
        click.echo(f"cluster {cluster} is {name.strip()}, says {who}")


def _number(connection: psycopg.Connection, text: str) -> int:
    from catalog.store.formulas import ids_by_key

    formula = read_formula((text,))
    found = ids_by_key(connection, [formula.key])
    if not found:
        raise FormulaNotFound(formula)
    return found[formula.key]
