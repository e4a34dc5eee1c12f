"""`formulary note`, `reject` and `rename`: what people say, kept apart from computed facts, with who and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from catalog.errors import FormulaNotFound
from indexer.cli.opened import catalogue
from indexer.cli.options import Function, catalogue_options, json_option, option, read_formula
from indexer.cli.output import write_json

if TYPE_CHECKING:
    import psycopg


def undo_option(what: str) -> Callable[[Function], Function]:
    """`--undo`, which takes back what the command does."""
    return option("--undo", is_flag=True, help=what)


author_option = option("--author", envvar="FORMULARY_AUTHOR", help="Who says so.  [default: the user's name]")


@click.command(epilog='Example: formulary note "PCF(2n+1, n^2)" "Brouncker had it before Gauss"')
@click.argument("formula")
@click.argument("text", required=False)
@option(
    "--remove", type=click.IntRange(1), metavar="NUMBER", help="Take this note back; `formulary show` numbers them."
)
@author_option
@catalogue_options
@json_option
def note(
    formula: str,
    text: str | None,
    remove: int | None,
    author: str | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Write a note on a formula of the catalogue, or take one back; `formulary show` gives them."""
    from catalog.store import judgement

    if (text is None) == (remove is None):
        raise click.UsageError("give the text of the note, or --remove with the number of one")
    who = judgement.author_of(author)
    with catalogue(database_url, home) as connection:
        number = _number(connection, formula)
        if remove is not None:
            judgement.remove_note(connection, number, remove)
        else:
            written = judgement.add_note(connection, number, text or "", who)
    if remove is not None:
        write_json({"note": remove, "removed": True}) if as_json else click.echo(f"note {remove} is removed")
    elif as_json:
        write_json({"note": written, "author": who})
    else:
        click.echo(f"note {written} by {who}")


@click.command(epilog='Example: formulary reject "PCF(2n+1, n^2)" "4/pi" --reason "only a test"')
@click.argument("formula")
@click.argument("expression", required=False)
@option("--reason", help="Why; needed unless --undo.")
@undo_option("Let the relation stand again.")
@author_option
@catalogue_options
@json_option
def reject(
    formula: str,
    expression: str | None,
    reason: str | None,
    undo: bool,
    author: str | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Reject a relation of a formula: it stays in the table, and the views and searches leave it out.

    EXPRESSION is the limit that it states, such as 4/pi; it may be left out where the formula has one relation.
    """
    from catalog.store import judgement

    if undo == (reason is not None):
        raise click.UsageError("give --reason with why it is rejected, or --undo to let it stand again")
    who = judgement.author_of(author)
    with catalogue(database_url, home) as connection:
        number = _number(connection, formula)
        if reason is not None:
            done = judgement.reject(connection, number, expression, reason, who)
        else:
            done = judgement.restore(connection, number, expression)
    if as_json:
        write_json({"restored": done} if undo else {"rejected": done, "author": who})
    else:
        click.echo(f"{'stands again' if undo else f'rejected by {who}'}: {', '.join(done)}")


@click.command(epilog='Example: formulary rename 17 "Gauss family of pi"')
@click.argument("cluster", type=click.IntRange(1, 2**63 - 1))
@click.argument("name", required=False)
@undo_option("Take the last name back; the one before counts again, or the computed label.")
@author_option
@catalogue_options
@json_option
def rename(
    cluster: int,
    name: str | None,
    undo: bool,
    author: str | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Give a cluster a name, by which it is listed and shown; its computed label stays beside."""
    from catalog.store import judgement

    if undo == (name is not None):
        raise click.UsageError("give the cluster's name, or --undo to take the last one back")
    who = judgement.author_of(author)
    with catalogue(database_url, home) as connection:
        if name is not None:
            judgement.rename_cluster(connection, cluster, name, who)
            now: str | None = name.strip()
        else:
            now = judgement.forget_name(connection, cluster)
    if as_json:
        write_json(
            {"cluster": cluster, "name": now} if undo else {"cluster": cluster, "given_name": now, "author": who}
        )
    elif undo:
        click.echo(f"cluster {cluster} is {now or 'without a name'} again")
    else:
        click.echo(f"cluster {cluster} is {now}, says {who}")


def _number(connection: psycopg.Connection, text: str) -> int:
    from catalog.store.formulas import ids_by_key

    formula = read_formula((text,))
    found = ids_by_key(connection, [formula.key])
    if not found:
        raise FormulaNotFound(formula)
    return found[formula.key]
