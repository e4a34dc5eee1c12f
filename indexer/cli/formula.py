"""`formulary add` and `show`: formulas of the catalogue; searching is in `search`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import NotFound
from indexer.cli.evaluate import open_lines, require_no_arguments, write_formula
from indexer.cli.options import (
    FORMULA_ARGUMENTS,
    FORMULA_HELP,
    catalogue_options,
    from_options,
    json_option,
    option,
    read_formula,
    refuse_options,
)
from indexer.cli.output import note, write_json

if TYPE_CHECKING:
    import psycopg

    from catalog.formulas.pcf import PCF

SWEEP_SECONDS = 5.0
"""Time for naming the other members of a new formula's family."""


@click.command(
    context_settings=FORMULA_ARGUMENTS,
    epilog='Example: formulary add "PCF(34n^3+51n^2+27n+5, -n^6)"',
    help=f"Put formulas into the catalogue, evaluated, placed and identified.\n\n{FORMULA_HELP}",
)
@click.argument("formula", nargs=-1, metavar="FORMULA")
@from_options
@catalogue_options
@json_option
def add(
    formula: tuple[str, ...],
    from_file: str | None,
    workers: int | None,
    database_url: str | None,
    home: str | None,
    as_json: bool,
) -> int:
    """Add one formula and show it, or add those of a file and count them."""
    from catalog.database.opening import open_database

    refuse_options(formula)
    if from_file is None:
        chosen = read_formula(formula)
        with open_database(database_url, home) as database:
            database.require_current()
            with database.connect() as connection:
                _add(connection, [chosen])
                _write(_stored(connection, chosen), as_json)
        return 0
    require_no_arguments(formula)
    with open_lines(from_file) as lines, open_database(database_url, home) as database:
        database.require_current()
        with database.connect() as connection:
            return _add_lines(connection, lines, workers, as_json)


def _add(connection: psycopg.Connection, formulas: list[PCF]) -> int:
    """Add formulas with their mirrors' evaluations shared; returns how many were new."""
    from indexer.clusters.placement import OnlineClusters
    from indexer.identification.own_constants import read_terms
    from indexer.pipeline.compute import compute
    from indexer.pipeline.rows import record
    from indexer.similarity.catalogue_index import AnchorsWhenAsked
    from indexer.upkeep.families import sweep_families
    from indexer.upkeep.setup import store

    anchors, terms = AnchorsWhenAsked(connection), read_terms(connection)
    records = [record(compute(chosen, identified=True, anchors=anchors, terms=terms)) for chosen in formulas]
    ingested = store(connection, records, terms=terms)
    for family in {item.columns["family"] for item in records} - {None}:
        sweep_families(connection, family=str(family), seconds=SWEEP_SECONDS)
    OnlineClusters.place_once(connection, ingested.ids[ingested.new].tolist())
    return int(ingested.new.sum())


def _add_lines(connection: psycopg.Connection, lines: Iterable[str], workers: int | None, as_json: bool) -> int:
    from indexer.upkeep.adding import add_lines

    summary = add_lines(connection, lines, workers, note)
    fields = {"added": summary.added, "known": summary.known, "refused": summary.refused}
    if as_json:
        write_json(fields)
    else:
        click.echo(", ".join(f"{count} {name}" for name, count in fields.items()))
    return 2 if summary.refused else 0


@click.command(
    context_settings=FORMULA_ARGUMENTS,
    epilog='Example: formulary show "PCF(2n+1, n^2)"',
    help=f"Show what the catalogue knows about a formula.\n\n{FORMULA_HELP}",
)
@click.argument("formula", nargs=-1, metavar="FORMULA")
@option(
    "--format",
    "kind",
    type=click.Choice(("latex", "pari", "sage", "mathematica", "sympy")),
    help="Write the formula for this program instead; needs no catalogue.",
)
@catalogue_options
@json_option
def show(formula: tuple[str, ...], kind: str | None, database_url: str | None, home: str | None, as_json: bool) -> None:
    """Show a formula of the catalogue; exit code 1 where it is not there."""
    from catalog.database.opening import open_database

    chosen = read_formula(formula)
    if kind is not None:
        from catalog.formulas.programs import FORMATS

        text = FORMATS[kind](chosen)
        if as_json:
            write_json({"formula": str(chosen), "format": kind, "text": text})
        else:
            click.echo(text)
        return
    with open_database(database_url, home) as database:
        database.require_current()
        with database.connect() as connection:
            result = _stored(connection, chosen)
    _write(result, as_json)


def _stored(connection: psycopg.Connection, formula: PCF) -> dict[str, Any]:
    from catalog.store import formulas as queries
    from catalog.store.clusters import cluster_of
    from catalog.store.judgement import notes_of
    from indexer.contract.objects import stored_object

    row = queries.formula_by_key(connection, formula.key)
    if row is None:
        raise NotFound(f'{formula} is not in the catalogue; put it there with `formulary add "{formula}"`')
    read = (queries.relations_of, queries.guesses_of, queries.exclusions_of, queries.sources_of)
    relations, guesses, exclusions, sources = (function(connection, row["id"]) for function in read)
    result = stored_object(row, relations, guesses, exclusions, sources)
    result["cluster"] = cluster_of(connection, row["id"])
    result["notes"] = [
        {"text": text, "author": author, "written_at": at} for text, author, at in notes_of(connection, row["id"])
    ]
    return result


def _write(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        write_json(result)
        return
    sources = [", ".join(filter(None, (s["author"], s["paper"], s["equation"]))) for s in result["sources"]]
    notes = [f"{note['text']} ({note['author']}, {note['written_at'][:10]})" for note in result["notes"]]
    write_formula(result | {"sources": sources, "notes": notes})
